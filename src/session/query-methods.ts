/**
 * The Queryable methods, written once: everything that can run a query differs only in how an exchange is started.
 */

import type { ManyResult } from "../exchange/execute-many.ts"
import type { QueryOptions, Shaped } from "../query/query.ts"
import type { Result } from "../query/result.ts"
import type { RowShape } from "../query/row-shape.ts"
import type { Sql } from "../sql/fragment.ts"
import { type Carrier, withCarrier } from "./carrier.ts"
import { checkChannel, checkPayload } from "./channel.ts"
import type { ChunkSource } from "./chunk-source.ts"
import { type CopyIn, type CopyInOptions, type CopyResult, copyFrom, openCopyIn } from "./copy/copy-in.ts"
import { CopyOut, type CopyOutOptions } from "./copy/copy-out.ts"
import { type CopyRowsOptions, copyRows } from "./copy/copy-rows.ts"
import { copyText } from "./copy/copy-text.ts"
import { type ExecuteManyOptions, executeMany, type ParamSets } from "./execute-many.ts"
import { checkScript, type QueryText, toQuery } from "./query-arguments.ts"
import type { QueryCalls, Row, ScriptOptions, ShapedCall } from "./queryable.ts"
import { pickFirst, pickOne, pickResult, pickRows } from "./run-query.ts"
import { RowStream } from "./stream/row-stream.ts"

/** Implements {@link QueryCalls} over one way of running a query and one of running a script. */
export abstract class QueryMethods implements QueryCalls {
  /** @internal Runs a query and resolves with what `pick` takes out of its result. */
  protected abstract runQuery<R, T>(
    text: QueryText,
    rest: readonly unknown[],
    pick: (result: Result<R>) => T,
    shape?: RowShape,
  ): Promise<T>

  /** @internal Runs a script. */
  protected abstract runScript(script: string, options: ScriptOptions): Promise<Result<unknown>[]>

  /** @internal Lends a connection for what takes longer than a query. */
  abstract borrow(signal?: AbortSignal): Carrier | Promise<Carrier>

  query<R = Row>(template: TemplateStringsArray, ...values: unknown[]): Promise<Result<R>>
  query<R = unknown[]>(...call: ShapedCall<"tuple">): Promise<Result<R>>
  query<R = unknown>(...call: ShapedCall<"scalar">): Promise<Result<R>>
  query<R = Row>(text: string, values?: readonly unknown[], options?: QueryOptions<R>): Promise<Result<R>>
  query<R = Row>(fragment: Sql, options?: QueryOptions<R>): Promise<Result<R>>
  query<R>(text: QueryText, ...rest: unknown[]): Promise<Result<R>> {
    return this.runQuery<R, Result<R>>(text, rest, pickResult)
  }

  rows<R = Row>(template: TemplateStringsArray, ...values: unknown[]): Promise<R[]>
  rows<R = unknown[]>(...call: ShapedCall<"tuple">): Promise<R[]>
  rows<R = unknown>(...call: ShapedCall<"scalar">): Promise<R[]>
  rows<R = Row>(text: string, values?: readonly unknown[], options?: QueryOptions<R>): Promise<R[]>
  rows<R = Row>(fragment: Sql, options?: QueryOptions<R>): Promise<R[]>
  rows<R>(text: QueryText, ...rest: unknown[]): Promise<R[]> {
    return this.runQuery<R, R[]>(text, rest, pickRows)
  }

  one<R = Row>(template: TemplateStringsArray, ...values: unknown[]): Promise<R>
  one<R = unknown[]>(...call: ShapedCall<"tuple">): Promise<R>
  one<R = unknown>(...call: ShapedCall<"scalar">): Promise<R>
  one<R = Row>(text: string, values?: readonly unknown[], options?: QueryOptions<R>): Promise<R>
  one<R = Row>(fragment: Sql, options?: QueryOptions<R>): Promise<R>
  one<R>(text: QueryText, ...rest: unknown[]): Promise<R> {
    return this.runQuery<R, R>(text, rest, pickOne)
  }

  first<R = Row>(template: TemplateStringsArray, ...values: unknown[]): Promise<R | undefined>
  first<R = unknown[]>(...call: ShapedCall<"tuple">): Promise<R | undefined>
  first<R = unknown>(...call: ShapedCall<"scalar">): Promise<R | undefined>
  first<R = Row>(text: string, values?: readonly unknown[], options?: QueryOptions<R>): Promise<R | undefined>
  first<R = Row>(fragment: Sql, options?: QueryOptions<R>): Promise<R | undefined>
  first<R>(text: QueryText, ...rest: unknown[]): Promise<R | undefined> {
    return this.runQuery<R, R | undefined>(text, rest, pickFirst)
  }

