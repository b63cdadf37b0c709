/**
 * From a source to an exchange that is fed: items are taken as fast as the server takes them, an error on either side
 * ends the other, and the source is closed however it ends.
 */

import { describeValue, UsageError } from "../errors/client-error.ts"
import type { WriteGate } from "../exchange/write-gate.ts"

/** Where items come from. */
export interface Source<T> {
  /** The next item, now or later; `END` behind the last. */
  next(): T | typeof END | Promise<T | typeof END>
  /** Nothing is taken any more: gives up what the source holds. */
  close(): void | Promise<void>
  /** Whether items may come later, so that others might use the connection meanwhile. */
  readonly isAsync: boolean
}

/** Stands behind the last item. */
export const END: unique symbol = Symbol("end")

/** What items go to. */
export interface Fed<T> {
  /** Resolves when it may be fed, or there is nothing to feed any more. */
  readonly ready: Promise<unknown>
  readonly gate: WriteGate
  /** Takes an item; true when something was appended, and the gate is to be asked. What it throws is told to `abort`. */
  add(item: T): boolean
  /** There are no more items. */
  end(): void
  /** What was fed is to be undone. */
  abort(reason: unknown): void
}

/** Feeds until the source ends, or either side fails. Never rejects: the exchange tells how it ended. */
export async function feed<T>(source: Source<T>, target: Fed<T>): Promise<void> {
  const { gate } = target
  let isPending = false
  try {
    await target.ready
    while (!gate.isClosed) {
      const taken = source.next()
      isPending = taken instanceof Promise
      const item = taken instanceof Promise ? await unlessClosed(taken, gate) : taken
      if (gate.isClosed) break
      isPending = false
      if (item === END) {
        target.end()
        break
      }
      if (!target.add(item as T)) continue
      const wait = gate.wait()
      if (wait !== undefined) await wait
    }
  } catch (error) {
    isPending = false
    target.abort(error)
  }
  await closeSource(source, isPending)
}

/** The next item, unless a signal aborts before it has come. */
export function nextUnlessAborted<T>(
  source: Source<T>,
  signal: AbortSignal | undefined,
): T | typeof END | Promise<T | typeof END> {
  signal?.throwIfAborted()
  const taken = source.next()
  if (signal === undefined || !(taken instanceof Promise)) return taken
  return new Promise<T | typeof END>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    signal.addEventListener("abort", onAbort, { once: true })
    taken.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort))
  })
}

/**
 * Closes a source. One that was asked for its next item may never answer; then it is told to close and left alone.
 * Failures of closing do not count: how the work on it ended does.
 */
export async function closeSource<T>(source: Source<T>, isPending: boolean): Promise<void> {
  try {
    const closed = source.close()
    if (!(closed instanceof Promise)) return
    if (isPending) closed.catch(() => {})
    else await closed
  } catch {
    // told nobody, see above
  }
}

/** What the source gives, or nothing as soon as the exchange takes no more. */
function unlessClosed<T>(taken: Promise<T>, gate: WriteGate): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    gate.onClosed = () => resolve(undefined)
    taken.then(resolve, reject)
  })
}

/** A source over anything that can be iterated. @throws UsageError when it cannot */
export function iterableSource<T>(items: Iterable<T> | AsyncIterable<T>, what: string): Source<T> {
  if (isAsyncIterable(items)) return new AsyncSource(items)
  if (isIterable(items)) return new SyncSource(items)
  throw new UsageError(`${what} must be an iterable or an async iterable, got ${describeValue(items)}`, {
    safeToRetry: true,
  })
}

export function isAsyncIterable(value: unknown): value is AsyncIterable<never> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value
}

export function isIterable(value: unknown): value is Iterable<never> {
  return typeof value === "object" && value !== null && Symbol.iterator in value
}

class SyncSource<T> implements Source<T> {
  readonly isAsync = false
  readonly #iterator: Iterator<T>
  #isOver = false

  constructor(items: Iterable<T>) {
    this.#iterator = items[Symbol.iterator]()
  }

  next(): T | typeof END {
    this.#isOver = true // as it is when this throws
    const { value, done } = this.#iterator.next()
    if (done) return END
    this.#isOver = false
    return value
  }

  close(): void {
    if (!this.#isOver) this.#iterator.return?.()
    this.#isOver = true
  }
}

class AsyncSource<T> implements Source<T> {
  readonly isAsync = true
  readonly #items: AsyncIterable<T>
  #iterator: AsyncIterator<T> | undefined
  #isOver = false

  constructor(items: AsyncIterable<T>) {
    this.#items = items
  }

  async next(): Promise<T | typeof END> {
    this.#iterator ??= this.#items[Symbol.asyncIterator]()
    try {
      const { value, done } = await this.#iterator.next()
      if (!done) return value
    } catch (error) {
      this.#isOver = true
      throw error
    }
    this.#isOver = true
    return END
  }

  /** A stream of Node is destroyed, for its iterator would wait until the next chunk has come. */
  async close(): Promise<void> {
    if (this.#isOver) return
    this.#isOver = true
    const { destroy } = this.#items as { readonly destroy?: () => void }
    if (typeof destroy === "function") destroy.call(this.#items)
    else await this.#iterator?.return?.()
  }
}
