/**
 * An explicit prepared statement in the user's hand: what it takes and gives is known before it is run.
 */

import { UsageError } from "../errors/client-error.ts"
import { CloseStatements } from "../exchange/close-statements.ts"
import { Prepare } from "../exchange/prepare.ts"
import type { Field } from "../protocol/backend.ts"
import type { QueryOptions, Shaped } from "../query/query.ts"
import type { Result } from "../query/result.ts"
import type { RowShape } from "../query/row-shape.ts"
import { type Description, Statement } from "../query/statement.ts"
import { toQuery } from "../session/query-arguments.ts"
import type { Row } from "../session/queryable.ts"
import { pickFirst, pickOne, pickResult, pickRows, runNormalised, type Start } from "../session/run-query.ts"
import type { Session } from "../session/session.ts"
import type { Sql } from "../sql/fragment.ts"

/** Options of `prepare`. */
export interface PrepareOptions {
  /** The statement's name on the server; made from its text unless told. */
  readonly name?: string
  /** The parameters' types by name, for where the server cannot infer them; `undefined` skips one. */
  readonly parameterTypes?: readonly (string | undefined)[]
}

/** One parameter of a prepared statement. */
export interface ParameterInfo {
  /** The Oid of its type. */
  readonly typeOid: number
  /** The type's name. */
  readonly type: string
}

/** Options of one run. */
export type RunOptions<R = unknown> = Pick<QueryOptions<R>, "rows" | "signal" | "timeout" | "types">

/** The arguments of a run whose rows are tuples, or first columns: their type then says so by itself. */
export type ShapedRun<S extends "tuple" | "scalar"> = [
  values: readonly unknown[] | undefined,
  options: Shaped<RunOptions, S>,
]

/**
 * A statement that the server has prepared. It is prepared again by itself when the session has lost it (DISCARD ALL,
 * a changed table) and no transaction is open.
 */
export class PreparedStatement implements AsyncDisposable {
  /** The columns of its rows; empty when it returns none. */
  readonly fields: readonly Field[]
  /** Its parameters, in order. */
  readonly parameters: readonly ParameterInfo[]
  readonly #session: Session
  readonly #statement: Statement
  readonly #start: Start
  #state: "open" | "closed" = "open"

  /** @internal Use `connection.prepare`. */
  constructor(session: Session, statement: Statement, description: Description, start: Start) {
    this.#session = session
    this.#statement = statement
    this.#start = start
    this.fields = description.fields
    this.parameters = description.parameterOids.map((typeOid, i) => ({
      typeOid,
      type: description.parameterCodecs[i]!.name,
    }))
  }

  /** The SQL text. */
  get text(): string {
    return this.#statement.text
  }

  /** Runs it and resolves with its rows and what the server said of them. */
  query<R = unknown[]>(...call: ShapedRun<"tuple">): Promise<Result<R>>
  query<R = unknown>(...call: ShapedRun<"scalar">): Promise<Result<R>>
  query<R = Row>(values?: readonly unknown[], options?: RunOptions<R>): Promise<Result<R>>
  query<R>(values: readonly unknown[] = [], options?: RunOptions): Promise<Result<R>> {
    return this.#run<R, Result<R>>(values, options, pickResult)
  }

  /** Runs it and resolves with its rows. */
  rows<R = unknown[]>(...call: ShapedRun<"tuple">): Promise<R[]>
  rows<R = unknown>(...call: ShapedRun<"scalar">): Promise<R[]>
  rows<R = Row>(values?: readonly unknown[], options?: RunOptions<R>): Promise<R[]>
  rows<R>(values: readonly unknown[] = [], options?: RunOptions): Promise<R[]> {
    return this.#run<R, R[]>(values, options, pickRows)
  }

  /** Runs it and resolves with the only row. Rejects with RowCountError when there is none, or there are several. */
  one<R = unknown[]>(...call: ShapedRun<"tuple">): Promise<R>
  one<R = unknown>(...call: ShapedRun<"scalar">): Promise<R>
  one<R = Row>(values?: readonly unknown[], options?: RunOptions<R>): Promise<R>
  one<R>(values: readonly unknown[] = [], options?: RunOptions): Promise<R> {
    return this.#run<R, R>(values, options, pickOne)
  }

  /** Runs it and resolves with the first row, or `undefined`. */
  first<R = unknown[]>(...call: ShapedRun<"tuple">): Promise<R | undefined>
  first<R = unknown>(...call: ShapedRun<"scalar">): Promise<R | undefined>
  first<R = Row>(values?: readonly unknown[], options?: RunOptions<R>): Promise<R | undefined>
  first<R>(values: readonly unknown[] = [], options?: RunOptions): Promise<R | undefined> {
    return this.#run<R, R | undefined>(values, options, pickFirst)
  }

  /** Runs it and resolves with the first column of the first row, or `undefined`. */
  value<V = unknown>(values: readonly unknown[] = [], options?: RunOptions): Promise<V | undefined> {
    return this.#run<V, V | undefined>(values, options, pickFirst, "scalar")
  }

  /** Has the server forget it. Closing it twice does no harm. */
  async close(): Promise<void> {
    if (this.#state === "closed") return
    this.#state = "closed"
    this.#session.statements.release(this.#statement)
    if (this.#session.link.state !== "open") return
    const exchange = new CloseStatements(this.#session.statements)
    this.#session.link.run(exchange)
    await exchange.promise
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #run<R, T>(
    values: readonly unknown[],
    options: RunOptions | undefined,
    pick: (result: Result<R>) => T,
    shape?: RowShape,
  ): Promise<T> {
    if (this.#state === "closed") {
      return Promise.reject(new UsageError("the prepared statement is closed", { safeToRetry: true }))
    }
    try {
      const query = toQuery(this.#statement.text, [values, { ...options, prepare: true }], shape)
      return runNormalised(this.#session, this.#start, { ...query, statement: this.#statement }, pick)
    } catch (error) {
      return Promise.reject(error)
    }
  }
}

/** Prepares a statement on a session. */
export async function prepareStatement(
  session: Session,
  start: Start,
  text: string | Sql,
  options: PrepareOptions = {},
): Promise<PreparedStatement> {
  const query = typeof text === "string" ? toQuery(text, []) : toQuery(text, [])
  const declaredOids = (options.parameterTypes ?? []).map((name) => {
    const oid = name === undefined ? 0 : session.types.oidOf(name)
    if (oid !== undefined) return oid
    throw new UsageError(`parameterTypes: the type ${JSON.stringify(name)} is not known`, { safeToRetry: true })
  })
  const statement = new Statement(query.text, declaredOids, options.name)
  const exchange = new Prepare(statement, session.statements, session.types)
  start(exchange, undefined)
  return new PreparedStatement(session, statement, await exchange.promise, start)
}
