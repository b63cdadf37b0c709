/**
 * Cursors of the server: a query's rows fetched on demand, forwards and, if asked for, backwards, within a transaction or
 * beyond it.
 *
 *     before the first │ row 1 │ row 2 │ … │ row n │ behind the last
 *     position 0           1       2           n        n + 1
 *
 * @see https://www.postgresql.org/docs/current/sql-declare.html
 */

import { describeValue, UsageError } from "../errors/client-error.ts"
import { checkNames, optionNames } from "../query/check-options.ts"
import type { Query, QueryOptions } from "../query/query.ts"
import type { Result } from "../query/result.ts"
import { Statement } from "../query/statement.ts"
import { quoteIdentifier } from "../sql/quote.ts"
import { type Carrier, type OwnTransaction, partOf } from "./carrier.ts"
import { type QueryText, toQuery } from "./query-arguments.ts"
import { pickResult, runNormalised } from "./run-query.ts"
import type { Start } from "./start.ts"

/** Options of `cursor`. */
export interface CursorOptions<R = unknown> extends Omit<QueryOptions<R>, "prepare"> {
  /** The cursor's name; made up unless told. */
  readonly name?: string | undefined
  /** Whether it can go backwards, which some queries make expensive. @defaultValue false */
  readonly scroll?: boolean | undefined
  /**
   * Whether it outlives its transaction: the server then keeps the whole result, in memory or on disk, until it is
   * closed. @defaultValue false
   */
  readonly hold?: boolean | undefined
  /** How many rows an iteration fetches at once. @defaultValue 1000 */
  readonly batchSize?: number | undefined
}

const DEFAULT_BATCH = 1000
const CURSOR_OPTIONS = optionNames<CursorOptions>({
  rows: true,
  parameterTypes: true,
  signal: true,
  timeout: true,
  types: true,
  name: true,
  scroll: true,
  hold: true,
  batchSize: true,
})

/** Declares a cursor. */
export async function declareCursor<R>(
  carrier: Carrier,
  text: QueryText,
  rest: readonly unknown[],
): Promise<Cursor<R>> {
  const isText = typeof text === "string"
  const cursorOptions = ((isText ? rest[1] : Array.isArray(text) ? undefined : rest[0]) ?? {}) as CursorOptions
  checkNames(cursorOptions, CURSOR_OPTIONS)
  const { name, scroll, hold, batchSize, ...options } = cursorOptions
  const given = isText ? [rest[0], options] : Array.isArray(text) ? rest : [options]
  const query = toQuery(text, given)
  const size = batchSize ?? DEFAULT_BATCH
  if (!Number.isSafeInteger(size) || size < 1) refuseCount("batchSize", batchSize)
  const quoted = quoteIdentifier(name ?? carrier.session.uniqueName("cursor"))
  const words = `${scroll ? "SCROLL" : "NO SCROLL"} CURSOR ${hold ? "WITH" : "WITHOUT"} HOLD`
  const own = hold ? partOf(carrier) : carrier.begin("a cursor")
  const start = hold ? carrier.startBeyond : own.carrier.start
  const declare = { ...query, text: `DECLARE ${quoted} ${words} FOR ${query.text}`, prepare: false }
  try {
    await runNormalised<unknown, unknown>(carrier.session, own.carrier.start, declare, pickResult)
  } catch (error) {
    await own.rollback().catch(() => {}) // the server's own error is the one to tell
    throw error
  }
  return new Cursor<R>({ carrier, own, start, query, name: quoted, scroll: scroll ?? false, hold: hold ?? false, size })
}

/** @internal What a cursor is made of. */
export interface CursorParts {
  readonly carrier: Carrier
  readonly own: OwnTransaction
  readonly start: Start
  readonly query: Query
  readonly name: string
  readonly scroll: boolean
  readonly hold: boolean
  readonly size: number
}

/**
 * A cursor on the server. It lives in a transaction; outside of one it has a transaction of its own, and the connection
 * is its alone until it is closed. One declared with `hold` needs neither.
 *
 * @example
 * ```ts
 * await using cursor = await tx.cursor("select * from events order by id", [], { scroll: true })
 * const first = await cursor.fetch(100)
 * await cursor.scroll(-50)
 * for await (const event of cursor) replay(event)
 * ```
 */
export class Cursor<R> implements AsyncIterable<R>, AsyncDisposable {
  readonly #parts: CursorParts
  #state: "open" | "exhausted" | "closed" = "open"
  #position = 0
  #isBehind = false
  /** Whether a step has failed or was stopped, which the connection's status may not show yet. */
  #hasFailed = false
  /** The last FETCH, which is likely to be the next. */
  #fetching: Statement | undefined

  /** @internal Use `cursor`. */
  constructor(parts: CursorParts) {
    this.#parts = parts
  }

  /** The number of the row it stands on: 0 before the first, one more than there are rows behind the last. */
  get position(): number {
    return this.#position
  }

