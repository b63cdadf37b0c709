/**
 * A function in a transaction: commit when it succeeds, roll back when it throws, and run the whole of it again after a
 * failure that only concurrency has caused.
 */

import { ServerError } from "../../errors/server-error.ts"
import { pause } from "../retry.ts"

/** What can be committed or rolled back. */
export interface Transactional {
  readonly isOpen: boolean
  commit(): Promise<void>
  rollback(): Promise<void>
}

/** What concerns the function rather than the transaction. */
export interface RunOptions {
  readonly retry?: number | undefined
  readonly forceRollback?: boolean | undefined
}

/** Runs the function in transactions that `begin` makes, until one of them holds. */
export async function runTransaction<X extends Transactional, T>(
  begin: () => X,
  fn: (tx: X) => T | Promise<T>,
  options: RunOptions,
): Promise<T> {
  for (let retries = 0; ; retries++) {
    try {
      return await runOnce(begin(), fn, options)
    } catch (error) {
      if (retries >= (options.retry ?? 0) || !isConflict(error)) throw error
      await pause(retries + 1)
    }
  }
}

async function runOnce<X extends Transactional, T>(
  tx: X,
  fn: (tx: X) => T | Promise<T>,
  options: RunOptions,
): Promise<T> {
  let value: T
  try {
    value = await fn(tx)
  } catch (error) {
    // The function's own error is the one to tell; a rollback that fails has lost the connection, which says so itself.
    if (tx.isOpen) await tx.rollback().catch(() => {})
    throw error
  }
  if (!tx.isOpen) return value
  if (options.forceRollback) await tx.rollback()
  else await tx.commit()
  return value
}

/** Serialization failures and deadlocks: the transaction was rolled back and may succeed when run again. */
function isConflict(error: unknown): boolean {
  return error instanceof ServerError && (error.code === "40001" || error.code === "40P01")
}
