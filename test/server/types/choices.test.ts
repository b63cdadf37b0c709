/**
 * Values where the caller has a choice, made for all connections, for one, for one query; and values that do not fit,
 * refused in the same words however the statement is run.
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Connection, connect, errors, Pool, type TypeOptions, types } from "../../../src/index.ts"
import { sharedServer } from "../../support/test-server.ts"

let db: Connection

beforeAll(async () => {
  db = await connect(sharedServer.url)
})

afterAll(() => db.close())

interface Numbers {
  readonly PlainDate: { from(text: string): unknown }
  readonly PlainDateTime: { from(text: string): unknown }
  readonly PlainTime: { from(text: string): unknown }
  readonly Instant: { from(text: string): unknown }
  readonly Duration: { from(text: string): unknown }
}

const { Temporal } = globalThis as unknown as { readonly Temporal: Numbers }

/** An option, an expression, and the value with the option. */
const choices: readonly (readonly [options: TypeOptions, expression: string, value: unknown])[] = [
  [{ int8: "number" }, "9007199254740991::int8", 9007199254740991],
  [{ int8: "number" }, "array[1::int8, null]", [1, null]],
  [{ int8: "string" }, "9007199254740993::int8", "9007199254740993"],
  [{ int8: "number" }, "int8range(1, 5)", new types.Range(1, 5, "[)")],
  [{ numeric: "number" }, "1.50::numeric", 1.5],
  [{ json: "string" }, "'{\"a\": 1}'::json", '{"a": 1}'],
  [{ json: { parse: (text) => `<${text}>`, stringify: String } }, "'[1]'::jsonb", "<[1]>"],
  [{ timestamptz: "string" }, "timestamptz '2026-11-20 10:00:00.123456+00'", "2026-11-20 10:00:00.123456+00"],
  [{ timestamp: "date" }, "timestamp '2026-11-20 10:00:00.123'", new Date("2026-11-20T10:00:00.123Z")],
  [{ arrayBounds: true }, "'[0:1]={1,2}'::int4[]", expect.objectContaining({ lowerBounds: [0] })],
  [{ custom: [{ name: "text", decode: (text) => `(${text})`, encode: String }] }, "'x'::text", "(x)"],
]

describe.each(choices)("%o: %s", (options, expression, value) => {
  test("for a connection, a pool and a query, whichever run", async () => {
    await using own = await connect(sharedServer.url, { types: options })
    const pool = new Pool(sharedServer.url, { max: 1, types: options })
    try {
      for (let run = 0; run < 3; run++) {
        expect(await own.value(`select ${expression}`)).toEqual(value)
        expect(await pool.value(`select ${expression}`)).toEqual(value)
        expect(await db.value(`select ${expression}`, [], { types: options })).toEqual(value)
        expect(await db.value(`select ${expression}`)).not.toEqual(value)
      }
      const [result] = await db.execute(`select ${expression} as v`, { types: options })
      expect(result?.rows).toEqual([{ v: value }])
    } finally {
      await pool.close()
    }
  })
})

test("the runtime's Temporal, out and in, microseconds kept", async () => {
  await using own = await connect(sharedServer.url, { types: { temporal: true } })
  const values = {
    i: Temporal.Instant.from("2026-11-20T10:00:00.123456Z"),
    l: Temporal.PlainDateTime.from("2026-11-20T10:00:00.123456"),
    d: Temporal.PlainDate.from("2026-11-20"),
    t: Temporal.PlainTime.from("10:00:00.000001"),
    s: Temporal.Duration.from("P1Y2M3DT4H5M6.789S"),
  }
  for (let run = 0; run < 3; run++) {
    const row = await own.one(
      "select $1::timestamptz as i, $2::timestamp as l, $3::date as d, $4::time as t, $5::interval as s",
      Object.values(values),
    )
    expect(Object.values(row).map(String)).toEqual(Object.values(values).map(String))
    for (const [name, value] of Object.entries(values))
      expect(row[name]?.constructor).toBe((value as object).constructor)
  }
})

test("a codec for all connections opened from then on, until it is taken back", async () => {
  const undo = types.register({ name: "uuid", decode: (text) => text.toUpperCase(), encode: String })
  const uuid = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
  await using own = await connect(sharedServer.url)
  undo()
  await using later = await connect(sharedServer.url)
  expect(await own.value("select $1::uuid", [uuid])).toBe(uuid.toUpperCase())
  expect(await later.value("select $1::uuid", [uuid])).toBe(uuid)
  expect(await db.value("select $1::uuid", [uuid])).toBe(uuid)
})

test("options that there are not are refused", async () => {
  await expect(connect(sharedServer.url, { types: { int8: "float" as never } })).rejects.toThrow(errors.ConfigError)
  await expect(db.value("select 1", [], { types: { int8: "float" as never } })).rejects.toThrow(errors.ConfigError)
  await expect(db.value("select 1", [], { types: 5 as never })).rejects.toThrow(errors.UsageError)
})

describe("what does not fit its parameter", () => {
  const misfits: readonly (readonly [type: string, value: unknown, received: RegExp])[] = [
    ["int2", 32_768, /out of range/],
    ["int4", 1.5, /fraction/],
    ["int4", 2 ** 40, /out of range/],
    ["int4", {}, /object/],
    ["int8", 1e300, /./],
    ["int8", 2n ** 63n, /out of range/],
    ["bool", {}, /object/],
    ["float8", [1], /array/],
    ["numeric", new Date(0), /Date/],
    ["date", {}, /object/],
    ["timestamptz", new Date(Number.NaN), /invalid Date/],
    ["uuid", new Date(0), /Date/],
    ["bytea", {}, /object/],
    ["int4[]", [1, {}], /object/],
    ["int4[]", [[1], [2, 3]], /one of 2/],
    ["point", [1, 2], /array/],
    ["interval", { months: 1.5, days: 0, microseconds: 0 }, /./],
    ["text", Symbol("x"), /symbol/],
    ["text", () => 1, /function/],
    ["text", undefined, /undefined/],
  ]

  test.each(misfits)("%s", async (type, value, received) => {
    const text = `select 1 where $1::text is null or $2::${type} is not null`
    for (const options of [{}, {}, { prepare: true }, { prepare: true }, { prepare: false }]) {
      const error = await db.rows(text, ["x", value], options).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(errors.EncodeError)
      const { parameter, expected, received: got, message } = error as errors.EncodeError
      expect(parameter).toBe(2)
      expect(got).toMatch(received)
      expect(expected).not.toBe("")
      expect(message).toContain("$2")
      expect(await db.value("select 1")).toBe(1)
    }
  })
})
