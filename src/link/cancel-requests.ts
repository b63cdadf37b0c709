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

/**
 * How long to wait for a statement's end before asking again, each time twice as long: a server that has not begun to
 * read the statement forgets the request.
 */
export const FIRST_PATIENCE_MS = 30

/** How far that is which is to be cancelled. */
export type Progress = "waiting" | "running" | "over"

/** Sends requests to cancel, and tells the trace of them. */
export class CancelRequests {
  readonly #dial: CancelDial
  readonly #server: ServerState
  readonly #place: LinkPlace
  readonly #timeoutMs: number
  readonly #asked: Set<AbortController> = new Set()
  readonly #pauses: Set<{ readonly progress: () => Progress; readonly end: () => void }> = new Set()

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

  /** Asks again and again until what is meant has stopped, as far as it does within the time that the server has. */
  async askUntilOver(progress: () => Progress): Promise<void> {
    const end = performance.now() + this.#timeoutMs
    for (let patienceMs = FIRST_PATIENCE_MS; performance.now() < end; patienceMs *= 2) {
      if (progress() === "running") await this.ask()
      if (progress() === "over") return
      await this.#pause(patienceMs, progress)
    }
  }

  /** Something was answered: it may be what is to be cancelled. */
  onAnswered(): void {
    for (const { progress, end } of this.#pauses) if (progress() === "over") end()
  }

  #pause(delayMs: number, progress: () => Progress): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer)
        this.#pauses.delete(pause)
        resolve()
      }
      const timer = setTimeout(end, delayMs)
      const pause = { progress, end }
      this.#pauses.add(pause)
    })
  }

  /** The link is gone. @param reason made only when somebody is told, since an error's stack costs more than the rest */
  dispose(reason: () => Error): void {
    for (const { end } of this.#pauses) end()
    for (const abort of this.#asked) abort.abort(reason())
  }
}
