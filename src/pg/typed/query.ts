/**
 * Queries and their results, as programs in TypeScript write them down. This is the one file of the package with `any` in
 * what users see: `result.rows[0].id` has to compile without a type of the row, as it does with `@types/pg`, and the
 * types of values can be told (`QueryConfig<[number]>`) but need not be.
 *
 * @see https://node-postgres.com/features/queries
 * @see https://node-postgres.com/apis/result
 */

import type { CustomTypesConfig } from "./config.ts"
import type { Connection } from "./connection.ts"

// biome-ignore lint/suspicious/noExplicitAny: what a row holds and what a parameter takes is the statement's business
export type Any = any

/** A row by column name. */
export interface QueryResultRow {
  [column: string]: Any
}

/** One column of a result. */
export interface FieldDef {
  name: string
  /** The table's OID, 0 for what is no column of a table. */
  tableID: number
  columnID: number
  dataTypeID: number
  dataTypeSize: number
  dataTypeModifier: number
  /** `text` or `binary`. */
  format: string
}

/** What every result has, however its rows are made. */
export interface QueryResultBase {
  /** The command's first word: `SELECT`, `INSERT`. */
  command: string
  /** How many rows it was about; null where that means nothing. */
  rowCount: number | null
  oid: number
  fields: FieldDef[]
}

/** A result with its rows as objects. */
export interface QueryResult<R extends QueryResultRow = Any> extends QueryResultBase {
  rows: R[]
}

/** A result with its rows as arrays. */
export interface QueryArrayResult<R extends Any[] = Any[]> extends QueryResultBase {
  rows: R[]
}

/** A result while it is being built, as a query's events show it. */
export interface ResultBuilder<R extends QueryResultRow = Any> extends QueryResult<R> {
  addRow(row: R): void
}

/** The values of a query, if `I` is a type for them. */
export type QueryConfigValues<I> = I extends readonly unknown[] ? I : never

/** A query as an object. */
export interface QueryConfig<I = Any[]> {
  /** Has the server keep the statement under this name. */
  name?: string | undefined
  text: string
  values?: QueryConfigValues<I> | undefined
  /** Parsers for this query's values. */
  types?: CustomTypesConfig | undefined
  /** Asks for values in binary. */
  binary?: boolean | undefined
  /** `extended` has the statement parsed and bound even without values. */
  queryMode?: string | undefined
  /** How many rows to fetch at a time; 0 for all. */
  rows?: number | undefined
  /** After how many milliseconds to give up. */
  query_timeout?: number | undefined
}

/** A query whose rows are arrays. */
export interface QueryArrayConfig<I = Any[]> extends QueryConfig<I> {
  rowMode: "array"
}

/** Something that writes its request itself: a cursor, a stream. What else it has is called as replies come. */
export interface Submittable {
  /** Writes the request. */
  submit(connection: Connection): void
}

/** Gets a result, or why there is none: the error is null or undefined when there is one. */
export type QueryResultCallback<T> = (error: Error, result: T) => void

/** What runs queries: clients and pools alike. With a callback there is no promise. */
export interface QueryRunner {
  /** Runs what writes its request itself, and gives it back. */
  query<T extends Submittable>(query: T): T
  /** Runs a query whose rows are to be arrays. */
  query<R extends Any[] = Any[], I = Any[]>(
    config: QueryArrayConfig<I>,
    values?: QueryConfigValues<I>,
  ): Promise<QueryArrayResult<R>>
  /** Runs a query given as an object. */
  query<R extends QueryResultRow = Any, I = Any>(config: QueryConfig<I>): Promise<QueryResult<R>>
  /** Runs a query; values beside an object go before those in it. */
  query<R extends QueryResultRow = Any, I = readonly unknown[]>(
    query: string | QueryConfig<I>,
    values?: QueryConfigValues<I>,
  ): Promise<QueryResult<R>>
  query<R extends Any[] = Any[], I = Any[]>(
    config: QueryArrayConfig<I>,
    callback: QueryResultCallback<QueryArrayResult<R>>,
  ): void
  query<R extends QueryResultRow = Any, I = Any[]>(
    query: string | QueryConfig<I>,
    callback: QueryResultCallback<QueryResult<R>>,
  ): void
  query<R extends QueryResultRow = Any, I = readonly unknown[]>(
    text: string,
    values: QueryConfigValues<I>,
    callback: QueryResultCallback<QueryResult<R>>,
  ): void
}
