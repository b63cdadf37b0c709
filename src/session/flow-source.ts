/**
 * Items that an exchange passes on as fast as they are taken: the rows of a query, the data of a COPY. The connection is
 * its alone until the end; broken off early, it is cancelled on the server.
 */

import type { Stop } from "../base/stop.ts"
import type { Ending } from "../exchange/ending.ts"
import type { Flow } from "../exchange/flow.ts"
import type { SkippableExchange } from "../exchange/skippable.ts"
import type { BatchSource } from "./batch-source.ts"
import { withCallerStack } from "./caller-stack.ts"
import type { Carrier } from "./carrier.ts"

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

/** Takes from an exchange's flow. */
export class FlowSource<T> implements BatchSource<T> {
  readonly #carrier: Carrier
  readonly #exchange: FlowExchange<T>
  readonly #stop: Stop
  #state: "open" | "ended" = "open"

  /** Sends the request. @param name what it is, for those who are refused meanwhile */
  constructor(carrier: Carrier, exchange: FlowExchange<T>, limits: FlowLimits, name: string) {
    const { session } = carrier
    this.#carrier = carrier
    this.#exchange = exchange
    this.#stop = session.stopOwn(limits.signal, limits.timeout)
    try {
      carrier.start(exchange, this.#stop)
      session.enter(this, carrier.scope, name)
    } catch (error) {
      this.#stop.dispose()
      throw error
    }
  }

  async next(): Promise<T[] | undefined> {
    if (this.#state === "ended") return undefined
    const items = await withCallerStack(this.#exchange.flow.take())
    if (items === undefined) await this.close()
    return items
  }

  async close(): Promise<void> {
    if (this.#state === "ended") return
    this.#state = "ended"
    const { session } = this.#carrier
    this.#exchange.flow.discard()
    if (!this.#exchange.isComplete) this.#stop.stop(new Error("broken off by the caller"))
    session.leave(this) // what is run from now on waits for its turn
    await this.#exchange.ending.over
    this.#stop.dispose()
  }
}
