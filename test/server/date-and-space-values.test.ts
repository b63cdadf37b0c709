/**
 * Random values of the date, network, geometric, text search and range types, as this server has them. What both formats
 * are decoded to is the same whatever the session's settings; it is the server's own text where the value is text; and
 * sent back it is the same value again.
 */

import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Connection, connect } from "../../src/index.ts"
import { sharedServer } from "../support/test-server.ts"

const NUMBER =
  "case when random() < 0.1 then '-0' when random() < 0.1 then 'Infinity' else random() * 2000 - 1000 end::float8"
const POINT = `point(${NUMBER}, ${NUMBER})`
const GROUP = "(array['0', '0', '0', '1', 'ffff', 'a0b'])[1 + floor(random() * 6)::int]"
const V6 = `${`${GROUP} || ':' || `.repeat(7)}${GROUP}`
const DAYS = "(random() * 2000000 - 1000000)::int"
const CLOCK = "random() * interval '86399.999999 seconds'"
const BOUNDS = "(array['[)', '[]', '(]', '()'])[1 + floor(random() * 4)::int]"

function maybe(expression: string): string {
  return `case when random() < 0.2 then null else ${expression} end`
}

/** A type, an expression for one random value of it, and values at its edges. */
const TEXTUAL: readonly (readonly [string, string, readonly string[]])[] = [
  ["date", `date '2000-01-01' + ${DAYS}`, ["infinity", "-infinity", "4714-11-24 BC", "5874897-12-31", "0001-12-31 BC"]],
  ["time", `time '00:00' + ${CLOCK}`, ["24:00:00", "00:00:00.000001"]],
  ["timetz", `(time '00:00' + ${CLOCK}) at time zone interval '05:30'`, ["24:00:00-15:59:59", "10:00:00.1+05:30:15"]],
  [
    "timestamp",
    `timestamp '2000-01-01' + ${DAYS} * interval '1 day' + ${CLOCK}`,
    ["infinity", "-infinity", "4714-11-24 00:00:00 BC", "294276-12-31 23:59:59.999999", "0099-02-28 00:00:00.5"],
  ],
  [
    "timestamptz",
    `timestamptz '2000-01-01 00:00+00' + ${DAYS} * interval '1 day' + ${CLOCK}`,
    ["infinity", "-infinity", "4714-11-24 00:00:00+00 BC", "294276-12-31 23:59:59.999999+00"],
  ],
  [
    "inet",
    `set_masklen((${V6})::inet, floor(random() * 129)::int)`,
    ["10.0.0.1", "::1", "::ffff:1.2.3.4", "0.0.0.0/0"],
  ],
  ["cidr", "network(set_masklen('10.2.3.4'::inet, floor(random() * 33)::int))::cidr", ["2001:db8::/32", "::/0"]],
  ["macaddr", "substr(md5(random()::text), 1, 12)::macaddr", ["ff:ff:ff:ff:ff:ff"]],
  ["macaddr8", "substr(md5(random()::text), 1, 16)::macaddr8", ["08:00:2b:01:02:03:04:05"]],
  [
    "tsvector",
    "setweight(to_tsvector('simple', md5(random()::text) || ' x ' || md5(random()::text)), 'B')",
    ["'a''b':1A,2 '\\\\x'"],
  ],
  ["tsquery", "(md5(random()::text) || ' & !(b | c:*AB) <-> d <2> (e <-> f)')::tsquery", ["'it''s'", "!!'a'"]],
]

