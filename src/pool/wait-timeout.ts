/**
 * What somebody is told who has waited for a connection in vain: for how long, and why.
 */

import { describeValue } from "../errors/client-error.ts"
import { PoolTimeoutError } from "../errors/pool-error.ts"

/**
 * @param max how many there may be
 * @param lastError why none could be opened, if that is the reason
 */
export function waitTimeout(waitedMs: number, max: number, lastError: unknown): PoolTimeoutError {
  const why = lastError === undefined ? `all ${max} are in use` : `connecting ${failureOf(lastError)}`
  const message = `no connection of the pool came free within ${Math.round(waitedMs)} ms: ${why}`
  return new PoolTimeoutError(message, { cause: lastError, safeToRetry: true })
}

/** Callbacks of the user's may throw anything. */
function failureOf(error: unknown): string {
  return error instanceof Error ? `fails: ${error.message}` : `throws ${describeValue(error)}`
}
