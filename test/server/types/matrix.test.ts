/**
 * Every type in every way: each literal of `test/fixtures/values` (of which the value is known) alone, in an array, in a
 * composite, as the bounds of a range, and NULL; read in text and in binary, by first, later and named runs and through
 * the simple protocol; sent undescribed and described; under the usual and under odd settings. What goes out is what the
 * server itself prints.
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Connection, connect, types } from "../../../src/index.ts"
import { sharedServer } from "../../support/test-server.ts"
import { readValueFixtures, type ValueRow } from "../../support/value-fixtures.ts"

const fixtures = readValueFixtures()

const ODD = {
  DateStyle: "SQL, DMY",
  IntervalStyle: "sql_standard",
  TimeZone: "America/New_York",
  extra_float_digits: "0",
  bytea_output: "escape",
}
/** Scripts have the digits that the server prints, fewer than there are under the odd settings. */
const HAVE_FLOATS = /^(?:float|point|lseg|box|line|circle|path|polygon)/

/** So that the server's own text can be compared; how values are sent is decided before by the odd settings. */
const PRINTED_AS_USUAL = `set datestyle = 'iso, dmy'; set intervalstyle = postgres; set timezone = utc;
  set extra_float_digits = 1; set bytea_output = hex`

let usual: Connection
let odd: Connection

beforeAll(async () => {
  const path = { search_path: "matrix, public" }
  usual = await connect(sharedServer.url, { parameters: { ...path, TimeZone: "UTC" } })
  odd = await connect(sharedServer.url, { parameters: { ...path, ...ODD } })
  await usual.execute("drop schema if exists matrix cascade; create schema matrix")
})

afterAll(async () => {
  await usual.execute("drop schema matrix cascade")
  await usual.close()
  await odd.close()
})

test("there are more than a thousand literals, each with its source", () => {
  const rows = [...fixtures.values()].flat()
  expect(rows.length).toBeGreaterThan(1000)
  for (const { source } of rows)
    expect(source).toMatch(/^after the PostgreSQL manual, \d|^after the regression tests|^own: /)
})

/** What can be made of a type, and the table with all its literals. */
interface Table {
  readonly name: string
  readonly hasArray: boolean
  readonly hasRange: boolean
}

