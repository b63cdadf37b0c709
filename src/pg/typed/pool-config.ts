/**
 * What pools may be told, and the clients that they lend, as programs in TypeScript write it down.
 *
 * @see https://node-postgres.com/apis/pool
 */

import type { Client, ClientBase } from "./client.ts"
import type { ClientConfig } from "./config.ts"

/** A client that was lent by a pool. */
export interface PoolClient extends Client {
  /** Gives it back; with an error, or true, it is closed. It works once. */
  release(error?: Error | boolean): void
}

/** What a pool may be told; the rest is for its clients. */
export interface PoolConfig extends ClientConfig {
  /** How many clients at most, 10 unless told. */
  max?: number | undefined
  /** An old name for `max`. */
  poolSize?: number | undefined
  /** How many clients stay when they are idle. */
  min?: number | undefined
  /** How long a client may be idle, in milliseconds, 10 000 unless told; 0 and null are for ever. */
  idleTimeoutMillis?: number | null | undefined
  /** How often a client is lent before it is closed. */
  maxUses?: number | undefined
  /** How old a client gets, 0 for any age. */
  maxLifetimeSeconds?: number | undefined
  /** Whether the process may end while clients are idle. */
  allowExitOnIdle?: boolean | undefined
  /** Told what the pool does. */
  log?: ((...messages: unknown[]) => void) | undefined
  Promise?: PromiseConstructorLike | undefined
  /** The class of the clients. */
  Client?: (new (config?: ClientConfig) => ClientBase) | undefined
  /** Awaited before a new client is lent first. */
  onConnect?: ((client: ClientBase) => void) | undefined
  /** Asked about a new client; calls back with an error to refuse it. */
  verify?: ((client: PoolClient, done: (error?: Error) => void) => void) | undefined
}

/** A pool's config with what the pool has filled in. */
export interface PoolOptions extends PoolConfig {
  max: number
  min: number
  maxUses: number
  allowExitOnIdle: boolean
  maxLifetimeSeconds: number
  idleTimeoutMillis: number | null
}
