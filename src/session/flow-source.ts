/**
 * Items that an exchange passes on as fast as they are taken: the rows of a query, the data of a COPY. The connection is
 * its alone until the end; broken off early, it is cancelled on the server.
 */

import type { Stop } from "../base/stop.ts"
import type { Ending } from "../exchange/ending.ts"
import type { Flow } from "../exchange/flow.ts"
import type { SkippableExchange } from "../exchange/skippable.ts"
import type { Channel } from "../trace/channels.ts"
import type { BatchSource } from "./batch-source.ts"
import { withCallerStack } from "./caller-stack.ts"
import type { Carrier } from "./carrier.ts"
import { beginTrace, type Settle } from "./traced.ts"

/** An exchange with a flow. */
export interface FlowExchange<T> extends SkippableExchange {
  readonly flow: Flow<T>
  readonly ending: Ending
  /** True once all has come: breaking off needs nothing from the server any more. */
  readonly isComplete: boolean
}

/** What may end it before its time. */
export interface FlowLimits {
  readonly signal?: AbortSignal | undefined
  readonly timeout?: number | undefined
}

/** What it is. */
export interface FlowSubject {
  /** In the words of an error to those who use the connection meanwhile. */
  readonly name: string
  /** Whom to tell of it, and its statement. */
  readonly channel: Channel
  readonly text: string
}

/**
 * Takes from an exchange's flow.
 *
 *     open ──the last item, close()──▶ ended
 *       └──stopped, refused, lost──▶ failed ──next()──▶ ended        the connection is given back, the failure told later
 */
export class FlowSource<T> implements BatchSource<T> {
  readonly #carrier: Carrier
  readonly #exchange: FlowExchange<T>
  readonly #stop: Stop
  readonly #settle: Settle | undefined
  #state: "open" | "failed" | "ended" = "open"

  /** Sends the request. */
  constructor(carrier: Carrier, exchange: FlowExchange<T>, limits: FlowLimits, { name, channel, text }: FlowSubject) {
    const { session } = carrier
    this.#carrier = carrier
    this.#exchange = exchange
    this.#stop = session.stopOwn(limits.signal, limits.timeout)
    try {
      carrier.start(exchange, this.#stop)
      session.enter(this, carrier.scope, name, (reason) => this.#giveUp(reason))
    } catch (error) {
      this.#stop.dispose()
      throw error
    }
    this.#settle = beginTrace(channel, session, text)
    exchange.ending.over.then(() => this.#onOver())
  }

  async next(): Promise<T[] | undefined> {
    if (this.#state === "ended") return undefined
    try {
      const items = await withCallerStack(this.#exchange.flow.take())
      if (items === undefined) await this.close()
      return items
    } catch (error) {
      this.#settle?.(error)
      throw error
    }
  }

  async close(): Promise<void> {
    const before = this.#state
    this.#state = "ended"
    if (before !== "open") return
    this.#exchange.flow.discard()
    this.#giveUp(new Error("broken off by the caller"))
    this.#carrier.session.leave(this) // what is run from now on waits for its turn
    await this.#exchange.ending.over
    this.#giveBack()
    this.#settle?.()
  }

  #giveUp(reason: Error): void {
    if (!this.#exchange.isComplete) this.#stop.stop(reason)
  }

  /**
   * Nobody may ever ask for the next item of what has failed: the connection does not wait for that. What has come whole
   * keeps it until it is read, so that using it meanwhile is refused for a few rows as it is for many.
   */
  #onOver(): void {
    if (this.#state !== "open" || this.#exchange.isComplete) return
    this.#state = "failed"
    this.#carrier.session.leave(this)
    this.#giveBack()
    if (this.#stop.isStopped) this.#settle?.(this.#stop.reason)
  }

  #giveBack(): void {
    this.#stop.dispose()
    this.#carrier.release()
  }
}