const STRUCTURED: readonly (readonly [string, string, readonly string[]])[] = [
  [
    "interval",
    `make_interval(months => ${DAYS}, days => ${DAYS}) + (random() - 0.5) * interval '1000000 seconds'`,
    ["00:00:00", "-00:00:00.5"],
  ],
  ["point", POINT, ["(NaN,0)"]],
  ["lseg", `lseg(${POINT}, ${POINT})`, ["[(0,0),(1,1)]"]],
  ["box", `box(${POINT}, ${POINT})`, ["(1,1),(0,0)"]],
  ["circle", `circle(${POINT}, random())`, ["<(0,0),0>"]],
  ["line", "line(point(random(), random()), point(random() + 1, random()))", ["{1,2,3}"]],
  ["path", `format('(%s,%s)', ${POINT}, ${POINT})::path`, ["[(1,2)]"]],
  ["polygon", `format('(%s,%s,%s)', ${POINT}, ${POINT}, ${POINT})::polygon`, ["((1,2))"]],
  [
    "int4range",
    `int4range(${maybe("(random() * 100)::int")}, ${maybe("(200 + random() * 100)::int")}, ${BOUNDS})`,
    ["empty", "(,)"],
  ],
  [
    "daterange",
    `daterange(${maybe(`date '1990-01-01' - abs(${DAYS})`)}, ${maybe("date '2026-11-20'")}, ${BOUNDS})`,
    ["[-infinity,infinity]"],
  ],
  [
    "tsrange",
    `tsrange(${maybe("timestamp '1990-01-01' - random() * interval '5000 days'")}, null, ${BOUNDS})`,
    ["empty"],
  ],
  [
    "int8multirange",
    "int8multirange(int8range(1, 1 + (random() * 9)::int), int8range(20, 9007199254740993))",
    ["{}", "{(,)}"],
  ],
]

/** Settings that change what the server prints, each as far from the usual as it goes. */
const ODD = "set datestyle to 'Postgres, DMY'; set intervalstyle to sql_standard; set timezone to 'Asia/Kathmandu'"
const USUAL = "set datestyle to 'ISO, MDY'; set intervalstyle to iso_8601; set timezone to 'UTC'"

let db: Connection

beforeAll(async () => {
  db = await connect(sharedServer.url, { types: { timestamptz: "string" } })
})

afterAll(async () => {
  await db.close()
})

/** Fills a table with values of a type and returns the text of each. */
async function fill(type: string, expression: string, edges: readonly string[]): Promise<string[]> {
  const literals = edges.map((edge) => `('${edge.replaceAll("'", "''")}'::${type})`)
  await db.execute(`${USUAL}; drop table if exists pg_temp.random_values; select setseed(0.5);
    create temp table random_values as select row_number() over () as i, v from
    (select ${expression} as v from generate_series(1, 500) union all values ${literals.join()}) as all_values`)
  return (await db.query("select format('%s', v) from random_values order by i", [], { rows: "scalar" }))
    .rows as unknown as string[]
}

/** All values, decoded from one format under the given settings. */
async function decoded(format: "binary" | "text", settings: string): Promise<unknown[]> {
  await db.execute(settings)
  const query = "select v from random_values order by i"
  if (format === "binary") return [...(await db.query(query, [], { rows: "scalar" })).rows]
  const [result] = await db.execute(query, { rows: "scalar" })
  return [...(result?.rows ?? [])]
}

/** What the server prints of values that were sent to it. */
async function sentBack(type: string, values: readonly unknown[]): Promise<string[]> {
  await db.execute(USUAL)
  const query = `select format('%s', x) from unnest($1::${type}[]) with ordinality as u(x, i) order by i`
  return (await db.query(query, [values], { rows: "scalar" })).rows as unknown as string[]
}

describe.each(TEXTUAL)("%s", (type, expression, edges) => {
  it("is the server's own text from both formats, and goes back as the same value", async () => {
    const texts = await fill(type, expression, edges)
    expect(texts).toHaveLength(500 + edges.length)
    expect(await decoded("binary", USUAL)).toEqual(texts)
    expect(await decoded("text", USUAL)).toEqual(texts)
    expect(await decoded("binary", ODD)).toEqual(texts)
    expect(await sentBack(type, texts)).toEqual(texts)
  })
})

describe.each(STRUCTURED)("%s", (type, expression, edges) => {
  it("is the same from both formats, and goes back as the same value", async () => {
    const texts = await fill(type, expression, edges)
    const values = await decoded("binary", USUAL)
    expect(values).toHaveLength(500 + edges.length)
    expect(values.every((value) => typeof value === "object")).toBe(true)
    expect(await decoded("text", USUAL)).toEqual(values)
    expect(await decoded("binary", ODD)).toEqual(values)
    expect(await sentBack(type, values)).toEqual(texts)
  })
})

describe("interval", () => {
  it.each(["postgres", "postgres_verbose", "sql_standard", "iso_8601"])(
    "is the same in the text of style %s",
    async (style) => {
      await fill("interval", STRUCTURED[0]?.[1] ?? "", ["00:00:00"])
      const values = await decoded("binary", USUAL)
      expect(await decoded("text", `set intervalstyle to ${style}`)).toEqual(values)
    },
  )
})
