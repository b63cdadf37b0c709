/**
 * A function in a transaction: commit when it succeeds, roll back when it throws or is stopped, and run the whole of it
 * again after a failure that only concurrency has caused.
 */

import { ServerError } from "../../errors/server-error.ts"
import { checkFunction } from "../../query/check-options.ts"
import { pause } from "../retry.ts"
import type { TransactionStop } from "./transaction-stop.ts"

/** What can be committed or rolled back. */
export interface Transactional {
  readonly isOpen: boolean
  readonly interruption: Promise<never> | undefined
  commit(): Promise<void>
  rollback(): Promise<void>
  abandon(): Promise<void>
  whenEnded(): Promise<void>
  throwIfInterrupted(): void
}

/** What concerns the function rather than the transaction. */
export interface RunOptions {
  readonly retry?: number | undefined
  readonly forceRollback?: boolean | undefined
}

/**
 * Runs the function in transactions that `begin` makes, until one of them holds.
 * @param stop ends the pauses between them
 */
export async function runTransaction<X extends Transactional, T>(
  begin: () => X,
  fn: (tx: X) => T | Promise<T>,
  options: RunOptions,
  stop?: TransactionStop,
): Promise<T> {
  checkFunction(fn, "transaction")
  for (let retries = 0; ; retries++) {
    if (stop?.isStopped) throw stop.reason
    try {
      return await runOnce(begin(), fn, options)
    } catch (error) {
      if (retries >= (options.retry ?? 0) || !isConflict(error)) throw error
      await pause(retries + 1, stop?.signal)
    }
  }
}

async function runOnce<X extends Transactional, T>(
  tx: X,
  fn: (tx: X) => T | Promise<T>,
  options: RunOptions,
): Promise<T> {
  try {
    const value = await (tx.interruption === undefined ? fn(tx) : Promise.race([fn(tx), tx.interruption]))
    tx.throwIfInterrupted()
    if (!tx.isOpen) await tx.whenEnded()
    else if (options.forceRollback) await tx.rollback()
    else await tx.commit()
    return value
  } catch (error) {
    // This error is the one to tell; a rollback that fails has lost the connection, which says so itself.
    await tx.abandon().catch(() => {})
    throw error
  }
}

/**
 * Serialization failures and deadlocks, as they are or as the cause of something else: the transaction was rolled back
 * and may succeed when run again.
 */
function isConflict(error: unknown): boolean {
  const seen = new Set<unknown>()
  for (let cause = error; cause instanceof Error && !seen.has(cause); cause = cause.cause) {
    if (cause instanceof ServerError && (cause.code === "40001" || cause.code === "40P01")) return true
    seen.add(cause)
  }
  return false
}
