/**
 * The Pool of `pg` and of `pg-pool`, which is the same and lets the clients' class be chosen.
 *
 * @see https://node-postgres.com/apis/pool
 */

import { BoundPool } from "../bound-pool.ts"
import type { EventEmitter } from "../node-runtime.ts"
import { Pool as LendingPool } from "../pool.ts"
import type { PoolClient, PoolConfig, PoolOptions } from "./pool-config.ts"
import type { QueryRunner } from "./query.ts"

/** Gets a client and the way to give it back, or why there is none. */
export type PoolConnectCallback = (
  error: Error | undefined,
  client: PoolClient | undefined,
  release: (error?: unknown) => void,
) => void

/** Lends clients. */
export interface Pool extends EventEmitter, QueryRunner {
  readonly totalCount: number
  readonly idleCount: number
  /** How many wait for a client. */
  readonly waitingCount: number
  /** How many clients are past their time and still lent. */
  readonly expiredCount: number
  readonly ending: boolean
  readonly ended: boolean
  options: PoolOptions
  /** Lends a client. */
  connect(): Promise<PoolClient>
  connect(callback: PoolConnectCallback): void
  /** Closes idle clients now and the others as they are given back. */
  end(): Promise<void>
  end(callback: () => void): void
  /** A new client is there, a client is lent, a client was closed. */
  on(event: "connect" | "acquire" | "remove", listener: (client: PoolClient) => void): this
  /** An idle client has lost its connection; a client comes back, with what `release` was called with, if anything. */
  on(event: "error" | "release", listener: (error: Error, client: PoolClient) => void): this
}

/** Makes a pool. Every key of the config may be left out; what is not for the pool is for its clients. */
export interface PoolConstructor {
  new (config?: PoolConfig): Pool
  readonly prototype: Pool
}

/** Makes a pool whose clients are of some class. */
export interface PgPoolConstructor {
  new (config?: PoolConfig, client?: PoolConfig["Client"]): Pool
  readonly prototype: Pool
}

export const Pool: PoolConstructor = BoundPool as PoolConstructor

/** The pool as the package `pg-pool` has it. */
export const PgPool: PgPoolConstructor = LendingPool as PgPoolConstructor
