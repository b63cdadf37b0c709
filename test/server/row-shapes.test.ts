/**
 * What a result knows of its columns, and schemas as shapes of rows, on every road by which rows come.
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Connection, connect, errors, type Queryable, type RowFactory, type RowSchema } from "../../src/index.ts"
import { sharedServer } from "../support/test-server.ts"

let db: Connection

beforeAll(async () => {
  db = await connect(sharedServer.url)
  await db.execute(`create schema shapes; set search_path = shapes; create type mood as enum ('sad', 'happy');
    create domain positive as int check (value > 0); create type pair as (a int, b text);
    create table people (id int, name varchar(40), total numeric(9, 2), feels mood, many mood[], score positive)`)
})

afterAll(async () => {
  await db.execute("drop schema shapes cascade")
  await db.close()
})

const COLUMNS = "select id, name, total, feels, many, score, row(1, 'x')::pair as pair, null as nothing from people"
const NAMES = ["int4", "varchar", "numeric", "mood", "mood[]", "int4", "pair", "text"]

describe("columns", () => {
  test("are told with the names of their types, though nobody has asked about them before", async () => {
    await using fresh = await connect(sharedServer.url, { parameters: { search_path: "shapes" } })
    const names = async (on: Queryable) => (await on.query(COLUMNS)).fields.map(({ typeName }) => typeName)
    await fresh.query`insert into people values (1, 'Ada', 1.5, 'happy', '{sad}', 3)`
    expect(await names(fresh)).toEqual(NAMES)
    expect(await names(fresh)).toEqual(NAMES)
    const [script] = await fresh.execute(COLUMNS)
    expect(script?.fields.map(({ typeName }) => typeName)).toEqual(NAMES)
    await using statement = await fresh.prepare(COLUMNS)
    expect(statement.fields.map(({ typeName }) => typeName)).toEqual(NAMES)
    await fresh.query`truncate people`
  })

  test("are told by the first script and the first prepared statement, too", async () => {
    for (const run of [
      async (on: Connection) => (await on.execute(COLUMNS))[0]!.fields,
      async (on: Connection) => (await on.prepare(COLUMNS)).fields,
      async (on: Connection) => (await on.query(COLUMNS, [], { prepare: true })).fields,
    ]) {
      await using fresh = await connect(sharedServer.url, { parameters: { search_path: "shapes" } })
      await fresh.query`insert into people values (1)`
      expect((await run(fresh)).map(({ typeName }) => typeName)).toEqual(NAMES)
      await fresh.query`truncate people`
    }
  })

  test("are told with their table, number, type and modifier", async () => {
    const { fields } = await db.query("select name as alias, total, 1 + 1 as two from people")
    const table = await db.value<number>`select 'people'::regclass::oid::int`
    expect(fields).toEqual([
      {
        name: "alias",
        tableOid: table,
        columnNumber: 2,
        typeOid: 1043,
        typeName: "varchar",
        typeSize: -1,
        typeModifier: 44,
      },
      {
        name: "total",
        tableOid: table,
        columnNumber: 3,
        typeOid: 1700,
        typeName: "numeric",
        typeSize: -1,
        typeModifier: 589830,
      },
      { name: "two", tableOid: 0, columnNumber: 0, typeOid: 23, typeName: "int4", typeSize: 4, typeModifier: -1 },
    ])
  })

  test("are given to factories on every road", async () => {
    const told: RowFactory<string> = (fields) => () => fields.map(({ name, typeName }) => `${name} ${typeName}`).join()
    const text = "select 1 as a, 'happy'::mood as b"
    const expected = "a int4,b mood"
    expect(await db.one(text, [], { rows: told })).toBe(expected)
    expect((await db.execute(text, { rows: told }))[0]?.rows).toEqual([expected])
    for await (const row of db.stream(text, [], { rows: told })) expect(row).toBe(expected)
    expect((await db.executeMany(text, [[], []], { rows: told })).rows).toEqual([expected, expected])
    expect(await (await db.prepare(text)).one([], { rows: told })).toBe(expected)
    expect(await db.pipeline((p) => p.one(text, [], { rows: told }))).toBe(expected)
  })
})

describe("a schema", () => {
  const even: RowSchema<{ half: number }> = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (row) => {
        const { n } = row as { n: number }
        return n % 2 === 0 ? { value: { half: n / 2 } } : { issues: [{ message: "is odd", path: ["n"] }] }
      },
    },
  }
  const text = "select generate_series(2, $1::int, 2) as n"

  test("makes the rows of every method", async () => {
    const rows = [{ half: 1 }, { half: 2 }]
    expect(await db.rows(text, [4], { rows: even })).toEqual(rows)
    expect([...(await db.query(text, [4], { rows: even }))]).toEqual(rows)
    expect(await db.one(text, [2], { rows: even })).toEqual({ half: 1 })
    expect(await db.first(text, [4], { rows: even })).toEqual({ half: 1 })
    expect((await db.execute("select 4 as n", { rows: even }))[0]?.rows).toEqual([{ half: 2 }])
    const streamed: unknown[] = []
    for await (const row of db.stream(text, [4], { rows: even })) streamed.push(row)
    expect(streamed).toEqual(rows)
    expect((await db.executeMany("select $1::int as n", [[2], [4]], { rows: even })).rows).toEqual(rows)
  })

  test("that objects rejects its own query and no other", async () => {
    const results = await Promise.allSettled([
      db.rows("select 2 as n", [], { rows: even }),
      db.rows("select 3 as n", [], { rows: even }),
      db.rows("select 4 as n", [], { rows: even }),
      db.execute("select 3 as n", { rows: even }),
    ])
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "rejected"])
    for (const result of results) {
      if (result.status === "fulfilled") continue
      expect(result.reason).toBeInstanceOf(errors.RowValidationError)
      expect(result.reason).toMatchObject({ issues: [{ message: "is odd", path: ["n"] }] })
    }
    expect(await db.value("select 'usable'")).toBe("usable")
  })

  test("that objects inside of a transaction leaves it to the transaction what becomes of it", async () => {
    const insert = "insert into people (id) values (3) returning id as n"
    const outcome = db.transaction((tx) => tx.one(insert, [], { rows: even }))
    await expect(outcome).rejects.toThrow(errors.RowValidationError)
    expect(await db.value("select count(*)::int from people")).toBe(0)
  })
})
