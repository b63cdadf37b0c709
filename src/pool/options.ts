/**
 * The options of a pool beside those of its connections: what they mean, their defaults, and which values they can have.
 */

import { LONGEST_DELAY_MS } from "../base/clock.ts"
import type { Connection } from "../connection/connection.ts"
import type { ConnectOptions } from "../connection/options.ts"
import { ConfigError, describeValue } from "../errors/client-error.ts"
import type { PoolLimits } from "./limits.ts"

/** Is handed a connection that nobody uses. It is finished with it when its promise resolves. */
export type ConnectionHook = (connection: Connection) => unknown

/** Options of a pool, those of its connections included. All times are in milliseconds. */
export interface PoolOptions extends Omit<ConnectOptions, "signal"> {
  /** The pool's name, for messages and traces. */
  readonly name?: string | undefined
  /** How many connections are kept open in the background. @defaultValue 0 */
  readonly min?: number | undefined
  /** How many connections there may be at most. @defaultValue 10 */
  readonly max?: number | undefined
  /** How long to wait for a connection; 0 is for ever. @defaultValue 30000 */
  readonly acquireTimeout?: number | undefined
  /** How many may wait for a connection: beyond, TooManyWaitersError. @defaultValue no limit */
  readonly maxWaiting?: number | undefined
  /** How old a connection may get, up to a tenth less at random; 0 is any age. @defaultValue 3600000 */
  readonly maxLifetime?: number | undefined
  /** How long a connection beyond `min` may lie idle; 0 is for ever. @defaultValue 600000 */
  readonly maxIdle?: number | undefined
  /**
   * How a connection is checked before it is lent, after it was idle for `healthCheckAfter` or another one was lost:
   * `"ping"` by a round trip, a function by whatever it does (it throws or returns false when the connection is not
   * well), `false` not at all. One that is not well is replaced, and whoever waits never sees it.
   * @defaultValue "ping"
   */
  readonly healthCheck?: "ping" | ConnectionHook | false | undefined
  /** After how long an idle connection is checked. @defaultValue 5000 */
  readonly healthCheckAfter?: number | undefined
  /** How long connecting may fail before `onReconnectFailed` is called. @defaultValue 300000 */
  readonly reconnectTimeout?: number | undefined
  /**
   * What is left of a session when a connection comes back. A transaction left open is rolled back in any case.
   * `"keep"` leaves the rest as it is; `"discard"` undoes settings, LISTENs, cursors, temporary tables, advisory locks
   * and sequence states, and costs the server a little after each use. For anything else there is `onRelease`.
   * @defaultValue "keep"
   */
  readonly reset?: "keep" | "discard" | undefined
  /**
   * How many queries made on the pool itself may be under way on one connection, when all are busy. Only queries that are
   * known to be quick share a connection, and only as many as cost nobody much time; 1 gives each one of its own.
   * @defaultValue 100
   */
  readonly maxPipeline?: number | undefined
  /** After how long a connection that does not come back is reported as a process warning; 0 never. @defaultValue 0 */
  readonly leakTimeout?: number | undefined
  /** How long a hook or a check may take; then its connection is closed. @defaultValue 30000 */
  readonly hookTimeout?: number | undefined
  /**
   * How often the connection of `pool.listen` is asked for a sign of life, and how long that may take; then it is
   * replaced. 0 never asks.
   * @defaultValue 10000
   */
  readonly listenHeartbeat?: number | undefined
  /** Whether the process may end while connections lie idle. @defaultValue false */
  readonly allowExitOnIdle?: boolean | undefined
  /** Configures each new connection. When it fails, so has connecting. */
  readonly onConnect?: ConnectionHook | undefined
  /** Checks a connection before it is lent: when it throws or returns false, another one is lent. Queries don't share then. */
  readonly onAcquire?: ConnectionHook | undefined
  /** Resets a connection that comes back; when it throws or returns false, the connection is closed. Queries don't share then. */
  readonly onRelease?: ConnectionHook | undefined
  /** Is told when a connection has left the pool, and why when that was not planned. What it throws is ignored. */
  readonly onRemove?: ((info: Connection["info"], reason: unknown) => void) | undefined
  /** Is told when connecting has failed for `reconnectTimeout`. What it throws is ignored. */
  readonly onReconnectFailed?: ((error: unknown) => void) | undefined
}

