/**
 * Query and Result as classes: queries that one makes oneself to hear of each row, and what they build.
 *
 * @see https://node-postgres.com/apis/client#clientquery
 */

import type { EventEmitter } from "../node-runtime.ts"
import { Query as SubmittableQuery } from "../query.ts"
import { Result as StatementResult } from "../result.ts"
import type { CustomTypesConfig } from "./config.ts"
import type { Any, QueryConfig, QueryResultRow, ResultBuilder, Submittable } from "./query.ts"

/** A query that emits its rows. Given to `client.query`. */
export interface Query<R extends QueryResultRow = Any, I extends Any[] = Any> extends EventEmitter, Submittable {
  /** Its values, as they were given. */
  readonly values: I | undefined
  on(event: "row", listener: (row: R, result?: ResultBuilder<R>) => void): this
  on(event: "error", listener: (error: Error) => void): this
  on(event: "end", listener: (result: ResultBuilder<R>) => void): this
}

/** Told of a query's result. */
type Told<R extends QueryResultRow> = (error: Error | undefined, result: ResultBuilder<R>) => void

/** Makes a query, which runs when a client is given it. */
export interface QueryConstructor {
  new <R extends QueryResultRow = Any, I extends Any[] = Any>(
    query: string | QueryConfig<I>,
    callback?: Told<R>,
  ): Query<R, I>
  new <R extends QueryResultRow = Any, I extends Any[] = Any>(
    query: string | QueryConfig<I>,
    values?: I,
    callback?: Told<R>,
  ): Query<R, I>
  readonly prototype: Query
}

export const Query: QueryConstructor = SubmittableQuery as QueryConstructor

/** What a statement has given. */
export interface Result<R extends QueryResultRow = Any> extends ResultBuilder<R> {
  /** Makes a row of texts, for submittables. */
  parseRow(values: readonly unknown[]): R
}

/** Makes an empty result. */
export interface ResultConstructor {
  new <R extends QueryResultRow = Any>(rowMode?: string, types?: CustomTypesConfig): Result<R>
  readonly prototype: Result
}

export const Result: ResultConstructor = StatementResult as ResultConstructor
