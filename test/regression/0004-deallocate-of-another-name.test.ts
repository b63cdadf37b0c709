/**
 * A DEALLOCATE, of whatever name, made us forget all of ours; those that still existed, or were made by what was
 * pipelined behind it, then failed to be made again (42P05).
 */

import { expect, it } from "vitest"
import { connect } from "../../src/index.ts"
import { sharedServer } from "../support/test-server.ts"

const text = "select $1::int4 as n"

it("a statement of the application's own", async () => {
  await using db = await connect(sharedServer.url)
  for (let n = 0; n < 3; n++) await db.value(text, [n])
  await db.execute("prepare theirs as select 1; deallocate theirs")
  for (let n = 0; n < 3; n++) expect(await db.value(text, [n])).toBe(n)
})

it("all statements, with a naming behind it", async () => {
  await using db = await connect(sharedServer.url)
  await db.value(text, [0])
  await Promise.all([db.execute("deallocate all"), db.value(text, [1]), db.value(text, [2])])
  for (let n = 0; n < 3; n++) expect(await db.value(text, [n])).toBe(n)
})
