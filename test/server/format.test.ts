/**
 * `format` against the server: a fragment with its values written into it gives what it gives with them bound, whatever
 * it was composed of, under both settings of `standard_conforming_strings`.
 */

import fc from "fast-check"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Connection, connect, type Sql, sql } from "../../src/index.ts"
import { hostileName, hostileText } from "../support/hostile-text.ts"
import { sharedServer } from "../support/test-server.ts"

let db: Connection

beforeAll(async () => {
  db = await connect(sharedServer.url)
})

afterAll(() => db.close())

/** A value and the type that the server is told it has. */
interface Typed {
  readonly value: unknown
  readonly type: string
}

function typed(type: string, values: fc.Arbitrary<unknown>): fc.Arbitrary<Typed> {
  return fc.oneof({ weight: 9, arbitrary: values }, fc.constant(null)).map((value) => ({ value, type }))
}

const date = fc.date({
  min: new Date("0001-01-01T00:00:00Z"),
  max: new Date("9999-12-31T23:59:59Z"),
  noInvalidDate: true,
})
const int2 = fc.integer({ min: -32768, max: 32767 })
const int8 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const bytes = fc.uint8Array({ maxLength: 12 })
const object = fc.oneof(
  hostileText.map((text) => ({ [text]: [text, null, 1.5, { a: text }] })),
  fc.array(hostileText, { maxLength: 3 }).map((list) => ({ list })),
)
const json = fc.oneof(object, fc.constantFrom(1, -1.5, true, [], {}, [1, "2", [null]]))

const value: fc.Arbitrary<Typed> = fc.oneof(
  typed("text", hostileText),
  typed("text", hostileText),
  typed("int2", int2),
  typed("int4", fc.integer()),
  typed("int8", int8),
  typed("int8", fc.maxSafeInteger()),
  typed("float8", fc.double()),
  typed("float8", fc.constantFrom(0, -0, Number.NaN, 1e300, 5e-324, -1.5, Number.NEGATIVE_INFINITY)),
  typed("numeric", fc.oneof(fc.integer(), int8, fc.bigInt().map(String))),
  typed("bool", fc.boolean()),
  typed("bytea", bytes),
  typed("timestamptz", date),
  typed("jsonb", json),
  typed("text[]", fc.array(fc.oneof(hostileText, fc.constant(null)), { maxLength: 4 })),
  typed("int4[]", fc.array(fc.array(fc.integer(), { minLength: 2, maxLength: 2 }), { maxLength: 3 })),
  typed("bytea[]", fc.array(bytes, { maxLength: 3 })),
  typed("timestamptz[]", fc.array(date, { maxLength: 3 })),
  typed("float8[]", fc.array(fc.double(), { maxLength: 4 })),
)

/** One value as an expression, in each of the ways to write one. */
const leaf: fc.Arbitrary<Sql> = fc.oneof(
  value.map((v) => sql`${v.value}::${sql.raw(v.type)}`),
  value.map((v) => sql`( ${v.value} ::${sql.raw(v.type)})`),
  value.map((v) => sql`cast(${sql.param(v.value, v.type)} as ${sql.raw(v.type)})`),
  value.map((v) => sql.param(v.value, v.type)),
  value.map((v) => sql`${sql.param(v.value, v.type)} is null`),
  value.map((v) => sql.named(`coalesce(:value, :value)::${v.type}`, { value: sql.param(v.value, v.type) })),
  fc.integer().map((n) => sql`1-${n}::int8`),
  int2.map((n) => sql`1-${n}`),
  int2.map((n) => sql`1!=${n} and 1=${n}`),
  fc.integer().map((n) => sql`-${n}::int8`),
  fc.integer().map((n) => sql`- ${n}::int8 -${n}::int8`),
  hostileText.map((text) => sql`''||${text}::text||'$1'`),
  hostileText.map((text) => sql.named("upper(:t::text) || ':t' || lower(:t)", { t: text })),
  hostileText.map((text) => sql`${sql.literal(text)}::text -- a comment, and a quote'`),
  hostileText.map((text) => sql`/* $1 /* nested */ ' */ ${text}::text`),
)

