/**
 * The same value whatever the session's settings are, in whatever way they were set and the statement is run: first and
 * in text, later and in binary, by name, through the simple protocol, pipelined right behind the change.
 */

import { describe, expect, test } from "vitest"
import { type Connection, connect, errors } from "../../../src/index.ts"
import { sharedServer } from "../../support/test-server.ts"

/** One value of each type whose text depends on a setting, alone and in containers. */
const QUERY = `select
  date '2026-03-04' as d, date '0044-03-15 BC' as bc, date 'infinity' as forever,
  timestamp '2026-03-04 05:06:07.123456' as ts, timestamp '-infinity' as never,
  timestamptz '2026-07-04 05:06:07.123456+00' as summer, timestamptz '2026-01-04 05:06:07+00' as winter,
  timestamptz 'infinity' as for_ever, timestamptz '1850-01-01 00:00:00+00' as long_ago,
  time '05:06:07.5' as t, timetz '05:06:07.5+05:30' as tz,
  interval '1 year -2 months 3 days -04:05:06.789' as i, interval '-1 day' as j,
  array[date '2026-03-04', null] as ds, array[timestamptz '2026-07-04 05:06:07+00'] as zs,
  array[interval '1 day', interval '-00:00:01.5'] as js,
  daterange('2026-03-04', '2026-05-06') as dr, tstzrange('2026-07-04 05:06:07+00', null) as zr,
  '{[2026-03-04,2026-05-06)}'::datemultirange as dm,
  '\\x00ff5c27'::bytea as b, array['\\x00ff5c27'::bytea] as bs,
  0.1::float8 + 0.2 as f, 0.1::float4 as g, 1e-300::float8 / 3 as small, array[1::float8 / 3] as fs,
  point(1::float8 / 3, 0.1) as p,
  1234.5::numeric::money as m, 'añ €😀'::text as s, array['ü'] as ss, '{"ключ": "знач"}'::jsonb as o`

const SETTINGS: readonly Readonly<Record<string, string>>[] = [
  { DateStyle: "German, DMY", TimeZone: "Asia/Kathmandu", IntervalStyle: "sql_standard" },
  { DateStyle: "SQL, MDY", TimeZone: "America/St_Johns", IntervalStyle: "postgres_verbose" },
  { DateStyle: "SQL, DMY", TimeZone: "America/New_York", IntervalStyle: "iso_8601" },
  { DateStyle: "Postgres, DMY", TimeZone: "Europe/Paris", IntervalStyle: "iso_8601" },
  { DateStyle: "Postgres, MDY", TimeZone: "Australia/Lord_Howe" },
  { DateStyle: "ISO, YMD", TimeZone: "<-03:30>+03:30" },
  { bytea_output: "escape", extra_float_digits: "-15" },
  { extra_float_digits: "0", TimeZone: "Africa/Monrovia" },
  { extra_float_digits: "3", DateStyle: "SQL, YMD", TimeZone: "UTC" },
  { lc_monetary: "C" },
]

/** What an ordinary session reads, by binary and by text. */
async function expectedRow(): Promise<Record<string, unknown>> {
  await using db = await connect(sharedServer.url)
  const rows = [await db.one(QUERY), await db.one(QUERY), (await db.execute(QUERY))[0]?.rows[0]]
  expect(rows[1]).toStrictEqual(rows[0])
  expect(rows[2]).toStrictEqual(rows[0])
  return rows[0]!
}

/** In a script floats have the digits that the server prints. */
function withoutFloats({ f, g, small, fs, p, ...row }: Record<string, unknown>): unknown {
  return row
}

function sets(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `set ${name} = '${value}'`)
    .join("; ")
}

