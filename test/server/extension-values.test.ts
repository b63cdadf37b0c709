/**
 * Values of the extensions that PostgreSQL brings along: both formats, taken from the server's own functions, are decoded
 * to the same value, and the text it is encoded to is the same value to the server.
 */

import { afterAll, beforeAll, expect, it } from "vitest"
import { type Connection, connect } from "../../src/index.ts"
import type { Codec } from "../../src/types/codec.ts"
import { cubeCodec } from "../../src/types/cube.ts"
import { hstoreCodec } from "../../src/types/hstore.ts"
import { lqueryCodec, ltreeCodec, ltxtqueryCodec } from "../../src/types/ltree.ts"
import { fromHex, fromText, toHex } from "../support/codec-bytes.ts"
import { sharedServer } from "../support/test-server.ts"

const WORD = `(array['a', '', '__proto__', 'x"y', E'b\\\\c', 'NULL', 'ü€', ', ', '=>', 'constructor'])[1 + floor(random() * 10)::int]`
const NUMBER =
  "case when random() < 0.2 then 'Infinity' when random() < 0.2 then '-0' else random() * 10 - 5 end::float8"

let db: Connection

beforeAll(async () => {
  db = await connect(sharedServer.url, { parameters: { search_path: "pgline_extensions" } })
  await db.execute(`drop schema if exists pgline_extensions cascade; create schema pgline_extensions;
    create extension hstore schema pgline_extensions; create extension ltree schema pgline_extensions;
    create extension cube schema pgline_extensions`)
})

afterAll(async () => {
  await db.execute("drop schema pgline_extensions cascade")
  await db.close()
})

it.each<[string, string, Codec, string]>([
  [
    "hstore",
    "hstore_send",
    hstoreCodec,
    `select hstore(array_agg(${WORD}), array_agg(nullif(${WORD}, 'a'))) from generate_series(1, 2000) i group by i % 400
     union all select ''`,
  ],
  ["ltree", "ltree_send", ltreeCodec, "select unnest('{a.b.c,Top.Sub_1,\"\"}'::ltree[])"],
  ["lquery", "lquery_send", lqueryCodec, `select unnest('{"a.*{1,2}.b|c",!a.b*@%}'::lquery[])`],
  ["ltxtquery", "ltxtq_send", ltxtqueryCodec, `select unnest('{"a & b*","!a | b@"}'::ltxtquery[])`],
  [
    "cube",
    "cube_send",
    cubeCodec,
    `select cube(array_agg(${NUMBER}), array_agg(${NUMBER})) from generate_series(1, 2000) i group by i % 400
     union all select unnest('{(),"(1,2)"}'::cube[])`,
  ],
])("%s", async (type, send, codec, query) => {
  const { rows } = await db.query(
    `select encode(${send}(v), 'hex'), v::text from (select setseed(0.5)) s, lateral (${query}) as x(v)`,
    [],
    { rows: "tuple" },
  )
  const pairs = rows as unknown as [string, string][]
  expect(pairs.length).toBeGreaterThan(1)
  for (const [hex, text] of pairs) {
    const value = fromHex(codec, hex)
    expect(fromText(codec, text)).toStrictEqual(value)
    expect(toHex(codec, value)).toBe(hex)
  }
  const sent = pairs.map(([hex]) => codec.encodeText(fromHex(codec, hex)))
  const back = await db.query(
    `select x::${type}::text from unnest($1::text[]) with ordinality as u(x, i) order by i`,
    [sent],
    { rows: "scalar" },
  )
  expect(back.rows).toEqual(pairs.map(([, text]) => text))
})