  value<V = unknown>(template: TemplateStringsArray, ...values: unknown[]): Promise<V | undefined>
  value<V = unknown>(text: string, values?: readonly unknown[], options?: QueryOptions): Promise<V | undefined>
  value<V = unknown>(fragment: Sql, options?: QueryOptions): Promise<V | undefined>
  value<V>(text: QueryText, ...rest: unknown[]): Promise<V | undefined> {
    return this.runQuery<V, V | undefined>(text, rest, pickFirst, "scalar")
  }

  execute<R = unknown[]>(script: string, options: Shaped<ScriptOptions, "tuple">): Promise<Result<R>[]>
  execute<R = unknown>(script: string, options: Shaped<ScriptOptions, "scalar">): Promise<Result<R>[]>
  execute<R = Row>(script: string, options?: ScriptOptions<R>): Promise<Result<R>[]>
  execute<R>(script: string, options: ScriptOptions = {}): Promise<Result<R>[]> {
    try {
      checkScript(script, options)
      return this.runScript(script, options) as Promise<Result<R>[]>
    } catch (error) {
      return Promise.reject(error)
    }
  }

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
  executeMany<R>(text: string | Sql, paramSets: ParamSets, options?: ExecuteManyOptions): Promise<ManyResult<R>> {
    return this.#lend(options?.signal, (carrier) => executeMany<R>(carrier, text, paramSets, options))
  }

  copyIn(text: string | Sql): Promise<CopyIn>
  copyIn(text: string | Sql, source: undefined, options?: CopyInOptions): Promise<CopyIn>
  copyIn(text: string | Sql, source: ChunkSource, options?: CopyInOptions): Promise<CopyResult>
  copyIn(text: string | Sql, source?: ChunkSource, options: CopyInOptions = {}): Promise<CopyIn | CopyResult> {
    if (source === undefined) return this.#openCopyIn(text, options)
    return this.#lend(options.signal, (carrier) => copyFrom(carrier, copyText(text), source, options))
  }

  copyOut(text: string | Sql, options: CopyOutOptions = {}): CopyOut {
    return new CopyOut((signal) => this.borrow(signal), copyText(text), options)
  }

  copyRows(
    table: string | Sql,
    rows: Iterable<readonly unknown[]> | AsyncIterable<readonly unknown[]>,
    options: CopyRowsOptions = {},
  ): Promise<CopyResult> {
    return this.#lend(options.signal, (carrier) => copyRows(carrier, table, rows, options))
  }

  stream<R = Row>(template: TemplateStringsArray, ...values: unknown[]): RowStream<R>
  stream<R = unknown[]>(...call: ShapedCall<"tuple">): RowStream<R>
  stream<R = unknown>(...call: ShapedCall<"scalar">): RowStream<R>
  stream<R = Row>(text: string, values?: readonly unknown[], options?: QueryOptions<R>): RowStream<R>
  stream<R = Row>(fragment: Sql, options?: QueryOptions<R>): RowStream<R>
  stream<R>(text: QueryText, ...rest: unknown[]): RowStream<R> {
    return new RowStream<R>((signal) => this.borrow(signal), toQuery(text, rest))
  }

  async notify(channel: string, payload = ""): Promise<void> {
    checkChannel(channel)
    checkPayload(payload)
    await this.query("select pg_catalog.pg_notify($1, $2)", [channel, payload])
  }

  /** The writer gives the connection back. */
  async #openCopyIn(text: string | Sql, options: CopyInOptions): Promise<CopyIn> {
    const borrowed = this.borrow(options.signal)
    const carrier = borrowed instanceof Promise ? await borrowed : borrowed
    try {
      return await openCopyIn(carrier, copyText(text), options)
    } catch (error) {
      carrier.release()
      throw error
    }
  }

  /** Runs an operation on a connection that is lent to it. */
  #lend<T>(signal: AbortSignal | undefined, use: (carrier: Carrier) => Promise<T>): Promise<T> {
    try {
      return withCarrier(this.borrow(signal), use)
    } catch (error) {
      return Promise.reject(error)
    }
  }
}