/** A pool's options with every default in place. */
export interface PoolSettings {
  readonly limits: PoolLimits
  /** How many queries may be under way on one connection at once. */
  readonly maxPipeline: number
  readonly healthCheck: "ping" | ConnectionHook | false
  readonly healthCheckAfterMs: number
  readonly hookTimeoutMs: number
  readonly reset: "keep" | "discard"
  readonly listenHeartbeatMs: number
  readonly allowExitOnIdle: boolean
}

type PoolOnlyOption = Exclude<keyof PoolOptions, keyof ConnectOptions>

const HOOKS = ["onConnect", "onAcquire", "onRelease", "onRemove", "onReconnectFailed"] as const

/** The names of the options that are the pool's own. */
export const POOL_OPTION_NAMES: readonly PoolOnlyOption[] = [
  ...(["name", "min", "max", "acquireTimeout", "maxWaiting", "maxLifetime", "maxIdle"] as const),
  ...(["healthCheck", "healthCheckAfter", "reconnectTimeout", "reset", "maxPipeline"] as const),
  ...(["leakTimeout", "hookTimeout", "listenHeartbeat", "allowExitOnIdle"] as const),
  ...HOOKS,
]

/** Puts the defaults in place. @throws ConfigError naming the option that cannot be used */
export function resolvePoolSettings(options: PoolOptions): PoolSettings {
  const { healthCheck = "ping", reset = "keep", allowExitOnIdle = false, name } = options
  if ((options as ConnectOptions).signal !== undefined) {
    throw new ConfigError("a pool has no signal: give one to acquire or to a query, or close the pool")
  }
  if (name !== undefined && typeof name !== "string") refuse("name", "a string", name)
  if (healthCheck !== "ping" && healthCheck !== false && typeof healthCheck !== "function") {
    refuse("healthCheck", '"ping", a function or false', healthCheck)
  }
  if (reset !== "keep" && reset !== "discard") refuse("reset", '"keep" or "discard"', reset)
  if (typeof allowExitOnIdle !== "boolean") refuse("allowExitOnIdle", "true or false", allowExitOnIdle)
  for (const hook of HOOKS) {
    if (options[hook] !== undefined && typeof options[hook] !== "function") refuse(hook, "a function", options[hook])
  }
  const maxPipeline = countOf("maxPipeline", options.maxPipeline, 100, 1)
  const shares = !options.pooler && !options.queryTimeout && !options.onAcquire && !options.onRelease
  return {
    limits: {
      ...checkSize(options.min ?? 0, options.max ?? Math.max(10, countOf("min", options.min, 0))),
      acquireTimeoutMs: countOf("acquireTimeout", options.acquireTimeout, 30_000),
      maxWaiting: countOf("maxWaiting", options.maxWaiting, Number.MAX_SAFE_INTEGER, 1),
      maxLifetimeMs: countOf("maxLifetime", options.maxLifetime, 3_600_000),
      maxIdleMs: countOf("maxIdle", options.maxIdle, 600_000),
      reconnectTimeoutMs: countOf("reconnectTimeout", options.reconnectTimeout, 300_000),
      leakTimeoutMs: countOf("leakTimeout", options.leakTimeout, 0),
    },
    maxPipeline: shares ? maxPipeline : 1,
    healthCheck,
    healthCheckAfterMs: countOf("healthCheckAfter", options.healthCheckAfter, 5000),
    hookTimeoutMs: countOf("hookTimeout", options.hookTimeout, 30_000, 1, LONGEST_DELAY_MS),
    reset,
    listenHeartbeatMs: countOf("listenHeartbeat", options.listenHeartbeat, 10_000, 0, LONGEST_DELAY_MS),
    allowExitOnIdle,
  }
}

/** The bounds of a pool's size. @throws ConfigError when there can be no such pool */
export function checkSize(min: number, max: number): { readonly min: number; readonly max: number } {
  countOf("min", min, 0)
  countOf("max", max, 0, 1)
  if (min > max) throw new ConfigError(`the option min must not be more than max: ${min} is more than ${max}`)
  return { min, max }
}

/** A number of milliseconds or of things. @throws ConfigError when it is none */
export function countOf(
  name: string,
  value: number | undefined,
  fallback: number,
  least = 0,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  if (value === undefined) return fallback
  if (!Number.isSafeInteger(value) || value < least) refuse(name, `an integer of ${least} or more`, value)
  if (value > most) refuse(name, `an integer from ${least} to ${most}`, value)
  return value
}

function refuse(name: string, expected: string, value: unknown): never {
  throw new ConfigError(`the option ${name} must be ${expected}, got ${describeValue(value)}`)
}
