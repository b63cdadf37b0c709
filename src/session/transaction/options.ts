/**
 * What a transaction may be told, and the statement that begins it.
 *
 * @see https://www.postgresql.org/docs/current/sql-begin.html
 */

import { describeValue, UsageError } from "../../errors/client-error.ts"

export type IsolationLevel = "serializable" | "repeatable read" | "read committed" | "read uncommitted"

/** How a transaction behaves on the server. What is left out is the session's default. */
export interface TransactionMode {
  readonly isolation?: IsolationLevel | undefined
  readonly readOnly?: boolean | undefined
  /** With serializable and read only: waits for a snapshot that can never fail. */
  readonly deferrable?: boolean | undefined
}

/** Options of `transaction(fn)`. */
export interface TransactionOptions extends TransactionMode {
  /**
   * How many more times to run the whole function after a serialization failure (40001) or a deadlock (40P01), with
   * growing, jittered pauses. The function must be able to run again: what it did outside the database is not undone.
   * @defaultValue 0
   */
  readonly retry?: number | undefined
  /** Rolls back at the end even when the function has succeeded: for tests and rehearsals. */
  readonly forceRollback?: boolean | undefined
}

const ISOLATION_LEVELS: readonly string[] = ["serializable", "repeatable read", "read committed", "read uncommitted"]

/** The BEGIN of a mode. @throws UsageError for an isolation level that does not exist */
export function beginStatement({ isolation, readOnly, deferrable }: TransactionMode): string {
  let statement = "BEGIN"
  if (isolation !== undefined) {
    if (!ISOLATION_LEVELS.includes(isolation)) {
      const levels = ISOLATION_LEVELS.map((level) => JSON.stringify(level)).join(", ")
      throw new UsageError(`isolation must be one of ${levels}, got ${describeValue(isolation)}`, { safeToRetry: true })
    }
    statement += ` ISOLATION LEVEL ${isolation.toUpperCase()}`
  }
  if (readOnly !== undefined) statement += readOnly ? " READ ONLY" : " READ WRITE"
  if (deferrable !== undefined) statement += deferrable ? " DEFERRABLE" : " NOT DEFERRABLE"
  return statement
}
