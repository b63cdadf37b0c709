/**
 * A connection that its owner had closed or destroyed called its refusals transient, so that `retry` tried again and again
 * what could never succeed.
 */

import { expect, it } from "vitest"
import { type Connection, connect, errors, retry } from "../../src/index.ts"
import { sharedServer } from "../support/test-server.ts"

const ends: Record<string, (db: Connection) => Promise<void>> = {
  closed: (db) => db.close(),
  destroyed: async (db) => db.destroy(),
  "destroyed for a reason": async (db) => db.destroy(new Error("enough")),
}

it.each(Object.keys(ends))("is not tried again once it was %s", async (how) => {
  const db = await connect(sharedServer.url)
  const sleeping = how === "closed" ? undefined : db.query`select pg_sleep(60)`.catch((error: unknown) => error)
  await new Promise(setImmediate)
  await ends[how]!(db)
  if (sleeping !== undefined) {
    expect(await sleeping).toMatchObject({ name: "ConnectionClosedError", transient: false, safeToRetry: false })
  }
  let attempts = 0
  const run = (): Promise<unknown> => {
    attempts++
    return db.value`select 1`
  }
  const failure: unknown = await retry(run).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(errors.ConnectionError)
  expect(failure).toMatchObject({ name: "ConnectionClosedError", transient: false, safeToRetry: true })
  expect(attempts).toBe(1)
})

it("is tried again where it was lost", async () => {
  await using other = await connect(sharedServer.url)
  const db = await connect(sharedServer.url)
  const processId = await db.value`select pg_backend_pid()`
  await other.query`select pg_terminate_backend(${processId}, 10000)`
  const failure: unknown = await db.value`select 1`.catch((error: unknown) => error)
  expect(failure).toMatchObject({ name: "ConnectionError", transient: true })
})
