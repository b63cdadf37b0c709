/**
 * What a transaction may be told, and the statement that begins it.
 *
 * @see https://www.postgresql.org/docs/current/sql-begin.html
 */

import { describeValue, UsageError } from "../../errors/client-error.ts"
import { checkBounds, checkNames, optionNames } from "../../query/check-options.ts"

export type IsolationLevel = "serializable" | "repeatable read" | "read committed" | "read uncommitted"

/** How a transaction behaves on the server. What is left out is the session's default. */
export interface TransactionMode {
  readonly isolation?: IsolationLevel | undefined
  readonly readOnly?: boolean | undefined
  /** With serializable and read only: waits for a snapshot that can never fail. */
  readonly deferrable?: boolean | undefined
}

/** Options of `begin`. */
export interface BeginOptions extends TransactionMode {
  /**
   * Ends the transaction when it aborts, whatever it is doing: the statement that runs is cancelled on the server, all
   * others are refused, everything is rolled back. Each of them rejects with the signal's reason.
   */
  readonly signal?: AbortSignal | undefined
  /** Ends the transaction in the same way after so many milliseconds, with TimeoutError. */
  readonly timeout?: number | undefined
  /** Rolls back at the end even when all has succeeded, for tests and rehearsals; `commit` is refused. */
  readonly forceRollback?: boolean | undefined
}

/** Options of `transaction(fn)`. */
export interface TransactionOptions extends BeginOptions {
  /**
   * How many more times to run the whole function after a serialization failure (40001) or a deadlock (40P01), with
   * growing, jittered pauses. The function must be able to run again: what it did outside the database is not undone.
   * `signal` and `timeout` are for all attempts together.
   * @defaultValue 0
   */
  readonly retry?: number | undefined
}

/** Options of a nested transaction: all else is the outer one's. */
export type NestedTransactionOptions = Pick<TransactionOptions, "forceRollback">

const ISOLATION_LEVELS: readonly string[] = ["serializable", "repeatable read", "read committed", "read uncommitted"]
const OF_THE_OUTER = ["isolation", "readOnly", "deferrable", "retry", "signal", "timeout"] as const

const TRANSACTION_OPTIONS = optionNames<TransactionOptions>({
  isolation: true,
  readOnly: true,
  deferrable: true,
  signal: true,
  timeout: true,
  forceRollback: true,
  retry: true,
})

/** Refuses options that what is begun by itself cannot have. @throws UsageError naming the option */
export function checkBeginOptions(options: TransactionOptions): void {
  checkTransactionOptions(options)
  if (options.retry === undefined) return
  throw new UsageError("the option retry belongs to transaction(fn): begin has nothing to run again", {
    safeToRetry: true,
  })
}

/** Refuses options that cannot mean anything. @throws UsageError naming the option */
export function checkTransactionOptions(options: TransactionOptions): void {
  checkNames(options, TRANSACTION_OPTIONS)
  const { isolation, retry, signal, timeout } = options
  if (isolation !== undefined && !ISOLATION_LEVELS.includes(isolation)) {
    refuse("isolation", `one of ${ISOLATION_LEVELS.map((level) => JSON.stringify(level)).join(", ")}`, isolation)
  }
  for (const name of ["readOnly", "deferrable", "forceRollback"] as const) {
    const value = options[name]
    if (value !== undefined && typeof value !== "boolean") refuse(name, "true or false", value)
  }
  if (retry !== undefined && !(Number.isInteger(retry) && retry >= 0)) refuse("retry", "an integer of 0 or more", retry)
  checkBounds(signal, timeout)
}

/** Refuses options that a savepoint cannot have. @throws UsageError naming the option */
export function checkNestedOptions(options: TransactionOptions): void {
  checkTransactionOptions(options)
  const misplaced = OF_THE_OUTER.find((name) => options[name] !== undefined)
  if (misplaced === undefined) return
  const problem = `a nested transaction is a savepoint: the option ${misplaced} belongs to the outermost one`
  throw new UsageError(problem, { safeToRetry: true })
}

/** The BEGIN of a mode. */
export function beginStatement({ isolation, readOnly, deferrable }: TransactionMode): string {
  let statement = "BEGIN"
  if (isolation !== undefined) statement += ` ISOLATION LEVEL ${isolation.toUpperCase()}`
  if (readOnly !== undefined) statement += readOnly ? " READ ONLY" : " READ WRITE"
  if (deferrable !== undefined) statement += deferrable ? " DEFERRABLE" : " NOT DEFERRABLE"
  return statement
}

function refuse(name: string, expected: string, value: unknown): never {
  throw new UsageError(`the option ${name} must be ${expected}, got ${describeValue(value)}`, { safeToRetry: true })
}
