/**
 * The options of `pg`'s pool, with what the pool fills in.
 *
 * @see https://node-postgres.com/apis/pool
 */

import { hideKey } from "./connection-parameters.ts"
import type { PoolConfig, PoolOptions } from "./typed/pool-config.ts"

/** A copy with defaults, its password hidden from whoever prints it. */
export function fillPoolOptions(given: PoolConfig | null | undefined): PoolOptions {
  const options = { ...given } as PoolOptions
  if (given !== null && given !== undefined && "password" in given) {
    const value = given.password
    Object.defineProperty(options, "password", { configurable: true, enumerable: false, writable: true, value })
  }
  hideKey(options.ssl)
  options.max = options.max || options.poolSize || 10
  options.min = options.min || 0
  options.maxUses = options.maxUses || Number.POSITIVE_INFINITY
  options.allowExitOnIdle = options.allowExitOnIdle || false
  options.maxLifetimeSeconds = options.maxLifetimeSeconds || 0
  if (options.idleTimeoutMillis === undefined) options.idleTimeoutMillis = 10_000
  return options
}
