/**
 * What somebody is told who has waited for a connection in vain: for how long, and why.
 */

import { PoolTimeoutError } from "../errors/pool-error.ts"

/**
 * @param max how many there may be
 * @param lastError why none could be opened, if that is the reason
 */
export function waitTimeout(waitedMs: number, max: number, lastError: unknown): PoolTimeoutError {
  const why = lastError === undefined ? `all ${max} are in use` : `connecting fails: ${(lastError as Error).message}`
  const message = `no connection of the pool came free within ${Math.round(waitedMs)} ms: ${why}`
  return new PoolTimeoutError(message, { cause: lastError, safeToRetry: true })
}