const { expression } = fc.letrec<{ expression: Sql }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    leaf,
    fc.array(tie("expression"), { minLength: 1, maxLength: 3 }).map((parts) => sql`row(${sql.join(parts)})::text`),
    fc
      .array(tie("expression"), { minLength: 1, maxLength: 3 })
      .map((parts) => sql.and(parts.map((part) => sql`(${part}) is null`))),
    fc.array(tie("expression"), { minLength: 1, maxLength: 3 }).map((parts) =>
      sql.or(
        sql`false`,
        parts.map((part) => sql`num_nulls(${part}) = 1`),
      ),
    ),
    fc
      .tuple(tie("expression"), hostileName)
      .map(
        ([part, name]) =>
          sql`(select ${sql.id(name)} from (values ${sql.values([[part]])}) as ${sql.id(name)} (${sql.id(name)}))`,
      ),
    fc
      .tuple(tie("expression"), hostileName)
      .map(([part, name]) => sql`(select (t).${sql.id(name)} from (select ${part} as ${sql.id(name)}) t)`),
  ),
}))

describe.each(["on", "off"])("standard_conforming_strings = %s", (setting) => {
  beforeAll(() => db.execute(`set standard_conforming_strings = ${setting}; set escape_string_warning = off`))

  test("executing what was formatted gives what the query gives", async () => {
    const select = fc.array(expression, { minLength: 1, maxLength: 5 }).map((parts) => sql`select ${sql.join(parts)}`)
    await fc.assert(
      fc.asyncProperty(select, async (fragment) => {
        const bound = await db.query(fragment, { rows: "tuple" })
        const formatted = await db.execute(db.format(fragment), { rows: "tuple" })
        expect(formatted).toHaveLength(1)
        expect(formatted[0]!.rows).toEqual(bound.rows)
        expect(formatted[0]!.fields.map(({ typeName }) => typeName)).toEqual(
          bound.fields.map(({ typeName }) => typeName),
        )
      }),
      { numRuns: 1500 },
    )
  })

  test("rows that are inserted and changed by formatted statements are those of bound ones", async () => {
    await db.execute(
      "drop table if exists t; create temp table t (way text, id int, a text, b int8, c jsonb, d text[], e timestamptz, f bytea)",
    )
    const cells = fc.record({
      a: hostileText,
      b: int8,
      c: object,
      d: fc.array(hostileText, { maxLength: 3 }),
      e: date,
      f: bytes,
    })
    const ways = ["bound", "written"] as const
    await fc.assert(
      fc.asyncProperty(fc.array(cells, { minLength: 1, maxLength: 4 }), cells, async (rows, change) => {
        await db.execute("truncate t")
        for (const way of ways) {
          const run = (fragment: Sql) => (way === "bound" ? db.query(fragment) : db.execute(db.format(fragment)))
          await run(
            sql`insert into t values ${sql.values(rows.map((r, id) => [way, id, r.a, r.b, r.c, r.d, r.e, r.f]))}`,
          )
          await run(sql`update t set ${sql.set({ ...change })} where ${sql.and(sql`way = ${way}`, sql`id = ${0}`)}`)
        }
        const [bound, written] = await Promise.all(
          ways.map((way) => db.rows`select id, a, b, c, d, e, f from t where way = ${way} order by id`),
        )
        expect(bound).toHaveLength(rows.length)
        expect(written).toEqual(bound)
      }),
      { numRuns: 100 },
    )
  })
})

test("what has no parameters takes formatted values: SET, DDL, comments", async () => {
  const hostile = 'it\'s \\ "all" $1 /* here */ -- ;'
  await db.execute(db.format(sql`set application_name = ${hostile}`))
  expect(await db.value`show application_name`).toBe(hostile)
  await db.execute(
    db.format(
      sql`create temp table ${sql.id(hostile)} (a int default ${-7} check (a < ${100n}), b text default ${hostile})`,
    ),
  )
  await db.execute(db.format(sql`comment on column ${sql.id(hostile, "b")} is ${hostile}`))
  expect(await db.one(sql`insert into ${sql.id(hostile)} default values returning *`)).toEqual({ a: -7, b: hostile })
  const described = await db.value`select col_description(${`"${hostile.replaceAll('"', '""')}"`}::regclass, 2)`
  expect(described).toBe(hostile)
})
