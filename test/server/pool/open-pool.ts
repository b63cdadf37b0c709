/**
 * Pools over the run's shared server, closed after each test of the file.
 */

import { afterEach } from "vitest"
import { Pool, type PooledConnection, type PoolOptions } from "../../../src/index.ts"
import { sharedServer } from "../../support/test-server.ts"

const pools: Pool[] = []

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close({ timeout: 0 })))
})

/** A pool that is closed after the test. */
export function openPool(options: PoolOptions = {}, conninfo: string = sharedServer.url): Pool {
  const pool = new Pool(conninfo, { max: 2, ...options })
  pools.push(pool)
  return pool
}

/** What a promise rejects with. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error("should have failed")
    },
    (error: unknown) => error,
  )
}

/** Waits until something is so; the test's own time limit is the limit. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** The backend that a connection leads to. */
export const pidOf = (connection: PooledConnection): number => connection.info.backendPid as number
