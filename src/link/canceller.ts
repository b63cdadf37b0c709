/**
 * Stops one exchange on the server without ever hitting another. A cancel request names a backend, not a statement: it
 * hits whatever runs when it arrives. So the exchange to be stopped is the last one on the wire (whoever can be stopped
 * holds the line), and before the next one is sent the request's own connection has been closed by the server and one
 * empty round trip has been made, which absorbs a request that came late.
 *
 *     idle ──begin──▶ asking ──closed──▶ asked ──answered──▶ draining ──▶ idle
 *                     │    ▲───a while───┘
 *                     └──answered──▶ late ──closed──▶ draining
 *
 * A server that has not begun to read the statement forgets the request, so it is made again until there is an answer.
 */

import type { Stop } from "../base/stop.ts"
import { TimeoutError } from "../errors/client-error.ts"
import type { Exchange } from "../exchange/exchange.ts"
import { FIRST_PATIENCE_MS } from "./cancel-requests.ts"

type State = "idle" | "asking" | "asked" | "late" | "draining"

/** What the canceller does with its link. */
export interface CancellerHost {
  /** Sends the request; resolves when the server has closed its connection. */
  sendCancel(signal: AbortSignal): Promise<void>
  /** Makes one empty round trip, then calls back. */
  drain(done: () => void): void
  /** The line is free again. */
  onCancelled(exchange: Exchange): void
  /** The server does not answer any more. */
  abandon(reason: Error): void
}

/** The one cancellation a link can be in. */
export class Canceller {
  readonly #host: CancellerHost
  readonly #timeoutMs: number
  readonly #stops: Map<Exchange, Stop> = new Map()
  #state: State = "idle"
  #exchange: Exchange | undefined
  #abort: AbortController | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #again: ReturnType<typeof setTimeout> | undefined

  /** @param timeoutMs how long the server may take to end the statement and the round trip; then the link is destroyed */
  constructor(host: CancellerHost, timeoutMs: number) {
    this.#host = host
    this.#timeoutMs = timeoutMs
  }

  /** Has the exchange stopped when the stop says so; `onStop` is called then. */
  watch(exchange: Exchange, stop: Stop, onStop: () => void): void {
    this.#stops.set(exchange, stop)
    stop.listen(onStop)
  }

  /** Whether the exchange may be stopped, so that nothing may be sent behind it. */
  isWatching(exchange: Exchange): boolean {
    return this.#stops.size > 0 && this.#stops.has(exchange)
  }

  /** Whether the exchange has been stopped. */
  isStopped(exchange: Exchange): boolean {
    return this.#stops.size > 0 && this.#stops.get(exchange)?.isStopped === true
  }

  /** The exchange is over or was never sent: it can't be stopped any more. */
  forget(exchange: Exchange): void {
    if (this.#stops.size === 0) return
    this.#stops.get(exchange)?.dispose()
    this.#stops.delete(exchange)
  }

  /** Asks the server to stop what runs: the exchange, which is the last one on the wire. */
  begin(exchange: Exchange): void {
    this.#exchange = exchange
    this.#timer = setTimeout(() => {
      this.#host.abandon(new TimeoutError(`the server did not answer to a cancel request within ${this.#timeoutMs} ms`))
    }, this.#timeoutMs)
    this.#abort = new AbortController()
    this.#ask(this.#abort.signal, FIRST_PATIENCE_MS)
  }

  #ask(signal: AbortSignal, patienceMs: number): void {
    this.#state = "asking"
    const onClosed = (): void => {
      if (signal.aborted) return
      this.#onClosed()
      if (this.#state === "asked") this.#again = setTimeout(() => this.#ask(signal, 2 * patienceMs), patienceMs)
    }
    // Where it is not reached, the statement may still end by itself before the timeout.
    this.#host.sendCancel(signal).then(onClosed, onClosed)
  }

  /** An exchange's ReadyForQuery came. True when the line has to stay closed until the request has spent itself. */
  onAnswered(exchange: Exchange): boolean {
    if (this.#exchange !== exchange) return false
    if (this.#state === "asking") this.#state = "late"
    else if (this.#state === "asked") {
      clearTimeout(this.#again)
      this.#drain()
    }
    return true
  }

  /** The link is gone. */
  dispose(): void {
    for (const stop of this.#stops.values()) stop.dispose()
    this.#stops.clear()
    this.#finish()
  }

  #onClosed(): void {
    if (this.#state === "asking") this.#state = "asked"
    else if (this.#state === "late") this.#drain()
  }

  #drain(): void {
    this.#state = "draining"
    this.#host.drain(() => {
      const exchange = this.#exchange
      if (exchange === undefined) return // the link is gone
      this.#finish()
      this.#host.onCancelled(exchange)
    })
  }

  #finish(): void {
    this.#state = "idle"
    this.#exchange = undefined
    clearTimeout(this.#timer)
    clearTimeout(this.#again)
    this.#abort?.abort()
    this.#abort = undefined
  }
}
