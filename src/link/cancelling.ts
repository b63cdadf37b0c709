/**
 * What ends exchanges of a link before their time: stops of their own, and calls that have the server stop whatever runs.
 * Who still waits is taken back; who was sent is ended on the server once it is his turn, and nothing is sent behind it
 * until the request to cancel cannot hit it any more.
 *
 *     watch ──stopped──▶ withdrawn, or given up ──in front──▶ canceller ──answered and drained──▶ the line is free
 */

import type { Stop } from "../base/stop.ts"
import { Drain } from "../exchange/drain.ts"
import type { Exchange } from "../exchange/exchange.ts"
import type { CancelRequests, Progress } from "./cancel-requests.ts"
import { Canceller, type CancellerHost } from "./canceller.ts"
import type { Traffic } from "./traffic.ts"

/** What the link is asked. */
export interface CancellingHost {
  /** Why exchanges are not carried any more; `undefined` while they are. */
  readonly refusal: Error | undefined
  /** The server does not answer any more. */
  abandon(reason: Error): void
}

/** The cancellations of one link. */
export class Cancelling implements CancellerHost {
  readonly #host: CancellingHost
  readonly #traffic: Traffic
  readonly #requests: CancelRequests
  readonly #canceller: Canceller

  /** @param timeoutMs how long the server may take to end what it was asked to cancel; then the link is destroyed */
  constructor(host: CancellingHost, traffic: Traffic, requests: CancelRequests, timeoutMs: number) {
    this.#host = host
    this.#traffic = traffic
    this.#requests = requests
    this.#canceller = new Canceller(this, timeoutMs)
  }

  /** Has the exchange stopped when the stop says so. */
  watch(exchange: Exchange, stop: Stop): void {
    this.#canceller.watch(exchange, stop, () => this.#onStop(exchange, stop))
  }

  /** Whether the exchange may be stopped, so that nothing may be sent behind it. */
  isWatching(exchange: Exchange): boolean {
    return this.#canceller.isWatching(exchange)
  }

  /** Whether the exchange has been stopped. */
  isStopped(exchange: Exchange): boolean {
    return this.#canceller.isStopped(exchange)
  }

  /** The exchange was never sent: it can't be stopped any more. */
  forget(exchange: Exchange): void {
    this.#canceller.forget(exchange)
  }

  /** An exchange is over: lets others be sent, unless it was cancelled and the request has not spent itself. */
  onAnswered(exchange: Exchange): void {
    this.#requests.onAnswered()
    this.#canceller.forget(exchange)
    if (!this.#canceller.onAnswered(exchange)) this.#traffic.free(exchange)
  }

  /** Another exchange may be in front: one that was stopped while others were before it is cancelled now. */
  cancelFront(): void {
    const { front } = this.#traffic
    if (front !== undefined && this.#canceller.isStopped(front)) this.#canceller.begin(front)
  }

  /** Asks the server to stop whatever runs; resolves when it has been told and nothing later can be hit. */
  async cancel(): Promise<void> {
    if (this.#host.refusal !== undefined) throw this.#host.refusal
    const { front, firstWaiting } = this.#traffic
    // What is ending anyway is not what is meant, but what waits for that.
    const isEnding = front === undefined || front instanceof Drain || this.#canceller.isStopped(front)
    const target = isEnding ? firstWaiting : front
    if (target === undefined || target.isCallerPaced) await this.#requests.ask()
    else await this.#requests.askUntilOver(() => this.#progressOf(target))
    if (this.#traffic.holder?.isCallerPaced) return // its caller may be the one who waits here
    await new Promise<void>((resolve) => {
      if (this.#host.refusal === undefined) this.#traffic.enqueue(new Drain(resolve))
      else resolve()
    })
  }

  /** The link is gone. @param reason made only when somebody is told */
  dispose(reason: () => Error): void {
    this.#canceller.dispose()
    this.#requests.dispose(reason)
  }

  // CancellerHost

  sendCancel(signal: AbortSignal): Promise<void> {
    return this.#requests.send(signal)
  }

  drain(done: () => void): void {
    this.#traffic.write(new Drain(done))
  }

  onCancelled(exchange: Exchange): void {
    this.#traffic.free(exchange)
  }

  abandon(reason: Error): void {
    this.#host.abandon(reason)
  }

  #progressOf(exchange: Exchange): Progress {
    const { front, firstWaiting } = this.#traffic
    if (front === exchange) return "running"
    return firstWaiting === exchange ? "waiting" : "over"
  }

  #onStop(exchange: Exchange, { reason, isPatient }: Stop): void {
    if (this.#traffic.withdraw(exchange)) {
      exchange.fail(reason)
      this.#canceller.forget(exchange)
      this.#traffic.pump()
      return
    }
    if (!isPatient) {
      if (exchange.giveUp === undefined) exchange.fail(reason)
      else exchange.giveUp(reason)
    }
    this.cancelFront()
  }
}
