/**
 * What was stopped could not be closed quietly: a cursor wanted to commit its transaction that the server had just
 * aborted, and `rollback` of a stopped transaction rejected before it was over.
 */

import { expect, it } from "vitest"
import { connect } from "../../src/index.ts"
import { sharedServer } from "../support/test-server.ts"

const reason = new Error("enough")

it("a cursor", async () => {
  await using db = await connect(sharedServer.url)
  const abort = new AbortController()
  const cursor = await db.cursor("select pg_sleep(60)", [], { signal: abort.signal })
  const fetching = cursor.fetch(1)
  abort.abort(reason)
  await expect(fetching).rejects.toBe(reason)
  await cursor.close()
  expect(await db.value`select 1`).toBe(1)
})

it("a transaction", async () => {
  await using db = await connect(sharedServer.url)
  const abort = new AbortController()
  const tx = await db.begin({ signal: abort.signal })
  await tx.query`select 1`
  const sleeping = tx.query`select pg_sleep(60)`
  abort.abort(reason)
  await expect(sleeping).rejects.toBe(reason)
  await tx.rollback()
  expect(await db.value`select 1`).toBe(1)
  await expect(tx.commit()).rejects.toBe(reason)
})
