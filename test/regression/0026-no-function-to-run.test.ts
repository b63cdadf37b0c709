/**
 * What was to run a function, and was given none, rejected with a bare TypeError or threw at once, when it had a connection
 * already; so did `connect` with a signal that is none.
 */

import { expect, it } from "vitest"
import { type Connection, connect, errors, Pool, retry } from "../../src/index.ts"
import { sharedServer } from "../support/test-server.ts"

/** As JavaScript gives it: the compiler would refuse it. */
const none = undefined as never

const calls: Record<string, (db: Connection, pool: Pool) => Promise<unknown>> = {
  transaction: (db) => db.transaction(none),
  "transaction in another": (db) => db.transaction((tx) => tx.transaction(none)),
  "transaction of a pool": (_db, pool) => pool.transaction(none),
  pipeline: (db) => db.pipeline(none),
  "pipeline of a transaction": (db) => db.transaction((tx) => tx.pipeline(none)),
  use: (_db, pool) => pool.use(none),
  retry: () => retry(none),
}

it.each(Object.keys(calls))("%s rejects with a UsageError by name", async (call) => {
  await using db = await connect(sharedServer.url)
  await using pool = new Pool(sharedServer.url)
  const failure: unknown = await calls[call]!(db, pool).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(errors.UsageError)
  expect(failure).toMatchObject({
    message: `what ${call.split(" ")[0]} runs must be a function, got undefined`,
    safeToRetry: true,
  })
  expect(pool.stats().size).toBe(0)
  expect(await db.value`select 1`).toBe(1)
})

it("connect rejects a signal that is none", async () => {
  const signal = {} as AbortSignal
  const failure: unknown = await connect(sharedServer.url, { signal }).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(errors.ConfigError)
  expect(failure).toMatchObject({ message: "the option signal must be an AbortSignal, got an object (Object)" })
})
