/**
 * Rows as a stream: nothing is sent before the first is asked for, never more than a few hundred kilobytes are read
 * ahead, and leaving the loop early leaves the connection as it was.
 */

import { type NodeReadable, nodeReadable } from "#platform"
import { UsageError } from "../../errors/client-error.ts"
import type { Query } from "../../query/query.ts"
import type { Borrow, Carrier } from "../carrier.ts"
import { PortalRows } from "./portal-rows.ts"
import type { RowSource } from "./row-source.ts"
import { WholeRows } from "./whole-rows.ts"

/**
 * The rows of a query, one after the other, in constant memory. It can be read once: by `for await`, in batches, or as a
 * stream of Node's or the web's.
 *
 * On a connection the statement runs in one go, held back while the caller is busy, and the connection is the stream's
 * until it ends. In a transaction the rows come in batches, and the transaction's other statements may run in between. A
 * pool lends a connection for as long as the rows are being read.
 *
 * @example
 * ```ts
 * for await (const user of db.stream`select * from users`) await mail(user)
 * ```
 */
export class RowStream<R> implements AsyncIterable<R>, AsyncDisposable {
  readonly #borrow: Borrow
  readonly #query: Query
  #state: "unread" | "reading" | "ended" | "closed" = "unread"
  #carrier: Carrier | undefined
  #source: RowSource<R> | undefined

  /** @internal Use `stream`. */
  constructor(borrow: Borrow, query: Query) {
    this.#borrow = borrow
    this.#query = query
  }

  /** The rows. Leaving the loop early ends the statement on the server. */
  [Symbol.asyncIterator](): AsyncIterableIterator<R, undefined> {
    return new RowIterator(this.batches(), this.#query.signal, () => this.#finish("ended"))
  }

  /** The rows in arrays as they come, for callers who count nanoseconds. */
  batches(): AsyncGenerator<R[], undefined, undefined> {
    if (this.#state !== "unread") {
      throw new UsageError("a stream can be read only once: make another", { safeToRetry: true })
    }
    this.#state = "reading"
    return this.#read()
  }

  /** The rows as a Readable of Node, in object mode. Destroying it ends the statement on the server. */
  toReadable(): NodeReadable {
    return nodeReadable(this, true)
  }

  /** The rows as a stream of the web. Cancelling it ends the statement on the server. */
  toReadableStream(): ReadableStream<R> {
    const iterator = this[Symbol.asyncIterator]()
    return new ReadableStream<R>(
      {
        pull: async (controller) => {
          const { value, done } = await iterator.next()
          if (done) controller.close()
          else controller.enqueue(value)
        },
        cancel: async () => {
          await iterator.return?.()
        },
      },
      { highWaterMark: 0 },
    )
  }

  /** Ends it early: resolves when the connection is free again. Whoever still reads gets an error. */
  close(): Promise<void> {
    return this.#finish("closed")
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async *#read(): AsyncGenerator<R[], undefined, undefined> {
    try {
      const source = await this.#open()
      while (this.#state === "reading") {
        const rows = await source.next()
        if (rows === undefined) return
        if (this.#state === "reading") yield rows
      }
    } catch (error) {
      this.#finish("ended").catch(() => {}) // the error need not wait until the connection is free
      throw error
    } finally {
      await this.#finish("ended")
    }
    if (this.#state === "closed") throw streamClosed()
  }

  async #finish(state: "ended" | "closed"): Promise<void> {
    if (this.#state !== "closed") this.#state = state
    await this.#end()
  }

  async #open(): Promise<RowSource<R>> {
    const query = this.#query
    query.signal?.throwIfAborted()
    const carrier = await this.#borrow(query.signal)
    try {
      if (this.#state !== "reading") throw streamClosed()
      this.#source = carrier.inTransaction ? new PortalRows<R>(carrier, query) : new WholeRows<R>(carrier, query)
    } catch (error) {
      carrier.release()
      throw error
    }
    this.#carrier = carrier
    return this.#source
  }

  async #end(): Promise<void> {
    const carrier = this.#carrier
    this.#carrier = undefined
    await this.#source?.close()
    carrier?.release()
  }
}

function streamClosed(): UsageError {
  return new UsageError("the stream was closed", { safeToRetry: true })
}

/** Row by row out of batches: a row that is here already costs no more than a resolved promise. */
class RowIterator<R> implements AsyncIterableIterator<R, undefined> {
  readonly #batches: AsyncGenerator<R[], undefined, undefined>
  readonly #signal: AbortSignal | undefined
  readonly #end: () => Promise<void>
  #rows: R[] = []
  #at = 0
  #pending: Promise<IteratorResult<R, undefined>> | undefined

  /** @param end ends the stream even while the next rows are awaited */
  constructor(
    batches: AsyncGenerator<R[], undefined, undefined>,
    signal: AbortSignal | undefined,
    end: () => Promise<void>,
  ) {
    this.#batches = batches
    this.#signal = signal
    this.#end = end
  }

  next(): Promise<IteratorResult<R, undefined>> {
    if (this.#at < this.#rows.length && this.#pending === undefined && !this.#signal?.aborted) {
      return Promise.resolve({ value: this.#rows[this.#at++]!, done: false })
    }
    const advance = (): Promise<IteratorResult<R, undefined>> => this.#advance()
    const pending = this.#pending === undefined ? advance() : this.#pending.then(advance, advance)
    this.#pending = pending
    const settled = (): void => {
      if (this.#pending === pending) this.#pending = undefined
    }
    pending.then(settled, settled)
    return pending
  }

  async return(): Promise<IteratorResult<R, undefined>> {
    this.#rows = []
    await this.#end()
    await this.#batches.return(undefined)
    return { value: undefined, done: true }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async #advance(): Promise<IteratorResult<R, undefined>> {
    if (this.#at >= this.#rows.length || this.#signal?.aborted) {
      const { value, done } = await this.#batches.next()
      if (done) return { value: undefined, done: true }
      this.#rows = value
      this.#at = 0
    }
    return { value: this.#rows[this.#at++]!, done: false }
  }
}
