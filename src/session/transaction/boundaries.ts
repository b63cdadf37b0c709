/**
 * The statements that begin and end a transaction, or a savepoint within one.
 *
 * @see https://www.postgresql.org/docs/current/sql-savepoint.html
 */

import { beginStatement, type TransactionMode } from "./options.ts"

/** What is said to the server at either end. */
export interface Boundaries {
  readonly begin: string
  readonly commit: string
  /** In this order. */
  readonly rollback: readonly string[]
}

/** Those of a transaction. */
export function ofTransaction(mode: TransactionMode): Boundaries {
  return { begin: beginStatement(mode), commit: "COMMIT", rollback: ["ROLLBACK"] }
}

/** Those of a savepoint. One that is rolled back to would stay. @param depth 1 within the transaction itself */
export function ofSavepoint(depth: number): Boundaries {
  const name = `pgline_${depth}`
  const release = `RELEASE SAVEPOINT ${name}`
  return { begin: `SAVEPOINT ${name}`, commit: release, rollback: [`ROLLBACK TO SAVEPOINT ${name}`, release] }
}
