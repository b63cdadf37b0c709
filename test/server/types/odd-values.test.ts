/**
 * A statement means the same in its first run, of whose types nothing is known yet, as in all later ones: every type is
 * given every odd value, and what the server makes of it, or the class of the error, never changes from run to run.
 */

import { afterAll, beforeAll, expect, test } from "vitest"
import { type Connection, connect, types } from "../../../src/index.ts"
import { sharedServer } from "../../support/test-server.ts"
import { readValueFixtures } from "../../support/value-fixtures.ts"

const NUMBERS = [
  0,
  1,
  5,
  300,
  2024,
  12345,
  101010,
  120000,
  20240101,
  1763641211,
  1.5,
  2024.123,
  120000.5,
  1e21,
  1e-7,
  2 ** 60,
]
const SIGNED_NUMBERS = [-0, -1, -1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1763641211231]
const BIGINTS = [0n, 1n, -1n, 12345n, 20240101n, 2n ** 64n]
const INTEGER_TEXTS = [
  "0",
  "5",
  "-1",
  "+1",
  " 7 ",
  "010",
  "1_000",
  "1__0",
  "0b11",
  "0o17",
  "0x1F",
  "-0x1F",
  "4294967296",
]
const NUMBER_TEXTS = [
  "18446744073709551616",
  "1.",
  ".5",
  "-1.5",
  "1e2",
  "1e400",
  "inf",
  "-Infinity",
  "nan",
  "+NaN",
  "- 1",
]
const WORDS = [
  "",
  " ",
  "x",
  "x".repeat(64),
  "é".repeat(32),
  "é",
  "'",
  "{}",
  "{1}",
  "[]",
  "null",
  "true",
  " YES",
  "tr",
  '<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>',
  "\\x0",
  "\\x0g",
]
const DATES = [
  "2024-1-2",
  "20240101",
  "2024-02-30",
  "24:00",
  "10:00:60",
  "10:00+16",
  "2024-01-01T10:00:00Z",
  "infinity",
  "1 day",
]
const ADDRESSES = [
  "10",
  "10.1.2.3/8",
  "10.1.2.3",
  "::1/8",
  "::1/064",
  "::ffff:010.0.0.1",
  "::1",
  "08002b010203",
  "08-00-2b-01-02-03",
  "1/1",
  "FFFFFFFFF/0",
  "(0,1)",
]
const SHAPES = [
  "(1,2)",
  "1,2",
  "((1,2),(1,2))",
  "<(1,2),-1>",
  "{0,0,1}",
  "{1,2,3}",
  "[1,5)",
  "(5,1]",
  "empty",
  '{"a":1,"a":2}',
]
const OBJECTS = [
  [],
  [1],
  ["x"],
  [null],
  [[1], [2]],
  {},
  { days: 1 },
  new Date(0),
  new Date(Number.NaN),
  new Date(-8.64e15),
]
const OTHERS = [
  true,
  false,
  new Uint8Array([49, 50]),
  new Uint8Array(),
  new types.Interval(1, 2, 3n),
  new types.Range(1, 5, "[)"),
]

const VALUES: readonly unknown[] = [
  ...[...NUMBERS, ...SIGNED_NUMBERS, ...BIGINTS],
  ...[...INTEGER_TEXTS, ...NUMBER_TEXTS, ...WORDS, ...DATES, ...ADDRESSES, ...SHAPES],
  ...[...OBJECTS, ...OTHERS],
]

let db: Connection
let named: Connection
let allTypes: readonly string[]
let unique = 0

beforeAll(async () => {
  db = await connect(sharedServer.url, { parameters: { TimeZone: "UTC" } })
  named = await connect(sharedServer.url, { parameters: { TimeZone: "UTC" } })
  const base = await db.rows<string>(
    `select format_type(oid, null) from pg_type
       where typtype in ('b', 'r', 'm') and typelem = 0 and typnamespace = 'pg_catalog'::regnamespace order by oid`,
    [],
    { rows: "scalar" },
  )
  allTypes = [...new Set([...readValueFixtures().keys(), ...base])]
})

afterAll(async () => {
  await db.close()
  await named.close()
})

/** What became of a run: the server's text of the value, or what kind of error there was. */
async function outcome(connection: Connection, text: string, value: unknown, prepare?: boolean): Promise<string> {
  try {
    return `value ${await connection.value(text, [value], prepare === undefined ? {} : { prepare })}`
  } catch (error) {
    const { name, code } = error as { readonly name: string; readonly code: string }
    return `${name} ${code}`
  }
}

/** A value for people who read of a failure. */
function show(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`
  return typeof value === "object" || typeof value === "string" ? JSON.stringify(value) : String(value)
}

/** The values of which not all runs say the same. */
async function differences(type: string, runs: (value: unknown) => Promise<readonly string[]>): Promise<string[]> {
  const found = await Promise.all(
    VALUES.map(async (value) => {
      const outcomes = await runs(value)
      return outcomes.every((other) => other === outcomes[0])
        ? []
        : [`${type}, ${show(value)}: ${outcomes.join(" | ")}`]
    }),
  )
  return found.flat()
}

test("what is read", async () => {
  const found: string[] = []
  for (const type of allTypes) {
    const different = await differences(type, async (value) => {
      const text = `select $1::${type}::text /* ${unique++} */`
      const outcomes: string[] = []
      for (let run = 0; run < 3; run++) outcomes.push(await outcome(db, text, value))
      for (let run = 0; run < 2; run++) outcomes.push(await outcome(named, text, value, true))
      return outcomes
    })
    found.push(...different)
  }
  expect(found).toEqual([])
})

test("what is written, and nothing is when it is refused", async () => {
  const found: string[] = []
  for (const [i, type] of allTypes.entries()) {
    let written = 0
    await db.query(`create temporary table odd_${i} (v ${type})`)
    const different = await differences(type, async (value) => {
      const text = `insert into odd_${i} values ($1) returning format('%s', v) /* ${unique++} */`
      const outcomes: string[] = []
      for (let run = 0; run < 3; run++) outcomes.push(await outcome(db, text, value))
      written += outcomes.filter((one) => one.startsWith("value")).length
      return outcomes
    })
    found.push(...different)
    expect(await db.value(`select count(*)::int4 from odd_${i}`), type).toBe(written)
  }
  expect(found).toEqual([])
})

test("types that are looked up first", async () => {
  await db.execute(`drop schema if exists odd cascade; create schema odd;
    create domain odd.instant as timestamptz; create domain odd.bytes as bytea; create domain odd.whole as int4;
    create type odd.label as enum ('5', 'true', '20240101')`)
  const found: string[] = []
  for (const type of ["odd.instant", "odd.bytes", "odd.whole", "odd.label"]) {
    for (const value of [5, 20240101, 20240101n, true, "5", "20240101", [5], null]) {
      await using fresh = await connect(sharedServer.url, { parameters: { TimeZone: "UTC" } })
      const outcomes: string[] = []
      for (let run = 0; run < 3; run++) outcomes.push(await outcome(fresh, `select $1::${type}::text`, value))
      if (outcomes.some((other) => other !== outcomes[0]))
        found.push(`${type}, ${show(value)}: ${outcomes.join(" | ")}`)
    }
  }
  await db.execute("drop schema odd cascade")
  expect(found).toEqual([])
})
