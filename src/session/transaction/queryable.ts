/**
 * The interface that everything has which can run a query: code that takes a Queryable runs on a connection, in a
 * transaction, on a pool, and as far as statements go in a pipeline.
 */

import type { QueryCalls } from "../queryable.ts"
import type { TransactionOptions } from "./options.ts"
import type { Transaction } from "./transaction.ts"

/** Runs queries, and functions in transactions. */
export interface Queryable extends QueryCalls {
  /**
   * Runs a function in a transaction: commits when it succeeds, rolls back when it throws. Within a transaction it is a
   * savepoint, which takes no options but `forceRollback`.
   */
  transaction<T>(fn: (tx: Transaction) => T | Promise<T>, options?: TransactionOptions): Promise<T>
}