async function createTable(type: string, rows: readonly ValueRow[]): Promise<Table> {
  const name = `t_${type.replaceAll(/\W+/g, "_")}`
  const base = type.replace(/\(.*/, "")
  const found = await usual.one(
    `select typarray <> 0 as "hasArray", typtype = 'b' and exists (select from pg_opclass o join pg_am m on m.oid = opcmethod
       where amname = 'btree' and opcdefault and opcintype = t.oid) as "hasRange" from pg_type t where oid = $1::text::regtype`,
    [base],
  )
  const table = { name, hasArray: found["hasArray"] === true, hasRange: found["hasRange"] === true }
  await usual.execute(`create type ${name}_row as (v ${type}, n ${type})`)
  if (table.hasRange) await usual.execute(`create type ${name}_range as range (subtype = ${base})`)
  const columns = [`v ${type}`, `c ${name}_row`]
  const values = [`l::${type}`, `row(l::${type}, null)::${name}_row`]
  if (table.hasArray) {
    columns.push(`a ${type}[]`, `b ${type}[]`)
    values.push(`array[l::${type}, null, l::${type}]`, `array[[l::${type}], [null::${type}]]`)
  }
  if (table.hasRange) {
    columns.push(`r ${name}_range`)
    values.push(`${name}_range(l::${type}, l::${type}, '[]')`)
  }
  await usual.execute(`create table ${name} (i int primary key, ${columns.join()})`)
  await usual.query(
    `insert into ${name} select i, ${values.join()} from unnest($1::text[]) with ordinality as u(l, i)`,
    [rows.map(({ literal }) => literal)],
  )
  await usual.query(`insert into ${name} (i) values (0)`)
  return table
}

/** The rows that a table has. */
function expectedRows({ hasArray, hasRange }: Table, rows: readonly ValueRow[]): unknown[] {
  const none = { i: 0, v: null, c: null, ...(hasArray && { a: null, b: null }), ...(hasRange && { r: null }) }
  return [
    none,
    ...rows.map(({ value }, i) => ({
      i: i + 1,
      v: value,
      c: { v: value, n: null },
      ...(hasArray && { a: [value, null, value], b: [[value], [null]] }),
      ...(hasRange && { r: new types.Range(value, value, "[]") }),
    })),
  ]
}

/** Whether a decoded value, given as a parameter, is that value: not so JSON strings, which are taken for JSON's text,
 * nor what has lost a duplicate key. */
function canGoBack({ type, value, text }: ValueRow): boolean {
  if (type === "jsonb[]") return false
  if (type.startsWith("json"))
    return typeof value === "object" && value !== null && JSON.stringify(value) === text.replaceAll(/\s/g, "")
  return type !== "timestamptz" || !/\.\d{4}/.test(text)
}

/** Text in which white space and the order of digits do not count where the type does not keep them. */
function comparable(type: string, text: unknown): unknown {
  return type === "json" && typeof text === "string" ? text.replaceAll(/\s/g, "") : text
}

describe.each([...fixtures])("%s", (type, rows) => {
  let table: Table
  let all: string

  beforeAll(async () => {
    table = await createTable(type, rows)
    all = `select * from ${table.name} order by i`
  })

  test("the server prints what the fixtures say", async () => {
    const texts = await usual.rows(`select format('%s', v) as v from ${table.name} where i > 0 order by i`, [], {
      rows: "scalar",
    })
    expect(texts).toEqual(rows.map(({ text }) => text))
  })

  test("is read alike by first, later and named runs, by scripts and under odd settings", async () => {
    const expected = expectedRows(table, rows)
    for (const db of [usual, odd]) {
      for (let run = 0; run < 3; run++) expect(await db.rows(all)).toEqual(expected)
      expect(await db.rows(`${all} /* in text */`, [], { prepare: false })).toEqual(expected)
      if (db === odd && HAVE_FLOATS.test(type)) continue
      expect((await db.execute(all))[0]?.rows).toEqual(expected)
    }
  })

  test("is written alike by first and later runs, alone and in containers, under odd settings too", async () => {
    const { name, hasArray, hasRange } = table
    const casts = [type, `${name}_row`, ...(hasArray ? [`${type}[]`] : []), ...(hasRange ? [`${name}_range`] : [])]
    const given = casts.map((cast, i) => `format('%s', $${i + 1}::${cast})`).join()
    const columns = ["v", "c", ...(hasArray ? ["a"] : []), ...(hasRange ? ["r"] : [])]
    const texts = await usual.rows<unknown[]>(
      `select ${columns.map((column) => `format('%s', ${column})`).join()} from ${name} where i > 0 order by i`,
      [],
      { rows: "tuple" },
    )
    const sent = rows.flatMap((row, i) => (canGoBack(row) ? [{ ...row, texts: texts[i]! }] : []))
    for (const db of [usual, odd]) {
      await db.execute(PRINTED_AS_USUAL)
      for (const way of ["first", "later"]) {
        const back = await Promise.all(
          sent.map(({ value }, i) => {
            const parameters = [value, { v: value, n: null }]
            if (hasArray) parameters.push([value, null, value])
            if (hasRange) parameters.push(new types.Range(value, value, "[]"))
            const text = way === "first" ? `select ${given} /* ${i} */` : `select ${given}`
            return db.one<unknown[]>(text, parameters, { rows: "tuple" })
          }),
        )
        expect(back.map((row) => row.map((text) => comparable(type, text)))).toEqual(
          sent.map((row) => row.texts.map((text) => comparable(type, text))),
        )
      }
    }
    await odd.execute(
      Object.entries(ODD)
        .map(([setting, value]) => `set ${setting} = '${value}'`)
        .join("; "),
    )
  })
})
