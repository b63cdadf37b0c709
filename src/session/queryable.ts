/**
 * What everything has which can run a query, as far as transactions have it in common too: `transaction/queryable.ts` adds
 * the way into one.
 */

import type { ManyResult } from "../exchange/execute-many.ts"
import type { QueryOptions, Shaped } from "../query/query.ts"
import type { Result } from "../query/result.ts"
import type { Sql } from "../sql/fragment.ts"
import type { ChunkSource } from "./chunk-source.ts"
import type { CopyIn, CopyInOptions, CopyResult } from "./copy/copy-in.ts"
import type { CopyOut, CopyOutOptions } from "./copy/copy-out.ts"
import type { CopyRowsOptions } from "./copy/copy-rows.ts"
import type { ExecuteManyOptions, ParamSets } from "./execute-many.ts"
import type { RowStream } from "./stream/row-stream.ts"

/** A row as an object by column name, its values not typed further. */
export type Row = Record<string, unknown>

/** Options of a script. */
export type ScriptOptions<R = unknown> = Pick<QueryOptions<R>, "rows" | "signal" | "timeout" | "types">

/** The arguments of a query whose rows are tuples, or first columns: their type then says so by itself. */
export type ShapedCall<S extends "tuple" | "scalar"> =
  | [text: string, values: readonly unknown[] | undefined, options: Shaped<QueryOptions, S>]
  | [fragment: Sql, options: Shaped<QueryOptions, S>]

/**
 * Runs queries. Each method takes a template (its values are always bound, never pasted), a text with parameters, or a
 * composed fragment:
 *
 * ```ts
 * await db.query`select * from users where age > ${age}`
 * await db.query("select * from users where age > $1", [age], { rows: "tuple" })
 * await db.query(sql`select ${sql.id(column)} from users`)
 * ```
 *
 * All of them reject with ServerError when the server refuses, EncodeError when a value does not fit its parameter's
 * type, DecodeError when the server's bytes are no value of the announced type, and ConnectionError when the connection
 * is lost; its `safeToRetry` tells whether the server can have seen the query.
 */
export interface QueryCalls {
  /** Runs a statement and resolves with its rows and what the server said of them. */
  query<R = Row>(template: TemplateStringsArray, ...values: unknown[]): Promise<Result<R>>
  query<R = unknown[]>(...call: ShapedCall<"tuple">): Promise<Result<R>>
  query<R = unknown>(...call: ShapedCall<"scalar">): Promise<Result<R>>
  query<R = Row>(text: string, values?: readonly unknown[], options?: QueryOptions<R>): Promise<Result<R>>
  query<R = Row>(fragment: Sql, options?: QueryOptions<R>): Promise<Result<R>>

  /** Runs a statement and resolves with its rows. */
  rows<R = Row>(template: TemplateStringsArray, ...values: unknown[]): Promise<R[]>
  rows<R = unknown[]>(...call: ShapedCall<"tuple">): Promise<R[]>
  rows<R = unknown>(...call: ShapedCall<"scalar">): Promise<R[]>
  rows<R = Row>(text: string, values?: readonly unknown[], options?: QueryOptions<R>): Promise<R[]>
  rows<R = Row>(fragment: Sql, options?: QueryOptions<R>): Promise<R[]>

  /** Resolves with the only row. Rejects with RowCountError when there is none, or there are several. */
  one<R = Row>(template: TemplateStringsArray, ...values: unknown[]): Promise<R>
  one<R = unknown[]>(...call: ShapedCall<"tuple">): Promise<R>
  one<R = unknown>(...call: ShapedCall<"scalar">): Promise<R>
  one<R = Row>(text: string, values?: readonly unknown[], options?: QueryOptions<R>): Promise<R>
  one<R = Row>(fragment: Sql, options?: QueryOptions<R>): Promise<R>

  /** Resolves with the first row, or `undefined` when there is none. */
  first<R = Row>(template: TemplateStringsArray, ...values: unknown[]): Promise<R | undefined>
  first<R = unknown[]>(...call: ShapedCall<"tuple">): Promise<R | undefined>
  first<R = unknown>(...call: ShapedCall<"scalar">): Promise<R | undefined>
  first<R = Row>(text: string, values?: readonly unknown[], options?: QueryOptions<R>): Promise<R | undefined>
  first<R = Row>(fragment: Sql, options?: QueryOptions<R>): Promise<R | undefined>

  /** Resolves with the first column of the first row, or `undefined` when there is no row. */
  value<V = unknown>(template: TemplateStringsArray, ...values: unknown[]): Promise<V | undefined>
  value<V = unknown>(text: string, values?: readonly unknown[], options?: QueryOptions): Promise<V | undefined>
  value<V = unknown>(fragment: Sql, options?: QueryOptions): Promise<V | undefined>

