/**
 * Values of every scalar and container against the server itself: its text and its binary form read as the same value,
 * and what is written back in either form is, to the server, what it was.
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Codec } from "../../../src/types/codec.ts"
import { createDefaultRegistry } from "../../../src/types/defaults.ts"
import type { TypeDescription } from "../../../src/types/known-types.ts"
import { oids } from "../../../src/types/oids.generated.ts"
import { fromBytes, fromText, toHex } from "../../support/codec-bytes.ts"
import { RawValues } from "../../support/raw-values.ts"
import { sharedServer, testVersion } from "../../support/test-server.ts"

const registry = createDefaultRegistry()
let raw: RawValues

beforeAll(async () => {
  raw = await RawValues.open(sharedServer.url)
  await raw.run("set timezone = 'UTC'")
})

afterAll(() => raw[Symbol.asyncDispose]())

const SAMPLES: Readonly<Record<string, readonly string[]>> = {
  bool: ["t", "f"],
  int2: ["0", "-32768", "32767"],
  int4: ["0", "-2147483648", "2147483647"],
  int8: ["0", "-9223372036854775808", "9223372036854775807", "123456789012345", "1234567890123456"],
  float4: [
    "0",
    "-0",
    "1.1",
    "3.4028235e38",
    "1e-45",
    "NaN",
    "Infinity",
    "-Infinity",
    "16777216",
    "123456.789",
    "9.5367e-7",
  ],
  float8: ["0", "-0", "1.1", "1.7976931348623157e308", "5e-324", "NaN", "Infinity", "-Infinity"],
  numeric: [
    "0",
    "0.00",
    "-1",
    "10000",
    "10000.0001",
    "-0.00012",
    "0.0000000100",
    "NaN",
    "Infinity",
    "-Infinity",
    "1e131000",
  ],
  text: ["", "abc", "ü€😀", " x "],
  varchar: ["a"],
  "char(5)": ["a", "äöü"],
  name: ["a name"],
  '"char"': ["a", "", "\u0001"],
  xml: ["<a/>", '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><a>ü</a>'],
  bytea: ["\\x", "\\x00ff41", "abc\\\\d\\001"],
  uuid: ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "{A0EEBC999C0B4EF8BB6D6BB9BD380A11}"],
  json: ['{"a":[1,null],"b":{}}', "1"],
  jsonb: ['{"a":[1,null],"__proto__":{"x":1}}', "1.5"],
  jsonpath: ["$.a[*] ? (@ > 1)", "strict $"],
  "bit(5)": ["10110"],
  "bit varying": ["", "1", "10110011", "101100111"],
  oid: ["0", "4294967295"],
  xid: ["4294967295"],
  xid8: ["18446744073709551615", "1"],
  cid: ["7"],
  tid: ["(4294967295,65535)", "(0,1)"],
  pg_lsn: ["16/B374D848", "0/0", "FFFFFFFF/FFFFFFFF"],
  int2vector: ["", "1 2 3"],
  oidvector: ["23 4294967295"],
  "int4[]": ["{}", "{1,NULL,3}", "{{1,2},{3,4}}"],
  "text[]": ['{a,"b c",NULL,"NULL","","q\\"\\\\","{}"}', "{{{{{{x}}}}}}"],
  "int8[]": ["{1,9223372036854775807}"],
  "float8[]": ["{1.5,NaN,-Infinity}"],
  "float4[]": ["{0.1}"],
  "bool[]": ["{t,f,NULL}"],
  "numeric[]": ["{1.50,NULL}", "{NaN}", "{1e30}"],
  "jsonb[]": ['{"{\\"a\\": [1]}",null}'],
  "bytea[]": ['{"\\\\x00ff"}'],
  "uuid[]": ["{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}"],
  "timestamptz[]": ["{2026-01-01 00:00:00+00,infinity}"],
  "box[]": ["{(1,2),(0,0);(3,4),(1,1)}"],
  "point[]": ['{"(1,2)"}'],
  "int4range[]": ['{"[1,3)",empty}'],
  "int4multirange[]": ['{"{[1,3),[5,7)}","{}"}'],
  int8range: ["[1,5)", "(,)", "empty"],
  nummultirange: ["{[1.5,2.5),[5,)}"],
  "varchar[]": ["{a}"],
  "inet[]": ["{10.0.0.1,::1/64}"],
  "interval[]": ["{1 day}"],
  "name[]": ["{a}"],
  "int2[]": ["{1,-1}"],
  "oid[]": ["{4294967295}"],
  "varbit[]": ["{101}"],
  '"char"[]': ['{a,""}'],
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** The codec of an SQL type, found by name and by the server's own OID alike. */
async function codecOf(type: string): Promise<Codec> {
  const [[oid]] = (await raw.text(`select ${quote(type)}::regtype::oid`)) as [[string]]
  const codec = registry.codec(Number(oid))
  expect(codec).toBeDefined()
  expect(registry.codecByName(type)).toBe(codec)
  return codec!
}

