/**
 * How an exchange is fed over time: what it appends leaves in few writes, waits while the peer takes no more, and lets
 * the sockets speak now and then, so that an error of the server is heard while a long loop runs.
 */

import { nextTurn } from "#platform"
import type { Line } from "./exchange.ts"

/** This much leaves in one write. No less may be sent from where it is: a socket does not tell when little has left. */
export const WRITE_BYTES: number = 64 * 1024
/** After so much the sockets get a turn even if the peer keeps up. It is more than they hold: waiting for that is a turn, too. */
const TURN_BYTES = 4 * 1024 * 1024

/** Lets one exchange write as fast as its peer takes it. */
export class WriteGate {
  #line!: Line
  #sinceTurn = 0
  #waiting: Promise<void> | undefined
  #wake: (() => void) | undefined
  #hasTransmitted = false
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

  /** Sends what was appended, now. */
  transmit(): void {
    this.#sinceTurn += this.#length
    this.#hasTransmitted = true
    this.#line.transmit()
  }

  /** After something was appended: `undefined` when more may follow at once, else when it may. */
  wait(): Promise<void> | undefined {
    if (this.#length >= WRITE_BYTES) {
      this.transmit()
    } else if (!this.#hasTransmitted) {
      this.#line.send()
      return undefined
    }
    this.#hasTransmitted = false
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

  /** All was written. Who waits until the peer takes bytes goes on waiting. */
  end(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.onClosed?.()
  }

  /** Nothing that was written matters any more. */
  close(): void {
    this.end()
    this.onDrain()
  }

  get #length(): number {
    const { writer } = this.#line.encoder
    return writer.length + writer.inserted
  }
}
