/**
 * A stream of items that come in batches: nothing is sent before the first is asked for, a few hundred kilobytes are read
 * ahead at most, and leaving the loop early leaves the connection as it was.
 *
 *     unread ──first next()──▶ reading ──end, error, return()──▶ ended
 *        └──────────────────────┴──close()──▶ closed
 */

import { type NodeReadable, nodeReadable } from "#platform"
import { UsageError } from "../errors/client-error.ts"
import type { BatchSource } from "./batch-source.ts"
import { withCallerStack } from "./caller-stack.ts"
import type { Borrow, Carrier } from "./carrier.ts"

/** What a stream is made of. */
export interface StreamPlan<T> {
  /** Lends the connection, for as long as it is read. */
  readonly borrow: Borrow
  /** Starts it. What it opens gives the connection back. */
  readonly open: (carrier: Carrier) => BatchSource<T> | Promise<BatchSource<T>>
  readonly signal: AbortSignal | undefined
  /** Whether the items are bytes, which streams count by themselves. */
  readonly bytes: boolean
}

/** Items of a server's answer, one after the other, in constant memory. It can be read once. */
export class BatchStream<T> implements AsyncIterable<T>, AsyncDisposable {
  readonly #plan: StreamPlan<T>
  #state: "unread" | "reading" | "ended" | "closed" = "unread"
  #source: BatchSource<T> | undefined

  /** @internal */
  constructor(plan: StreamPlan<T>) {
    this.#plan = plan
  }

  /** The items. Leaving the loop early ends the statement on the server. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined> {
    return new BatchIterator(this.batches(), this.#plan.signal, () => this.#finish("ended"))
  }

  /** The items in arrays as they come, for callers who count nanoseconds. */
  batches(): AsyncGenerator<T[], undefined, undefined> {
    this.claim()
    return this.#read()
  }

  /** @internal Takes the right to read it, which there is once. */
  claim(): void {
    if (this.#state !== "unread") {
      const problem = this.#state === "closed" ? "the stream was closed" : "a stream can be read only once"
      throw new UsageError(`${problem}: make another`, { safeToRetry: true })
    }
    this.#state = "reading"
  }

  /** As a Readable of Node. Destroying it ends the statement on the server. */
  toReadable(): NodeReadable {
    return nodeReadable(this, !this.#plan.bytes)
  }

  /** As a stream of the web. Cancelling it ends the statement on the server. */
  toReadableStream(): ReadableStream<T> {
    const iterator = this[Symbol.asyncIterator]()
    return new ReadableStream<T>(
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

  async *#read(): AsyncGenerator<T[], undefined, undefined> {
    try {
      const source = await this.#open()
      while (this.#state === "reading") {
        const items = await source.next()
        if (items === undefined) break
        if (this.#state === "reading") yield items
      }
    } catch (error) {
      this.#finish("ended").catch(() => {}) // the error need not wait until the connection is free
      throw error
    } finally {
      await this.#finish("ended")
    }
    if (this.#state === "closed") throw streamClosed()
  }

  async #open(): Promise<BatchSource<T>> {
    const { borrow, open, signal } = this.#plan
    signal?.throwIfAborted()
    const carrier = await borrow(signal)
    try {
      if (this.#state !== "reading") throw streamClosed()
      const opened = open(carrier)
      this.#source = opened instanceof Promise ? await opened : opened
    } catch (error) {
      carrier.release()
      throw error
    }
    return this.#source
  }

  async #finish(state: "ended" | "closed"): Promise<void> {
    if (this.#state !== "closed") this.#state = state
    await this.#source?.close()
  }
}

function streamClosed(): UsageError {
  return new UsageError("the stream was closed", { safeToRetry: true })
}

/** Item by item out of batches: one that is here already costs no more than a resolved promise. */
class BatchIterator<T> implements AsyncIterableIterator<T, undefined> {
  readonly #batches: AsyncGenerator<T[], undefined, undefined>
  readonly #signal: AbortSignal | undefined
  readonly #end: () => Promise<void>
  #items: T[] = []
  #at = 0
  #pending: Promise<IteratorResult<T, undefined>> | undefined

  /** @param end ends the stream even while the next batch is awaited */
  constructor(
    batches: AsyncGenerator<T[], undefined, undefined>,
    signal: AbortSignal | undefined,
    end: () => Promise<void>,
  ) {
    this.#batches = batches
    this.#signal = signal
    this.#end = end
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#at < this.#items.length && this.#pending === undefined && !this.#signal?.aborted) {
      return Promise.resolve({ value: this.#items[this.#at++]!, done: false })
    }
    const advance = (): Promise<IteratorResult<T, undefined>> => this.#advance()
    const pending = this.#pending === undefined ? advance() : this.#pending.then(advance, advance)
    this.#pending = pending
    const settled = (): void => {
      if (this.#pending === pending) this.#pending = undefined
    }
    pending.then(settled, settled)
    return withCallerStack(pending)
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.#items = []
    await this.#end()
    await this.#batches.return(undefined)
    return { value: undefined, done: true }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async #advance(): Promise<IteratorResult<T, undefined>> {
    if (this.#at >= this.#items.length || this.#signal?.aborted) {
      const { value, done } = await this.#batches.next()
      if (done) return { value: undefined, done: true }
      this.#items = value
      this.#at = 0
    }
    return { value: this.#items[this.#at++]!, done: false }
  }
}
