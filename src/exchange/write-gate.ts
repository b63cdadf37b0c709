/**
 * How an exchange is fed over time: what it appends leaves in few writes, waits while the peer takes no more, and lets
 * the sockets speak now and then, so that an error of the server is heard while a long loop runs.
 */

import { nextTurn } from "#platform"
import type { Line } from "./exchange.ts"

/** This much leaves in one write. */
const WRITE_BYTES = 64 * 1024
/** After so much the sockets get a turn even if the peer keeps up. */
const TURN_BYTES = 256 * 1024

/** Lets one exchange write as fast as its peer takes it. */
export class WriteGate {
  #line!: Line
  #sinceTurn = 0
  #waiting: Promise<void> | undefined
  #wake: (() => void) | undefined
  #isClosed = false

  /** Called once when nothing can be written any more: whoever waits for a source need not wait any longer. */
  onClosed: (() => void) | undefined

  attach(line: Line): void {
    this.#line = line
  }

  /** Whether nothing can be written any more. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /** After something was appended: `undefined` when more may follow at once, else when it may. */
  wait(): Promise<void> | undefined {
    const { writer } = this.#line.encoder
    const length = writer.length + writer.inserted
    if (length < WRITE_BYTES) {
      this.#line.send()
      return undefined
    }
    this.#line.transmit()
    this.#sinceTurn += length
    if (this.#line.congested) {
      this.#sinceTurn = 0
      this.#waiting ??= new Promise((resolve) => {
        this.#wake = resolve
      })
      return this.#waiting
    }
    if (this.#sinceTurn < TURN_BYTES) return undefined
    this.#sinceTurn = 0
    return nextTurn()
  }

  /** The peer takes bytes again. */
  onDrain(): void {
    const wake = this.#wake
    this.#wake = undefined
    this.#waiting = undefined
    wake?.()
  }

  /** Nothing can be written any more. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.onDrain()
    this.onClosed?.()
  }
}
