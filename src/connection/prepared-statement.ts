/**
 * An explicit prepared statement in the user's hand: what it takes and gives is known before it is run.
 */

import { describeValue, UsageError } from "../errors/client-error.ts"
import { CloseStatements } from "../exchange/close-statements.ts"
import { Prepare } from "../exchange/prepare.ts"
import type { Field } from "../protocol/backend.ts"
import { checkNames, checkOptions, optionNames } from "../query/check-options.ts"
import { declaredOids, unknownTypeNames } from "../query/declared-types.ts"
import type { QueryOptions, Shaped } from "../query/query.ts"
import type { Result } from "../query/result.ts"
import type { RowShape } from "../query/row-shape.ts"
import { type Description, Statement } from "../query/statement.ts"
import { withCallerStack } from "../session/caller-stack.ts"
import type { Carrier } from "../session/carrier.ts"
import { refuseTemplate, toQuery } from "../session/query-arguments.ts"
import type { Row } from "../session/queryable.ts"
import { pickFirst, pickOne, pickResult, pickRows, runNormalised } from "../session/run-query.ts"
import { RowStream } from "../session/stream/row-stream.ts"
import type { Transaction } from "../session/transaction/transaction.ts"
import type { Sql } from "../sql/fragment.ts"

/** NAMEDATALEN - 1. */
const MAX_NAME_BYTES = 63

/** Options of `prepare`. */
export interface PrepareOptions {
  /** The statement's name on the server; made from its text unless told. */
  readonly name?: string
  /** The parameters' types by name, for where the server cannot infer them; `undefined` skips one. */
  readonly parameterTypes?: readonly (string | undefined)[]
  /** Stops the preparing when it aborts; `prepare` rejects with its reason. */
  readonly signal?: AbortSignal | undefined
  /** Stops it in the same way after so many milliseconds, with TimeoutError. Wins over the connection's `queryTimeout`. */
  readonly timeout?: number | undefined
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

const PREPARE_OPTIONS = optionNames<PrepareOptions>({
  name: true,
  parameterTypes: true,
  signal: true,
  timeout: true,
})
const RUN_OPTIONS = optionNames<RunOptions>({ rows: true, signal: true, timeout: true, types: true })

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
  readonly #statement: Statement
  readonly #description: Description
  readonly #borrow: () => Carrier
  readonly #declaredTypes: PrepareOptions["parameterTypes"]
  /** The statement that this one is, in a transaction. */
  readonly #origin: PreparedStatement | undefined
  #state: "open" | "closed" = "open"

  /** @internal Use `connection.prepare`. @param borrow lends the connection it was prepared on */
  constructor(
    statement: Statement,
    description: Description,
    declaredTypes: PrepareOptions["parameterTypes"],
    borrow: () => Carrier,
    origin?: PreparedStatement,
  ) {
    this.#declaredTypes = declaredTypes
    this.#statement = statement
    this.#description = description
    this.#borrow = borrow
    this.#origin = origin
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

  /** Its rows one after the other, in constant memory. */
  stream<R = Row>(values: readonly unknown[] = [], options?: RunOptions<R>): RowStream<R> {
    this.#checkOpen()
    if (options !== undefined) checkNames(options, RUN_OPTIONS)
    return new RowStream<R>(
      this.#borrow,
      toQuery(this.text, [values, { ...options, parameterTypes: this.#declaredTypes }]),
    )
  }

  /**
   * The same statement to be run in a transaction of its connection, which only takes statements that are the
   * transaction's while that is open.
   * @throws UsageError when the transaction is another connection's
   */
  in(tx: Transaction): PreparedStatement {
    this.#checkOpen()
    if (tx.borrow().session.link !== this.#borrow().session.link) {
      throw new UsageError("the transaction is another connection's", { safeToRetry: true })
    }
    const borrow = (): Carrier => tx.borrow()
    return statementOn(this.#statement, this.#description, this.#declaredTypes, borrow, this.#origin ?? this)
  }

  /** Has the server forget it. Closing it twice does no harm. */
  async close(): Promise<void> {
    if (this.#origin !== undefined) {
      await this.#origin.close()
      return
    }
    if (this.#state === "closed") return
    this.#state = "closed"
    const { session } = this.#borrow()
    session.statements.release(this.#statement)
    // Within a pipeline or a COPY, that would wait for whoever may wait for this. The next request closes it.
    if (session.link.state !== "open" || !session.isFree) return
    const exchange = new CloseStatements(session.statements)
    session.link.run(exchange)
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
    try {
      this.#checkOpen()
      if (options !== undefined) checkNames(options, RUN_OPTIONS)
      const { session, start } = this.#borrow()
      const query = toQuery(this.text, [values, { ...options, prepare: true }], shape)
      return runNormalised(session, start, { ...query, statement: this.#statement }, pick)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  #checkOpen(): void {
    if ((this.#origin ?? this).#state === "open") return
    throw new UsageError("the prepared statement is closed", { safeToRetry: true })
  }
}

/** The server cuts longer names off, and takes two that begin alike for one. */
function checkName(name: string | undefined): void {
  if (name === undefined) return
  if (typeof name === "string" && name !== "" && new TextEncoder().encode(name).length <= MAX_NAME_BYTES) return
  const problem = `the option name must be a string of 1 to ${MAX_NAME_BYTES} bytes, got ${describeValue(name)}`
  throw new UsageError(problem, { safeToRetry: true })
}

/** Prepares a statement on a connection. */
export async function prepareStatement(
  borrow: () => Carrier,
  text: string | Sql,
  options: PrepareOptions = {},
): Promise<PreparedStatement> {
  refuseTemplate(text, "prepare", "write $1 where each run has its own value, or run the template by query")
  const { session, start } = borrow()
  const query = toQuery(text, [])
  if (query.values.length > 0) {
    throw new UsageError("a statement is prepared without values: write $1 where each run has its own", {
      safeToRetry: true,
    })
  }
  checkOptions(options, PREPARE_OPTIONS)
  checkName(options.name)
  const declared = { parameterTypes: options.parameterTypes, castTypes: undefined }
  for (const name of unknownTypeNames(declared, session.types)) await session.types.load(name)
  const statement = new Statement(query.text, declaredOids(declared, session.types), options.name)
  const exchange = new Prepare(statement, session.statements, session.types)
  const stop = session.stopFor(options.signal, options.timeout)
  start(exchange, stop)
  try {
    return new PreparedStatement(statement, await withCallerStack(exchange.promise), options.parameterTypes, borrow)
  } finally {
    stop?.dispose()
  }
}

function statementOn(...parts: ConstructorParameters<typeof PreparedStatement>): PreparedStatement {
  return new PreparedStatement(...parts)
}