  /** Fetches the next rows: so many, or all that are left when they are fewer. A negative count goes backwards. */
  async fetch(count: number): Promise<R[]> {
    if (!Number.isSafeInteger(count)) refuseCount("the number of rows", count)
    if (count === 0) return []
    this.#checkDirection(count)
    const rows = await this.#fetch(count < 0 ? `BACKWARD ${-count}` : `FORWARD ${count}`)
    this.#moved(rows.length, count)
    return rows
  }

  /** Fetches the next row; `undefined` behind the last. */
  async fetchOne(): Promise<R | undefined> {
    return (await this.fetch(1))[0]
  }

  /** Fetches all rows that are left. */
  async fetchAll(): Promise<R[]> {
    const rows = await this.#fetch("FORWARD ALL")
    this.#moved(rows.length, Number.POSITIVE_INFINITY)
    return rows
  }

  /**
   * Moves without fetching: by so many rows, or to the row of that number, negative ones counted from the last. What is
   * fetched next begins behind it. Resolves with whether it stands on a row.
   */
  async scroll(count: number, mode: "relative" | "absolute" = "relative"): Promise<boolean> {
    if (!Number.isSafeInteger(count)) refuseCount("the number of rows", count)
    if (mode !== "relative" && mode !== "absolute") {
      throw new UsageError(`scroll goes "relative" or "absolute", got ${describeValue(mode)}`, { safeToRetry: true })
    }
    if (mode === "relative") {
      await this.#move(count)
    } else if (count >= 0) {
      await this.#move(count - this.#position)
    } else {
      this.#checkDirection(count)
      await this.#move(Number.POSITIVE_INFINITY)
      await this.#move(count)
    }
    return this.#position > 0 && !this.#isBehind
  }

  /** The rows from here on, fetched in batches. Leaving the loop leaves the cursor open, where the last batch ended. */
  async *[Symbol.asyncIterator](): AsyncGenerator<R, void, undefined> {
    const { size, scroll } = this.#parts
    for (;;) {
      const rows = await this.fetch(size)
      yield* rows
      if (rows.length === size) continue
      // It can only go forwards, and there is nothing: the connection need not wait for its closing.
      if (!scroll && this.#state === "open") {
        await this.#end()
        this.#state = "exhausted"
      }
      return
    }
  }

  /** Closes it, with its own transaction if it has one. Closing it twice does no harm. */
  async close(): Promise<void> {
    if (this.#state === "open") await this.#end()
    this.#state = "closed"
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #end(): Promise<void> {
    this.#state = "closed"
    const { carrier, own, start, name, hold } = this.#parts
    const { link } = carrier.session
    if (link.state !== "open") return
    const isOwn = own.carrier !== carrier && !hold
    const hasFailed = link.server.transactionStatus === "failed"
    if (isOwn) {
      await (hasFailed || this.#hasFailed ? own.rollback() : own.commit())
    } else if (!hasFailed && (hold || link.server.transactionStatus === "transaction")) {
      await this.#run(`CLOSE ${name}`, start)
    }
  }

  async #fetch(direction: string): Promise<R[]> {
    if (this.#state === "exhausted") return []
    const { rows } = await this.#run<R>(`FETCH ${direction} FROM ${this.#parts.name}`, this.#parts.start)
    return rows
  }

  async #move(count: number): Promise<void> {
    if (count === 0) return
    this.#checkDirection(count)
    if (this.#state === "exhausted") return
    const rows = Number.isFinite(count) ? Math.abs(count) : "ALL"
    const text = `MOVE ${count < 0 ? "BACKWARD" : "FORWARD"} ${rows} FROM ${this.#parts.name}`
    const { rowCount } = await this.#run(text, this.#parts.start)
    this.#moved(rowCount, count)
  }

  /** Takes down where it stands after it was to pass `asked` rows and has met `met`. */
  #moved(met: number, asked: number): void {
    if (asked < 0) {
      this.#position = Math.max(0, this.#position + asked)
      this.#isBehind = false
    } else {
      this.#position += met
      if (met < asked && !this.#isBehind) {
        this.#position++
        this.#isBehind = true
      }
    }
  }

  #checkDirection(count: number): void {
    if (count >= 0 || this.#parts.scroll) return
    throw new UsageError("the cursor can only go forwards: declare it with { scroll: true }", { safeToRetry: true })
  }

  async #run<T>(text: string, start: Start): Promise<Result<T>> {
    if (this.#state === "closed" && !text.startsWith("CLOSE")) {
      throw new UsageError("the cursor is closed", { safeToRetry: true })
    }
    const { carrier, query } = this.#parts
    if (this.#fetching?.text !== text) this.#fetching = new Statement(text, [])
    const options = { rows: query.shape, signal: query.signal, timeout: query.timeout, types: query.types }
    try {
      const run = { ...toQuery(text, [[], { ...options, prepare: false }]), statement: this.#fetching }
      return await runNormalised<T, Result<T>>(carrier.session, start, run, pickResult)
    } catch (error) {
      this.#hasFailed = true
      throw error
    }
  }
}

function refuseCount(what: string, count: unknown): never {
  throw new UsageError(`${what} must be an integer, got ${describeValue(count)}`, { safeToRetry: true })
}
