import { expect, it } from "vitest"
import { connect, errors, sql } from "../../src/index.ts"
import { sharedServer } from "../support/test-server.ts"

it("refuses to prepare or repeat a fragment that has values of its own, instead of losing them", async () => {
  await using db = await connect(sharedServer.url)
  const fragment = sql`select ${1}::int4`
  await expect(db.prepare(fragment)).rejects.toThrow(errors.UsageError)
  await expect(db.executeMany(fragment, [[1]])).rejects.toThrow(errors.UsageError)
  await using statement = await db.prepare(sql`select $1::int4`)
  expect(await statement.value([7])).toBe(7)
})
