/**
 * Whole tables of random shape and content, made by fast-check: any number of columns of any types, any rows. What is
 * inserted through parameters is what comes back, by every road and under odd settings, and a table copied within the
 * server is read as the same.
 */

import fc, { type Arbitrary } from "fast-check"
import { afterAll, beforeAll, expect, test } from "vitest"
import { type Connection, connect, types } from "../../../src/index.ts"
import { sharedServer } from "../../support/test-server.ts"

let db: Connection
let odd: Connection

beforeAll(async () => {
  const path = { search_path: "random_tables, public" }
  db = await connect(sharedServer.url, { parameters: path })
  odd = await connect(sharedServer.url, {
    parameters: { ...path, DateStyle: "Postgres, DMY", IntervalStyle: "sql_standard", TimeZone: "Asia/Kathmandu" },
  })
  await db.execute(`
    drop schema if exists random_tables cascade; create schema random_tables;
    create type mood as enum ('ok', 'so "so"', '', 'NULL');
    create type pair as (a int4, "b ""c""" text);
    create domain positive as numeric check (value > 0)`)
})

afterAll(async () => {
  await db.execute("drop schema random_tables cascade")
  await db.close()
  await odd.close()
})

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 30 }).filter((value) => !value.includes("\0")),
  fc.string({ unit: fc.constantFrom(...'"\\,(){}[] NULl;\n\t'), maxLength: 8 }),
)
const int8 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const digits = fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 1, maxLength: 30 })
const numeric = fc
  .tuple(fc.boolean(), digits, digits)
  .map(([negative, whole, decimals]) => `${negative ? "-" : ""}${whole.replace(/^0+(?=\d)/, "")}.${decimals}1`)
const date = fc.date({
  min: new Date("0001-01-01T00:00:00Z"),
  max: new Date("9999-12-31T23:59:59.999Z"),
  noInvalidDate: true,
})
const json = fc.jsonValue({ maxDepth: 2 }).map((value): unknown => JSON.parse(JSON.stringify([value])))
// jsonb keeps no zero's sign and no U+0000.
const jsonb = json.filter(
  (value) =>
    !JSON.stringify(value).includes("\\u0000") &&
    !/-0(?![.\d])/.test(JSON.stringify(value)) &&
    !/e[+-]?\d/.test(JSON.stringify(value)),
)
const interval = fc
  .tuple(
    fc.integer({ min: -1e6, max: 1e6 }),
    fc.integer({ min: -1e6, max: 1e6 }),
    fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
  )
  .map(([months, days, microseconds]) => new types.Interval(months, days, microseconds))
const range = fc
  .tuple(fc.option(int8), fc.option(int8))
  .filter(([lower, upper]) => lower === null || upper === null || lower < upper)
  .map(([lower, upper]) => new types.Range(lower, upper, "[)"))

/** The types a column may have, and their values as they come back. */
const kinds: Readonly<Record<string, Arbitrary<unknown>>> = {
  bool: fc.boolean(),
  int2: fc.integer({ min: -32768, max: 32767 }),
  int4: fc.integer(),
  int8,
  float8: fc.double(),
  numeric,
  positive: numeric.map((value) => value.replace("-", "")),
  text,
  varchar: text,
  bytea: fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
  uuid: fc.uuid(),
  json,
  jsonb,
  timestamptz: date,
  date: date.map((value) => value.toISOString().slice(0, 10)),
  timestamp: date.map((value) =>
    value
      .toISOString()
      .replace(/[TZ]/g, " ")
      .trim()
      .replace(/\.?0+$/, "")
      .replace(/(:\d\d)$/, "$1"),
  ),
  interval,
  varbit: fc.string({ unit: fc.constantFrom("0", "1"), maxLength: 70 }),
  point: fc.record({ x: fc.double({ noNaN: true }), y: fc.double({ noNaN: true }) }, { noNullPrototype: true }),
  int8range: range,
  mood: fc.constantFrom("ok", 'so "so"', "", "NULL"),
  pair: fc.record({ a: fc.option(fc.integer()), 'b "c"': fc.option(text) }, { noNullPrototype: true }),
  "int4[]": fc.array(fc.option(fc.integer()), { maxLength: 5 }),
  "text[]": fc.array(fc.option(text), { maxLength: 5 }),
  "mood[]": fc.array(fc.option(fc.constantFrom("ok", 'so "so"')), { maxLength: 3 }),
  "pair[]": fc.array(fc.option(fc.record({ a: fc.integer(), 'b "c"': text }, { noNullPrototype: true })), {
    maxLength: 3,
  }),
  "timestamptz[]": fc.array(fc.option(date), { maxLength: 3 }),
  "numeric[][]": fc.array(fc.tuple(fc.option(numeric), numeric), { maxLength: 3 }),
}

const table = fc
  .array(fc.constantFrom(...Object.keys(kinds)), { minLength: 1, maxLength: 12 })
  .chain((columns) =>
    fc
      .array(fc.tuple(...columns.map((kind) => fc.option(kinds[kind]!, { freq: 6 }))), { maxLength: 8 })
      .map((rows) => ({ columns, rows })),
  )

test("whatever a table is, what went in comes out", async () => {
  let made = 0
  await fc.assert(
    fc.asyncProperty(table, async ({ columns, rows }) => {
      const name = `t${made++}`
      await db.execute(`create table ${name} (i int, ${columns.map((type, i) => `c${i} ${type}`).join()})`)
      const insert = `insert into ${name} values ($1, ${columns.map((_, i) => `$${i + 2}`).join()})`
      await Promise.all(rows.map((row, i) => db.query(insert, [i, ...row])))
      const select = `select ${columns.map((_, i) => `c${i}`).join()} from ${name} order by i`
      for (const connection of [db, odd]) {
        for (let run = 0; run < 3; run++)
          expect(await connection.rows(select, [], { rows: "tuple" })).toStrictEqual(rows)
        expect((await connection.execute(select, { rows: "tuple" }))[0]?.rows).toStrictEqual(rows)
      }
      await odd.execute(`create table ${name}_copy (like ${name})`)
      const read = await odd.rows<unknown[]>(`select i, ${columns.map((_, i) => `c${i}`).join()} from ${name}`, [], {
        rows: "tuple",
      })
      await odd.pipeline((p) => Promise.all(read.map((row) => p.query(insert.replace(name, `${name}_copy`), row))))
      const same = `select (select json_agg(${name}.*::text order by i) from ${name})::text is not distinct from
        (select json_agg(${name}_copy.*::text order by i) from ${name}_copy)::text`
      expect(await db.value(same)).toBe(true)
      await db.execute(`drop table ${name}, ${name}_copy`)
    }),
    { numRuns: 150 },
  )
})
