/**
 * Some arguments of a wrong kind were taken for something else, or told by a TypeError of ours: `undefined` for NULL where
 * a value is written into the statement, an array for options, null for the Oid of a large object.
 */

import { afterAll, beforeAll, expect, it } from "vitest"
import { type Connection, connect, errors, sql } from "../../src/index.ts"
import { sharedServer } from "../support/test-server.ts"

let db: Connection

beforeAll(async () => {
  db = await connect(sharedServer.url)
})

afterAll(() => db.close())

it("undefined is no NULL, neither bound nor written", async () => {
  await expect(db.query`select ${undefined}::int`).rejects.toBeInstanceOf(errors.EncodeError)
  expect(() => db.format(sql`select ${undefined}`)).toThrow(errors.CompositionError)
  expect(() => db.format(sql`select ${undefined}::int`)).toThrow(errors.CompositionError)
  expect(() => sql.literal(undefined).text).toThrow(errors.CompositionError)
  expect(db.format(sql`select ${null}`)).toBe("select NULL")
})

it("values beside a fragment are not options", async () => {
  await expect(db.query(sql`select 1`, [1] as never)).rejects.toBeInstanceOf(errors.UsageError)
})

it("what is no fragment, no name, no list, no Oid", async () => {
  expect(() => db.format("select 1" as never)).toThrow(errors.CompositionError)
  for (const table of [5, null, {}]) {
    await expect(db.copyRows(table as never, [])).rejects.toBeInstanceOf(errors.UsageError)
  }
  await expect(db.copyRows("t", [], { columns: "a" as never })).rejects.toBeInstanceOf(errors.UsageError)
  const objects = db.largeObjects
  for (const call of [objects.open(null as never), objects.unlink(-1), objects.create(2 ** 32), objects.unlink(1.5)]) {
    await expect(call).rejects.toBeInstanceOf(errors.UsageError)
  }
})
