/**
 * Answers "may this be sent again?" and "would it help?" for anything that was thrown. An error that only wraps another
 * one (as its `cause`) is judged by the first error of this library in the chain: that one knew what had been sent.
 */

import { PglineError } from "./client-error.ts"
import { ServerError } from "./server-error.ts"

/**
 * True when the work that failed can be done again without doing it twice: nothing of it reached the server, or the
 * server has undone the whole transaction because of another one (40001 serialization_failure, 40P01 deadlock_detected).
 * In the second case it is the whole transaction that has to run again, from its beginning, with what it had read.
 */
export function isSafeToRetry(error: unknown): boolean {
  const own = findOwnError(error)
  if (own instanceof ServerError && (own.code === "40001" || own.code === "40P01")) return true
  return own?.safeToRetry ?? false
}

/** True when the same request may well succeed a little later. It says nothing about whether it is safe to send. */
export function isTransient(error: unknown): boolean {
  return findOwnError(error)?.transient ?? false
}

function findOwnError(error: unknown): PglineError | undefined {
  const seen = new Set<unknown>()
  let current = error
  while (current instanceof Error && !seen.has(current)) {
    if (current instanceof PglineError) return current
    seen.add(current)
    current = current.cause
  }
  return undefined
}