/** Reads an expression in both formats and sends what came out back in both. */
async function roundTrip(type: string, expression: string): Promise<unknown> {
  const codec = await codecOf(type)
  const [[text]] = (await raw.text(`select ${expression}`)) as [[string]]
  const value = fromText(codec, text)
  if (codec.decodeBinary !== undefined) {
    const [[bytes]] = (await raw.binary(`select ${expression}`)) as [[Buffer]]
    expect(fromBytes(codec, bytes)).toEqual(value)
  }
  expect(await raw.text(`select $1::text::${type}`, [codec.encodeText(value)])).toEqual([[text]])
  const hex = toHex(codec, value)
  if (hex !== undefined) {
    expect(await raw.text(`select $1::${type}`, [Buffer.from(hex, "hex")])).toEqual([[text]])
  }
  return value
}

describe.each(Object.entries(SAMPLES))("%s", (type, samples) => {
  test.each(samples)("%j", async (sample) => {
    await roundTrip(type, `${quote(sample)}::${type}`)
  })
})

test('every byte of "char"', async () => {
  const codec = await codecOf('"char"')
  for (const [text, bytes] of await both("i", 'select chr(i)::"char" as i from generate_series(1, 127) i')) {
    expect(fromBytes(codec, bytes)).toBe(fromText(codec, text))
  }
  if (testVersion < 16) return // older servers send such a byte as it is, which is no UTF-8
  for (const [text, bytes] of await both(
    "i",
    "select ('\\' || to_char(i, 'FM000'))::\"char\" as i from unnest(array[200, 377]) i",
  )) {
    expect(fromBytes(codec, bytes)).toBe(fromText(codec, text))
  }
})

/** A column of a query in both formats. The query has to give the same rows each time. */
async function both(column: string, query: string): Promise<[string, Buffer][]> {
  const rows = await raw.binary(`select ${column}::text, ${column} from (${query}) as q`)
  return rows.map(([text, bytes]) => [text!.toString(), bytes!])
}

describe("thousands of random values", () => {
  const random = "generate_series(1, 5000)"

  test.each([
    ["float4", `select ((random() - 0.5) * exp(random() * 170 - 85))::float4 as v from ${random}`],
    ["float4", `select ((random() * 20)::int / 8.0 * 10 ^ (random() * 8)::int)::float4 as v from ${random}`],
    ["float4", `select (2 ^ i)::float4 as v from generate_series(-149, 127) i`],
    ["float8", `select ((random() - 0.5) * exp(random() * 1000 - 500))::float8 as v from ${random}`],
    [
      "numeric",
      `select trunc(((random() - 0.5) * 10 ^ (random() * 60 - 20))::numeric, (random() * 30)::int) as v from ${random}`,
    ],
    ["numeric", `select ((random() * 10)::int * 10 ^ (random() * 80 - 40)::int)::numeric as v from ${random}`],
    ["int8", `select ((random() - 0.5) * 1.8e19)::numeric::int8 as v from ${random}`],
  ])("%s: %s", async (type, query) => {
    const codec = await codecOf(type)
    for (const [text, bytes] of await both("v", query)) {
      const value = fromBytes(codec, bytes)
      expect(value).toBe(fromText(codec, text))
      if (typeof value === "number") expect(value).toBe(Number(text))
      else expect(String(value)).toBe(text)
      expect(fromBytes(codec, Buffer.from(toHex(codec, value)!, "hex"))).toBe(value)
    }
  })
})

describe("types without a binary form, and those that say more as text", () => {
  test.each([
    ["aclitem[]", "'{postgres=r/postgres}'", ["postgres=r/postgres"]],
    ["regclass[]", "'{pg_class}'", ["pg_class"]],
    ["regtype", "'timestamptz'", "timestamp with time zone"],
    ["regprocedure", "'now()'", "now()"],
    ["money[]", "array[1.23, -1234.5]::numeric[]::money[]", ["1.23", "-1234.50"]],
    ["txid_snapshot", "'10:20:15'", "10:20:15"],
  ])("%s", async (type, expression, value) => {
    const codec = await codecOf(type)
    expect(codec.resultFormat).toBe(0)
    const [[text]] = (await raw.text(`select ${expression}::${type}`)) as [[string]]
    expect(fromText(codec, text)).toEqual(value)
    expect(await raw.text(`select $1::text::${type}`, [codec.encodeText(text)])).toEqual([[text]])
  })

  test("money reads the same from both formats", async () => {
    const codec = await codecOf("money")
    const query = "select ((random() - 0.5) * 1e12)::numeric(20, 2)::money as v, 1 from generate_series(1, 1000)"
    for (const [text, bytes] of await both("v", query)) expect(fromBytes(codec, bytes)).toBe(fromText(codec, text))
  })
})

test("settings of the session change no value", async () => {
  const bytea = await codecOf("bytea")
  const all = "decode(string_agg(lpad(to_hex(i), 2, '0'), '' order by i), 'hex') from generate_series(0, 255) i"
  await raw.run("set bytea_output = escape")
  const [[escaped]] = (await raw.text(`select ${all}`)) as [[string]]
  await raw.run("set bytea_output = hex")
  const [[hex]] = (await raw.text(`select ${all}`)) as [[string]]
  expect(escaped).not.toBe(hex)
  expect(fromText(bytea, escaped)).toEqual(fromText(bytea, hex))
})

