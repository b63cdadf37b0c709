import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Connection, connect, errors } from "../../src/index.ts"
import { sharedServer } from "../support/test-server.ts"

let db: Connection

beforeAll(async () => {
  db = await connect(sharedServer.url)
})

afterAll(() => db.close())

/** The same call thrice: a first run, the one that names the statement, and one of the named statement. */
async function thrice<T>(run: () => Promise<T>): Promise<T[]> {
  const results: T[] = []
  for (let i = 0; i < 3; i++) results.push(await run())
  return results
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error("should have failed")
    },
    (error: unknown) => error,
  )
}

describe("sizes", () => {
  it("no columns at all", async () => {
    for (const result of await thrice(() => db.query("select from generate_series(1, 3)"))) {
      expect(result.rows).toEqual([{}, {}, {}])
      expect(result.fields).toEqual([])
    }
    expect(await db.rows("select from generate_series(1, 2)", [], { rows: "tuple" })).toEqual([[], []])
    expect(await db.rows("select from generate_series(1, 2)", [], { rows: "scalar" })).toEqual([undefined, undefined])
  })

  it("1600 columns, the most that a table can have", async () => {
    const columns = Array.from({ length: 1600 }, (_, i) => `c${i}`)
    await db.execute(`create temp table wide (${columns.map((name) => `${name} int`).join()})`)
    await db.execute(`insert into wide values (${columns.map((_, i) => (i % 7 === 0 ? "null" : i)).join()})`)
    const expected = columns.map((_, i) => (i % 7 === 0 ? null : i))
    for (const tuple of await thrice(() => db.one("select * from wide", [], { rows: "tuple" })))
      expect(tuple).toEqual(expected)
    for (const row of await thrice(() => db.one("select * from wide"))) {
      expect(Object.keys(row)).toEqual(columns)
      expect(Object.values(row)).toEqual(expected)
    }
  })

  it("100,000 rows", async () => {
    const text =
      "select n, 'row ' || n as label, case when n % 3 = 0 then n::int8 end as third from generate_series(1, 100000) n"
    for (const rows of await thrice(() => db.rows<{ n: number; label: string; third: bigint | null }>(text))) {
      expect(rows).toHaveLength(100_000)
      const wrong = rows.findIndex(
        ({ n, label, third }, i) => n !== i + 1 || label !== `row ${n}` || third !== (n % 3 === 0 ? BigInt(n) : null),
      )
      expect(wrong).toBe(-1)
    }
  })

  it("20 MB of text and of bytes, both ways", async () => {
    const text = "añ😀 ".repeat(2_500_000)
    const bytes = new Uint8Array(20_000_000).map((_, i) => i * 31)
    for (const [back, length] of await thrice(() =>
      db.one<[string, number]>("select $1::text, octet_length($1)", [text], { rows: "tuple" }),
    )) {
      expect(back === text).toBe(true)
      expect(length).toBe(20_000_000)
    }
    for (const back of await thrice(() => db.value<Uint8Array>("select $1::bytea", [bytes]))) {
      expect(back && Buffer.compare(back, bytes)).toBe(0)
    }
  })

  it("as many parameters as there can be, and not one more", async () => {
    const most = Array.from({ length: 65_535 }, (_, i) => i)
    const sum = (count: number): string =>
      `select ${Array.from({ length: count }, (_, i) => `$${i + 1}::int4`).join("+")} as sum`
    // One expression of that depth would exceed the server's stack: a list of values does not.
    const list = (count: number): string =>
      `select count(*), min(x), max(x) from (values ${Array.from({ length: count }, (_, i) => `($${i + 1}::int4)`).join()}) v(x)`
    expect(await db.value(sum(100), most.slice(0, 100))).toBe(4950)
    for (const row of await thrice(() => db.one(list(65_535), most, { rows: "tuple" })))
      expect(row).toEqual([65_535n, 0, 65_534])
    for (const error of await thrice(() => failure(db.query(list(65_536), [...most, 1])))) {
      expect(error).toBeInstanceOf(errors.UsageError)
      expect(error).toMatchObject({
        safeToRetry: true,
        message: expect.stringContaining("at most 65535 parameters, got 65536"),
      })
    }
    expect(await db.value("select 1")).toBe(1)
  })
})

describe("NULL", () => {
  it("goes and comes as null, whatever the type", async () => {
    const types = [
      "bool",
      "int2",
      "int4",
      "int8",
      "float8",
      "numeric",
      "text",
      "bytea",
      "uuid",
      "jsonb",
      "timestamptz",
      "int4[]",
    ]
    const text = `select ${types.map((type, i) => `$${i + 1}::${type}`).join()}`
    for (const row of await thrice(() =>
      db.one(
        text,
        types.map(() => null),
        { rows: "tuple" },
      ),
    )) {
      expect(row).toEqual(types.map(() => null))
    }
  })

  it("is not the empty string, the empty array or JSON's null", async () => {
    const text = "select $1::text is null, $2::int4[] is null, $3::jsonb is null, $4::jsonb is null"
    for (const row of await thrice(() => db.one(text, ["", [], "null", null], { rows: "tuple" }))) {
      expect(row).toEqual([false, false, false, true])
    }
  })
})
