/**
 * The options of `pg`'s pool: those of its clients and a few of its own.
 *
 * @see https://node-postgres.com/apis/pool
 */

import type { Client } from "./client.ts"
import { hideKey } from "./connection-parameters.ts"

/** What a pool may be told; everything else is for its clients. */
export interface PoolConfig {
  /** How many clients at most, 10 unless told; `poolSize` is an old name for it. */
  max?: number
  poolSize?: number
  /** How many clients stay when they are idle. */
  min?: number
  /** How long a client may be idle, 10 000 unless told; 0 is for ever. */
  idleTimeoutMillis?: number
  /** How long to wait for a client; 0 is for ever. */
  connectionTimeoutMillis?: number
  /** How often a client is lent before it is closed. */
  maxUses?: number
  /** How old a client gets, 0 for any age. */
  maxLifetimeSeconds?: number
  /** Whether the process may end while clients are idle. */
  allowExitOnIdle?: boolean
  /** Told what the pool does. */
  log?: (...messages: unknown[]) => void
  /** The class of the clients. */
  Client?: new (
    options: never,
  ) => Client
  Promise?: PromiseConstructor
  /** Awaited before a new client is lent first. */
  onConnect?: (client: Client) => unknown
  /** Asked about a new client; calls back with an error to refuse it. */
  verify?: (client: Client, callback: (error?: Error) => void) => void
  [key: string]: unknown
}

/** The options with what the pool fills in. */
export type FilledPoolConfig = PoolConfig &
  Required<Pick<PoolConfig, "max" | "min" | "maxUses" | "allowExitOnIdle" | "maxLifetimeSeconds" | "idleTimeoutMillis">>

/** A copy with defaults, its password hidden from whoever prints it. */
export function fillPoolOptions(given: PoolConfig | null | undefined): FilledPoolConfig {
  const options = { ...given } as FilledPoolConfig
  if (given !== null && given !== undefined && "password" in given) {
    const value = given["password"]
    Object.defineProperty(options, "password", { configurable: true, enumerable: false, writable: true, value })
  }
  hideKey(options["ssl"])
  options.max = options.max || options.poolSize || 10
  options.min = options.min || 0
  options.maxUses = options.maxUses || Number.POSITIVE_INFINITY
  options.allowExitOnIdle = options.allowExitOnIdle || false
  options.maxLifetimeSeconds = options.maxLifetimeSeconds || 0
  if (options.idleTimeoutMillis === undefined) options.idleTimeoutMillis = 10_000
  return options
}
