/**
 * The cancel requests of one link: those that stop a certain exchange, which bring their own bound, and those that
 * somebody has asked for, which are bounded here. They end with the link.
 */

import { TimeoutError } from "../errors/client-error.ts"
import { cancelChannel } from "../trace/channels.ts"
import { isTraced, trace } from "../trace/trace.ts"
import { type CancelDial, sendCancel } from "./cancel.ts"
import type { LinkPlace } from "./options.ts"
import type { ServerState } from "./server-state.ts"

/** Sends requests to cancel, and tells the trace of them. */
export class CancelRequests {
  readonly #dial: CancelDial
  readonly #server: ServerState
  readonly #place: LinkPlace
  readonly #timeoutMs: number
  readonly #asked: Set<AbortController> = new Set()

  /** @param timeoutMs how long the server may take to take a request that was asked for */
  constructor(dial: CancelDial, server: ServerState, place: LinkPlace, timeoutMs: number) {
    this.#dial = dial
    this.#server = server
    this.#place = place
    this.#timeoutMs = timeoutMs
  }

  /** Sends one; resolves when the server has taken it. */
  send(signal: AbortSignal): Promise<void> {
    const send = (): Promise<void> => sendCancel(this.#dial, this.#server, signal)
    if (!isTraced(cancelChannel)) return send()
    const { database } = this.#server
    return trace(cancelChannel, { "db.system.name": "postgresql", "db.namespace": database, ...this.#place }, send)
  }

  /** The same within the time that the server has. @throws TimeoutError when it has not taken it by then */
  async ask(): Promise<void> {
    const abort = new AbortController()
    const timer = setTimeout(() => {
      abort.abort(new TimeoutError(`the server has not taken a cancel request within ${this.#timeoutMs} ms`))
    }, this.#timeoutMs)
    this.#asked.add(abort)
    try {
      await this.send(abort.signal)
    } finally {
      clearTimeout(timer)
      this.#asked.delete(abort)
    }
  }

  /** The link is gone. */
  dispose(reason: Error): void {
    for (const abort of this.#asked) abort.abort(reason)
  }
}
