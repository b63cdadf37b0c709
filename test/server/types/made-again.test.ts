/**
 * Types that are dropped and made again by somebody else, as migrations do, while connections go on that knew the old
 * ones by their OIDs.
 */

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { type Connection, connect, sql } from "../../../src/index.ts"
import { sharedServer } from "../../support/test-server.ts"

let admin: Connection

beforeAll(async () => {
  admin = await connectThere()
})

afterAll(async () => {
  await admin.execute("drop schema made_again cascade")
  await admin.close()
})

beforeEach(() =>
  admin.execute(`
    drop schema if exists made_again cascade; create schema made_again; create type mood as enum ('ok')`),
)

function connectThere(): Promise<Connection> {
  return connect(sharedServer.url, { parameters: { search_path: "made_again" } })
}

test("statements that are prepared, or whose types are declared, go on", async () => {
  await using db = await connectThere()
  const declared = (type: string, value: unknown): Promise<unknown> =>
    db.value("select $1", [value], { parameterTypes: [type] })
  const streamed = async (): Promise<unknown[]> => {
    const rows: unknown[] = []
    for await (const row of db.stream("select $1 as v", ["ok"], { parameterTypes: ["made_again.mood"] })) rows.push(row)
    return rows
  }
  const tuple = { x: 1, y: "ok" }
  for (let made = 0; made < 3; made++) {
    await admin.execute("drop type if exists pair; drop type mood cascade; create type mood as enum ('ok')")
    await admin.execute(made === 1 ? "create type pair as (y mood, x int4)" : "create type pair as (x int4, y mood)")
    for (let run = 0; run < 3; run++) {
      expect(await db.value("select $1::mood", ["ok"])).toBe("ok")
      expect(await db.value(sql`select ${sql.param(["ok"], "mood[]")}`)).toEqual(["ok"])
      expect(await declared("mood", "ok")).toBe("ok")
      expect(await declared("pair[]", [tuple])).toEqual([tuple])
      expect(await db.value("select $1::pair", [tuple])).toEqual(tuple)
      expect(await streamed()).toEqual([{ v: "ok" }])
    }
  }
})

test("what cannot be run anew fails once", async () => {
  await using db = await connectThere()
  const ways: readonly (() => Promise<unknown>)[] = [
    () => db.executeMany("select $1", [["ok"]], { parameterTypes: ["mood"] }),
    async () => (await db.prepare("select $1", { parameterTypes: ["mood"] })).close(),
    () => db.transaction((tx) => tx.value("select $1", ["ok"], { parameterTypes: ["mood"] })),
  ]
  for (const run of ways) {
    await run()
    await admin.execute("drop type mood cascade; create type mood as enum ('ok')")
    await expect(run()).rejects.toThrow("cache lookup failed for type")
    await run()
  }
})
