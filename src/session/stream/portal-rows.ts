/**
 * Rows by a portal within a transaction, in batches whose size follows the rows': the next batch is on its way while the
 * caller works on this one, other statements of the transaction run in between, and closing early fails nothing.
 */

import { ClosePortal, FetchPortal, OpenPortal, type PortalBatch } from "../../exchange/portal.ts"
import type { Query } from "../../query/query.ts"
import type { RowDecoder } from "../../query/row-decoder.ts"
import { queryChannel } from "../../trace/channels.ts"
import type { BatchSource } from "../batch-source.ts"
import { withCallerStack } from "../caller-stack.ts"
import type { Carrier } from "../carrier.ts"
import { beginTrace, type Settle } from "../traced.ts"

/** So few rows are asked for first: how large they are is not known. */
const FIRST_ROWS = 32
/** A batch is to have about so many bytes on the wire. */
const TARGET_BYTES = 128 * 1024
const MOST_ROWS = 10_000
/** A batch has at most so many times the rows of the one before. */
const GROWTH = 8

/** The rows of one statement within a transaction. */
export class PortalRows<R> implements BatchSource<R> {
  readonly #carrier: Carrier
  readonly #query: Query
  readonly #name: string
  readonly #opening: OpenPortal<R>
  #batch: Promise<PortalBatch<R>> | undefined
  #maxRows = FIRST_ROWS
  #isOpen = true
  readonly #deadline: number | undefined
  readonly #settle: Settle | undefined

  /** Sends the statement and asks for the first rows. */
  constructor(carrier: Carrier, query: Query) {
    this.#carrier = carrier
    this.#query = query
    this.#name = carrier.session.uniqueName("stream")
    this.#deadline = query.timeout === undefined ? undefined : performance.now() + query.timeout
    const types = carrier.session.typesFor(query.types)
    this.#opening = new OpenPortal<R>(query, types, this.#name, FIRST_ROWS)
    this.#batch = this.#await(this.#opening.promise, this.#opening)
    this.#settle = beginTrace(queryChannel, carrier.session, query.text)
  }

  async next(): Promise<R[] | undefined> {
    const batch = this.#batch
    if (batch === undefined) return undefined
    this.#batch = undefined
    this.#query.signal?.throwIfAborted()
    const ended = await withCallerStack(batch).catch((error: unknown) => {
      this.#settle?.(error)
      throw error
    })
    if (!ended.isSuspended) {
      await this.close()
      return ended.rows.length > 0 ? ended.rows : undefined
    }
    if (this.#isOpen) this.#batch = this.#fetch(ended)
    return ended.rows
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#settle?.()
    this.#batch?.catch(() => {}) // nobody takes it any more
    this.#batch = undefined
    await this.#closePortal()
    this.#carrier.release()
  }

  async #closePortal(): Promise<void> {
    const { session } = this.#carrier
    // In a transaction that has failed or ended there is no portal any more.
    if (session.link.state !== "open" || session.link.server.transactionStatus !== "transaction") return
    const exchange = new ClosePortal(this.#name)
    try {
      this.#carrier.start(exchange, undefined)
    } catch {
      return // the transaction has ended, or a nested one is open: the portal ends with it
    }
    await exchange.promise
  }

  #fetch({ rows, bytes }: PortalBatch<R>): Promise<PortalBatch<R>> {
    const fitting = Math.floor(TARGET_BYTES / Math.max(1, bytes / rows.length))
    this.#maxRows = Math.max(1, Math.min(fitting, this.#maxRows * GROWTH, MOST_ROWS))
    const decode = this.#opening.decoder as RowDecoder<R>
    const exchange = new FetchPortal<R>(this.#name, this.#maxRows, this.#query.text, decode)
    return this.#await(exchange.promise, exchange)
  }

  /** Starts an exchange; what cannot be started rejects like what fails. */
  #await(promise: Promise<PortalBatch<R>>, exchange: OpenPortal<R> | FetchPortal<R>): Promise<PortalBatch<R>> {
    const { session, start } = this.#carrier
    const left = this.#deadline === undefined ? 0 : Math.max(1, this.#deadline - performance.now())
    const stop = session.stopFor(this.#query.signal, left)
    try {
      start(exchange, stop)
    } catch (error) {
      stop?.dispose()
      return rejected(error)
    }
    const dispose = (): void => stop?.dispose()
    promise.then(dispose, dispose)
    return promise
  }
}

/** A rejection that somebody is going to take later. */
function rejected(error: unknown): Promise<never> {
  const promise = Promise.reject(error)
  promise.catch(() => {})
  return promise
}