  /**
   * Runs a script of any number of statements through the simple protocol: no parameters, one result each. Without a
   * BEGIN of its own the script is one transaction, and after an error the rest of it is not run.
   */
  execute<R = unknown[]>(script: string, options: Shaped<ScriptOptions, "tuple">): Promise<Result<R>[]>
  execute<R = unknown>(script: string, options: Shaped<ScriptOptions, "scalar">): Promise<Result<R>[]>
  execute<R = Row>(script: string, options?: ScriptOptions<R>): Promise<Result<R>[]>

  /**
   * Runs a statement once for each set of values, all under one sync point: none waits for the reply to the one before,
   * and none has happened when one fails. Its error's `index` says which. Sets are taken as fast as the server takes
   * them, so there may be any number. To load much, `copyRows` is faster still.
   *
   * @param paramSets an array per run; any iterable of them
   *
   * @example
   * ```ts
   * await db.executeMany("insert into points values ($1, $2)", [[1, 2], [3, 4]])
   * ```
   */
  executeMany<R = unknown[]>(
    text: string | Sql,
    paramSets: ParamSets,
    options: Shaped<ExecuteManyOptions, "tuple">,
  ): Promise<ManyResult<R>>
  executeMany<R = unknown>(
    text: string | Sql,
    paramSets: ParamSets,
    options: Shaped<ExecuteManyOptions, "scalar">,
  ): Promise<ManyResult<R>>
  executeMany<R = Row>(
    text: string | Sql,
    paramSets: ParamSets,
    options?: ExecuteManyOptions<R>,
  ): Promise<ManyResult<R>>

  /**
   * Copies data into a table by COPY … FROM STDIN, in the format that the statement says. With a source it runs to the
   * source's end and resolves with the number of rows; without one it resolves with a writer. All or nothing: whatever
   * fails, nothing has been copied. To copy rows of values, `copyRows` is simpler.
   *
   * @param source bytes, a string, a Blob, an iterable or a stream of Node's or the web's of bytes and strings; a chunk's
   *   memory may be used again when the next one is asked for
   *
   * @example
   * ```ts
   * await db.copyIn("copy points from stdin (format csv)", createReadStream("points.csv"))
   * ```
   */
  copyIn(text: string | Sql): Promise<CopyIn>
  copyIn(text: string | Sql, source: undefined, options?: CopyInOptions): Promise<CopyIn>
  copyIn(text: string | Sql, source: ChunkSource, options?: CopyInOptions): Promise<CopyResult>

  /**
   * A table's or a query's data by COPY … TO STDOUT: iterate it for bytes, or its `rows()` for tuples of values. Nothing
   * is sent before it is read, and it is read no faster than it is taken.
   */
  copyOut(text: string | Sql, options?: CopyOutOptions): CopyOut

  /**
   * Copies rows into a table, encoded by its columns' types: the fastest way to load values. All or nothing.
   *
   * @param table its name as in SQL, `"app.points"`, or `sql.id("app", "points")`
   * @param rows arrays of values in the order of the columns; any iterable of them
   *
   * @example
   * ```ts
   * await db.copyRows("points", [[1, 2], [3, 4]], { columns: ["x", "y"] })
   * ```
   */
  copyRows(
    table: string | Sql,
    rows: Iterable<readonly unknown[]> | AsyncIterable<readonly unknown[]>,
    options?: CopyRowsOptions,
  ): Promise<CopyResult>

  /**
   * The rows of a statement one after the other, in constant memory: for results that do not fit in it. Nothing is sent
   * before the first row is asked for. The connection's `queryTimeout`, `maxRows` and `maxResultBytes` are for whole
   * results and do not count here.
   */
  stream<R = Row>(template: TemplateStringsArray, ...values: unknown[]): RowStream<R>
  stream<R = unknown[]>(...call: ShapedCall<"tuple">): RowStream<R>
  stream<R = unknown>(...call: ShapedCall<"scalar">): RowStream<R>
  stream<R = Row>(text: string, values?: readonly unknown[], options?: QueryOptions<R>): RowStream<R>
  stream<R = Row>(fragment: Sql, options?: QueryOptions<R>): RowStream<R>

  /**
   * Notifies everybody who listens on a channel, when the transaction commits if one is open.
   * @param channel its name, up to 63 bytes
   * @param payload up to 7,999 bytes; empty unless given
   */
  notify(channel: string, payload?: string): Promise<void>
}