describe.each(SETTINGS)("%o", (settings) => {
  test("from the start", async () => {
    const expected = await expectedRow()
    await using db = await connect(sharedServer.url, { parameters: settings })
    await readsAllWays(db, expected)
  })

  test("in the connection string's options", async () => {
    const expected = await expectedRow()
    const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value.replaceAll(" ", "\\ ")}`)
    await using db = await connect(sharedServer.url, { options: options.join(" ") })
    await readsAllWays(db, expected)
  })

  test("set later, by a statement, a script and a function, and back", async () => {
    const expected = await expectedRow()
    await using db = await connect(sharedServer.url)
    for (const statement of sets(settings).split("; ")) await db.query(statement)
    await readsAllWays(db, expected)
    await db.query("reset all")
    await readsAllWays(db, expected)
    await db.execute(sets(settings))
    await readsAllWays(db, expected)
    await using other = await connect(sharedServer.url)
    for (const [name, value] of Object.entries(settings)) {
      await other.query(`select set_config('${name}', $1, false)`, [value])
    }
    await readsAllWays(other, expected)
  })

  test("set right in front, nothing awaited, and in a transaction that is rolled back", async () => {
    const expected = await expectedRow()
    await using db = await connect(sharedServer.url)
    const changes = sets(settings).split("; ")
    const [row, again] = await Promise.all([
      Promise.all(changes.map((change) => db.query(change))).then(() => undefined),
      db.one(`${QUERY} /* behind */`),
    ]).then(([, one]) => [one, undefined])
    expect(row).toStrictEqual(expected)
    expect(again).toBeUndefined()
    await using other = await connect(sharedServer.url)
    const tx = await other.begin()
    for (const change of changes) await tx.query(change.replace("set", "set local"))
    expect(await tx.one(QUERY)).toStrictEqual(expected)
    await tx.rollback()
    await readsAllWays(other, expected)
  })

  test("in one script with what is read", async () => {
    const expected = await expectedRow()
    await using db = await connect(sharedServer.url)
    const results = await db.execute(`${sets(settings)}; ${QUERY}`)
    expect(withoutFloats(results.at(-1)!.rows[0]!)).toStrictEqual(withoutFloats(expected))
  })

  test("what is sent is the same value to the server", async () => {
    await using usual = await connect(sharedServer.url)
    await using odd = await connect(sharedServer.url, { parameters: settings })
    const values = [
      "2026-03-04",
      "2026-03-04 05:06:07.123456",
      new Date("2026-07-04T05:06:07.123Z"),
      { months: 10, days: 3, microseconds: -14_706_789_000n },
      new Uint8Array([0, 255, 92, 39]),
      0.1 + 0.2,
      1 / 3,
      ["2026-03-04", null],
    ]
    const query = `select md5(row(date_send($1), timestamp_send($2), timestamptz_send($3), interval_send($4), $5::bytea,
      float8send($6), float4send($7), array_send($8::date[]))::text)`
    await odd.execute("set bytea_output = hex")
    const expected = await usual.value(query, values)
    for (let run = 0; run < 3; run++) expect(await odd.value(query, values)).toBe(expected)
  })
})

async function readsAllWays(db: Connection, expected: Record<string, unknown>): Promise<void> {
  const anew = `${QUERY} /* ${Math.random()} */`
  for (let run = 0; run < 3; run++) expect(await db.one(anew)).toStrictEqual(expected)
  expect(await db.one(anew, [], { prepare: false })).toStrictEqual(expected)
  expect(await db.pipeline((p) => p.one(`${anew} /* pipelined */`))).toStrictEqual(expected)
  const [result] = await db.execute(QUERY)
  expect(withoutFloats(result!.rows[0]!)).toStrictEqual(withoutFloats(expected))
}

describe("client_encoding", () => {
  const text = "añ €😀 漢字"

  test.each(["LATIN1", "SQL_ASCII", "WIN1252", "SJIS"])("is put back from %s at once", async (encoding) => {
    await using db = await connect(sharedServer.url)
    await db.query(`set client_encoding to ${encoding}`)
    for (let run = 0; run < 3; run++) expect(await db.value("select $1::text", [text])).toBe(text)
    await db.execute(`set names '${encoding}'`)
    expect((await db.execute(`select '${text}' as v`))[0]?.rows).toEqual([{ v: text }])
    expect(db.info.parameters.get("client_encoding")).toBe("UTF8")
    await db.query("select set_config('client_encoding', $1, false)", [encoding])
    expect(await db.value("select $1::text", [text])).toBe(text)
  })

  test("statements asked for behind the change are read and written in UTF-8", async () => {
    await using db = await connect(sharedServer.url)
    const [, read, length] = await Promise.all([
      db.query("set client_encoding to latin1"),
      db.value("select $1::text", [text]),
      db.value("select octet_length($1::text)", [text]),
    ])
    expect([read, length]).toEqual([text, new TextEncoder().encode(text).length])
  })

  test("is put back within a transaction, and after one that has failed", async () => {
    await using db = await connect(sharedServer.url)
    const tx = await db.begin()
    await tx.query("set local client_encoding to latin1")
    expect(await tx.value("select $1::text", [text])).toBe(text)
    await expect(tx.query("select 1 / 0")).rejects.toThrow(errors.DivisionByZero)
    await tx.rollback()
    expect(await db.value("select $1::text", [text])).toBe(text)
    await expect(db.execute("begin; set client_encoding to latin1; select 1 / 0")).rejects.toThrow()
    await db.execute("rollback")
    expect(await db.value("select $1::text", [text])).toBe(text)
  })

  test("rows of the script that changes it are refused, not misread", async () => {
    await using db = await connect(sharedServer.url)
    await expect(db.execute("set client_encoding to latin1; select 'é'")).rejects.toThrow(errors.UsageError)
    expect(await db.value("select $1::text", [text])).toBe(text)
  })
})
