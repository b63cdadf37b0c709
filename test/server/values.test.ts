/**
 * A statement is sent in three ways: undescribed at first, then described, then named. Its values must not show which.
 */

import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Connection, type ConnectOptions, connect, type QueryOptions, sql } from "../../src/index.ts"
import { sharedServer } from "../support/test-server.ts"

/** A type, what is given for it, and what comes back when that is something else. */
type Case = readonly [type: string, given: unknown, back?: unknown]

const instant = new Date("2026-11-20T10:00:00.123Z")

const cases: readonly Case[] = [
  ["bool", true],
  ["bool", false],
  ["bool", "t", true],
  ["bool", 0, false],
  ["int2", -32_768],
  ["int2", "32767", 32_767],
  ["int4", 0],
  ["int4", 2_147_483_647],
  ["int4", "-2147483648", -2_147_483_648],
  ["int4", 7n, 7],
  ["int8", 9_007_199_254_740_993n],
  ["int8", -(2n ** 63n)],
  ["int8", 2n ** 63n - 1n],
  ["int8", 5, 5n],
  ["int8", " 42 ", 42n],
  ["float4", 0.1, 0.1],
  ["float4", 3.4028234663852886e38, 3.4028235e38],
  ["float8", 0.1],
  ["float8", -0],
  ["float8", 5e-324],
  ["float8", Number.MAX_VALUE],
  ["float8", Number.NaN],
  ["float8", Number.NEGATIVE_INFINITY],
  ["float8", 2 ** 60],
  ["float8", 9_007_199_254_740_993n, 9_007_199_254_740_992],
  ["numeric", "12345678901234567890.123456789000"],
  ["numeric", "-0.000000000000000000000000000000000001"],
  ["numeric", "NaN"],
  ["numeric", 0.1, "0.1"],
  ["numeric", 1e21, "1000000000000000000000"],
  ["numeric", 2n ** 100n, "1267650600228229401496703205376"],
  ["numeric", "0"],
  ["numeric(14,2)", "7", "7.00"],
  ["money", "$1,234.50", "1234.50"],
  ["text", ""],
  ["text", "plain"],
  ["text", 'it\'s \\ "quoted" {x} $1 \t\r\n'],
  ["text", "añ 漢字 😀 \u2028 \uffff"],
  ["text", 5, "5"],
  ["text", true, "true"],
  ["text", 10n ** 30n, "1000000000000000000000000000000"],
  ["varchar(3)", "abc"],
  ["char(5)", "ab", "ab   "],
  ["name", "a name"],
  ["bytea", new Uint8Array()],
  ["bytea", new Uint8Array([0, 1, 92, 127, 128, 255])],
  ["bytea", Buffer.from("\\x"), new Uint8Array([92, 120])],
  ["bytea", "\\x00ff", new Uint8Array([0, 255])],
  ["uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"],
  ["uuid", "{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"],
  ["jsonb", { a: [1, null, "x"], ключ: { deep: true } }],
  ["jsonb", [1, "two", [3]]],
  ["jsonb", []],
  ["jsonb", '{"already": "text"}', { already: "text" }],
  ["jsonb", "null", null],
  ["jsonb", 5],
  ["jsonb", true],
  ["json", { z: 1, a: 2 }],
  ["json", [[]]],
  ["date", "2026-11-20"],
  ["date", "0044-03-15 BC"],
  ["date", "infinity"],
  ["time", "24:00:00"],
  ["time", "10:00:00.123456"],
  ["timetz", "10:00:00+05:30"],
  ["timestamp", "2026-11-20 10:00:00.123456"],
  ["timestamp", "-infinity"],
  ["timestamptz", instant],
  ["timestamptz", "2026-11-20 10:00:00.123+00", instant],
  ["timestamptz", new Date("0001-01-01T00:00:00Z")],
  ["timestamptz", new Date("-000044-03-15T00:00:00Z")],
  ["inet", "192.168.0.1/24"],
  ["cidr", "10.0.0.0/8"],
  ["macaddr", "08:00:2b:01:02:03"],
  ["bit(3)", "101"],
  ["varbit", ""],
  ["oid", 4_294_967_295],
  ["pg_lsn", "16/B374D848"],
  ["xml", "<a>b</a>"],
  ["int4[]", []],
  ["int4[]", [1, null, -3]],
  [
    "int4[]",
    [
      [1, 2],
      [3, 4],
    ],
  ],
  ["int4[]", "{1,2}", [1, 2]],
  ["int8[]", [1n, 2n ** 62n]],
  ["bool[]", [true, false, null]],
  ["float8[]", [0.5, Number.NaN, null]],
  ["numeric[]", ["1.10", null]],
  ["text[]", ["", "NULL", null, 'a "quote"', "a,b", "{c}", "\\", "😀"]],
  ["uuid[]", ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"]],
  ["bytea[]", [new Uint8Array([0, 34]), null]],
  ["timestamptz[]", [instant, null]],
  ["date[]", ["2026-11-20", null]],
  ["jsonb[]", [{ a: 1 }, [1, 2], null]],
]

/** A value in a form that compares kinds, -0 and bytes of whatever class. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: [...value] }
  return Array.isArray(value) ? value.map(plain) : value
}

function title([type, given]: Case): string {
  const text = JSON.stringify(given, (_, part: unknown) => (typeof part === "bigint" ? `${part}n` : part))
  return `${type} ${typeof given} ${Object.is(given, -0) ? "-0" : text}`
}

/** How a connection and its queries may be told to send statements, and how a transaction may stand. */
const ways: readonly (readonly [name: string, ConnectOptions, QueryOptions, begin: boolean])[] = [
  ["by itself", {}, {}, false],
  ["named at once", {}, { prepare: true }, false],
  ["never named", {}, { prepare: false }, false],
  ["named at the first use", { prepareThreshold: 0 }, {}, false],
  ["behind a pooler", { pooler: true }, {}, false],
  ["in a transaction", {}, {}, true],
]

describe.each(ways)("sent %s", (_, connectOptions, queryOptions, begin) => {
  let db: Connection

  beforeAll(async () => {
    db = await connect(sharedServer.url, connectOptions)
    if (begin) await db.execute("begin")
  })

  afterAll(async () => {
    if (begin) {
      expect(db.info.transactionStatus).toBe("transaction")
      await db.execute("rollback")
    }
    await db.close()
  })

  it.each(cases.map((given) => [title(given), given] as const))("%s", async (_title, [type, given, back = given]) => {
    const text = `select $1::${type} as v /* ${title([type, given])} */`
    for (let run = 1; run <= 4; run++) {
      const value = await db.value(text, [given], queryOptions)
      expect(plain(value), `run ${run}`).toEqual(plain(back))
    }
  })

  it.each(cases.map((given) => [title(given), given] as const))(
    "stored: %s",
    async (_title, [type, given, back = given]) => {
      const table = `stored_${type.replaceAll(/\W/g, "_")}`
      if (!begin) await db.execute(`create temp table if not exists ${table} (v ${type})`)
      else await db.execute(`create temp table if not exists ${table} (v ${type}) on commit drop`)
      for (let run = 1; run <= 3; run++) {
        const inserted = await db.value(`insert into ${table} (v) values ($1) returning v`, [given], queryOptions)
        expect(plain(inserted), `run ${run}`).toEqual(plain(back))
      }
      // What the server has stored is the same thrice, not only what we read.
      const texts = await db.value(
        `delete from ${table} returning (select count(distinct coalesce(v::text, '')) from ${table})`,
      )
      expect(texts).toBe(1n)
    },
  )
})

describe("sent all at once", () => {
  it("every value comes back in its place", async () => {
    await using db = await connect(sharedServer.url)
    for (let round = 0; round < 3; round++) {
      const values = await Promise.all(cases.map(([type, given]) => db.value(`select $1::${type}`, [given])))
      expect(values.map(plain)).toEqual(cases.map(([, given, back = given]) => plain(back)))
    }
  })

  it("as columns of one row", async () => {
    await using db = await connect(sharedServer.url)
    const text = `select ${cases.map(([type], i) => `$${i + 1}::${type}`).join()}`
    const given = cases.map(([, value]) => value)
    for (let run = 0; run < 4; run++) {
      const row = await db.one<unknown[]>(text, given, { rows: "tuple" })
      expect(row.map(plain)).toEqual(cases.map(([, value, back = value]) => plain(back)))
    }
  })

  it("as values of a template, which declares what a cast tells", async () => {
    await using db = await connect(sharedServer.url)
    for (let run = 0; run < 3; run++) {
      for (const [type, given, back = given] of cases) {
        expect(plain(await db.value(sql`select ${given}::${sql.raw(type)}`)), type).toEqual(plain(back))
      }
      expect(await db.value`select ${[1, 2]}::int4[]`).toEqual([1, 2])
      expect(await db.value`select ${[1, 2]}::jsonb`).toEqual([1, 2])
      expect(await db.value`select ${instant}::timestamptz`).toEqual(instant)
    }
  })
})

describe("the session's settings", () => {
  const settings: readonly Record<string, string>[] = [
    { DateStyle: "German, DMY", TimeZone: "Asia/Kolkata", IntervalStyle: "sql_standard" },
    { DateStyle: "SQL, MDY", TimeZone: "America/St_Johns", IntervalStyle: "postgres_verbose" },
    { DateStyle: "Postgres, DMY", TimeZone: "Europe/Paris", IntervalStyle: "iso_8601" },
    { bytea_output: "escape", extra_float_digits: "0", lc_monetary: "C" },
  ]

  it.each(settings)("do not show in the values: %o", async (parameters) => {
    await using plainDb = await connect(sharedServer.url)
    await using db = await connect(sharedServer.url, { parameters })
    const text = `select '2026-03-04'::date as d, '2026-03-04 05:06:07.123456'::timestamp as t, $1::timestamptz as z,
      '1 year 2 mons -3 days 04:05:06.7'::interval as i, '\\x00ff5c'::bytea as b, 0.1::float8 as f, 'infinity'::timestamptz as inf`
    const expected = await plainDb.one(text, [instant])
    for (let run = 0; run < 3; run++) {
      const { f, ...row } = await db.one(text, [instant])
      const { f: expectedFloat, ...others } = expected
      expect(row).toEqual(others)
      expect(f).toBeCloseTo(Number(expectedFloat), 12)
    }
  })
})