describe("types of the user's own", () => {
  beforeAll(async () => {
    await raw.run(`
      drop schema if exists round_trip cascade;
      create schema round_trip;
      create type round_trip.mood as enum ('ok', 'so "so"');
      create domain round_trip.posint as int4 check (value > 0);
      create type round_trip.inside as (a int4, "B c" text, gone int4, m round_trip.mood, "__proto__" int8[]);
      alter type round_trip.inside drop attribute gone;
      create type round_trip.outside as (i round_trip.inside, d round_trip.posint, list round_trip.inside[],
        n numeric, ts timestamptz, moods round_trip.mood[], r round_trip.posint[]);
      create type round_trip.nothing as ();
      create type round_trip.one as (x text);
      create type round_trip.cash as (m money, r regclass);
      create type round_trip.span as range (subtype = int8)`)
    registry.learn(await describeSchema("round_trip"))
  })

  afterAll(() => raw.run("drop schema round_trip cascade"))

  const inside = `row(1, 'x "y" \\ z', 'so "so"', array[1, 2])::round_trip.inside`

  test.each([
    ["round_trip.inside", inside],
    [
      "round_trip.outside",
      `row(${inside}, 5, array[row(2, null, 'ok', null)::round_trip.inside, null], 1.50, '2026-01-01 00:00+00',
        '{ok,"so \\"so\\""}', '{1,2}')::round_trip.outside`,
    ],
    [
      "round_trip.outside[]",
      `array[row(row(1, '(,)', 'ok', null)::round_trip.inside, null, '{}', null, null, null, null)::round_trip.outside]`,
    ],
    ["round_trip.nothing", "row()::round_trip.nothing"],
    ["round_trip.one", "row(null)::round_trip.one"],
    ["round_trip.one", "row('')::round_trip.one"],
    ["round_trip.mood[]", `array['ok', null, 'so "so"']::round_trip.mood[]`],
    ["round_trip.posint[]", "array[1, 2]::round_trip.posint[]"],
    ["round_trip.span[]", "array['[1,5)', 'empty']::round_trip.span[]"],
  ])("%s %s", async (type, expression) => {
    expect((await codecOf(type)).name).toBe(type.replace("round_trip.", ""))
    await roundTrip(type, expression)
  })

  test("a dropped attribute is no part of the value, an odd name is", async () => {
    const value = (await roundTrip("round_trip.inside", inside)) as object
    expect(Object.entries(value)).toEqual([
      ["a", 1],
      ["B c", 'x "y" \\ z'],
      ["m", 'so "so"'],
      ["__proto__", [1n, 2n]],
    ])
  })

  test("a composite with money or a name in it is read as text", async () => {
    const codec = await codecOf("round_trip.cash")
    const [[text]] = (await raw.text("select row(1.5::numeric::money, 'pg_class')::round_trip.cash")) as [[string]]
    expect(codec.resultFormat).toBe(0)
    expect(fromText(codec, text)).toEqual({ m: "1.50", r: "pg_class" })
  })

  test("anonymous records are read by the types of their fields", async () => {
    const record = registry.codec(oids.record)!
    const [[bytes]] = (await raw.binary(
      "select row(1, 'a'::text, null, row(2.5, true), 'ok'::round_trip.mood, array[row(1, 2)])",
    )) as [[Buffer]]
    expect(fromBytes(record, bytes)).toEqual([1, "a", null, ["2.5", true], "ok", [[1, 2]]])
  })
})

/** What the catalogs say of the types in a schema. */
async function describeSchema(schema: string): Promise<TypeDescription[]> {
  const [[json]] = (await raw.text(`
    select json_agg(json_build_object('oid', t.oid::int8, 'name', typname, 'schema', nspname, 'arrayOid', typarray::int8,
      'kind', case typtype when 'e' then 'enum' when 'd' then 'domain' when 'c' then 'composite' when 'r' then 'range'
        when 'm' then 'multirange' else 'base' end,
      'labels', (select json_agg(enumlabel order by enumsortorder) from pg_enum where enumtypid = t.oid),
      'baseOid', typbasetype::int8,
      'subtypeOid', (select rngsubtype::int8 from pg_range where rngtypid = t.oid),
      'rangeOid', (select rngtypid::int8 from pg_range where rngmultitypid = t.oid),
      'attributes', (select coalesce(json_agg(json_build_object('name', attname, 'oid', atttypid::int8) order by attnum), '[]')
        from pg_attribute where attrelid = t.typrelid and attnum > 0 and not attisdropped)))
    from pg_type t join pg_namespace n on n.oid = typnamespace
    where nspname = '${schema}' and not exists (select from pg_type e where e.typarray = t.oid)`)) as [[string]]
  return JSON.parse(json)
}
