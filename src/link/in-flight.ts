/**
 * The FIFO of exchanges that have been written: the front one gets the next reply. The youngest may still be in the
 * outbox; those the server cannot have seen.
 *
 *     front                          back
 *     [ answered next … | sent … | not yet flushed ]
 */

import { Deque } from "../base/deque.ts"
import type { Exchange } from "../exchange/exchange.ts"

/** Exchanges waiting for their replies, in the order they were written. */
export class InFlight {
  readonly #exchanges: Deque<Exchange> = new Deque()
  #unflushed = 0

  get size(): number {
    return this.#exchanges.size
  }

  get front(): Exchange | undefined {
    return this.#exchanges.peek()
  }

  push(exchange: Exchange): void {
    this.#exchanges.push(exchange)
    this.#unflushed++
  }

  /** Everything written so far has left for the server. */
  markFlushed(): void {
    this.#unflushed = 0
  }

  shift(): void {
    this.#exchanges.shift()
  }

  /** Empties the queue; `seen` tells for each exchange whether the server can have seen any of it. */
  drain(): { readonly exchange: Exchange; readonly seen: boolean }[] {
    const firstUnseen = this.#exchanges.size - this.#unflushed
    this.#unflushed = 0
    return this.#exchanges.drain().map((exchange, i) => ({ exchange, seen: i < firstUnseen }))
  }
}
