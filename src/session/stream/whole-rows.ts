/**
 * All rows by one Execute, as fast as the caller takes them. The connection is the stream's alone until its end; broken
 * off early, the statement is cancelled on the server.
 */

import type { Stop } from "../../base/stop.ts"
import { StreamedQuery } from "../../exchange/streamed-query.ts"
import type { Query } from "../../query/query.ts"
import { type Carrier, whenOver } from "../carrier.ts"
import type { RowSource } from "./row-source.ts"

/** The rows of one statement outside of a transaction. */
export class WholeRows<R> implements RowSource<R> {
  readonly #carrier: Carrier
  readonly #exchange: StreamedQuery<R>
  readonly #stop: Stop
  #state: "open" | "ended" = "open"

  /** Sends the statement. */
  constructor(carrier: Carrier, query: Query) {
    const { session } = carrier
    this.#carrier = carrier
    this.#exchange = new StreamedQuery<R>(query, session.statements, session.typesFor(query.types))
    this.#stop = session.stopOwn(query.signal, query.timeout)
    try {
      carrier.start(this.#exchange, this.#stop)
      session.enter(this, carrier.scope, "a stream")
    } catch (error) {
      this.#stop.dispose()
      throw error
    }
  }

  async next(): Promise<R[] | undefined> {
    if (this.#state === "ended") return undefined
    const rows = await this.#exchange.flow.take()
    if (rows === undefined) await this.close()
    return rows
  }

  async close(): Promise<void> {
    if (this.#state === "ended") return
    this.#state = "ended"
    const { session } = this.#carrier
    this.#exchange.flow.discard()
    if (!this.#exchange.isComplete) this.#stop.stop(new Error("the stream was broken off"))
    session.leave(this) // what is run from now on waits for its turn
    await whenOver(session, this.#exchange.ending.over)
    this.#stop.dispose()
  }
}
