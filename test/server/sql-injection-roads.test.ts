/**
 * Hostile text on every road by which a value or a name reaches the server: it arrives as what it was, and what could
 * not arrive so is refused by us, not by the server.
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Connection, connect, errors, type Sql, sql } from "../../src/index.ts"
import { hostileName, hostileText, sampleHostile } from "../support/hostile-text.ts"
import { sharedServer } from "../support/test-server.ts"

const TEXTS = sampleHostile(hostileText, 2500)
const NAMES = sampleHostile(hostileName, 300)

let db: Connection

beforeAll(async () => {
  db = await connect(sharedServer.url)
  await db.execute("create schema roads; set search_path = roads; create table taken (id int, a text)")
})

afterAll(async () => {
  await db.execute("drop schema roads cascade")
  await db.close()
})

/** What all of the texts come back as, each by a query of its own; they leave together. */
function each(run: (text: string) => Promise<unknown>): Promise<unknown[]> {
  return Promise.all(TEXTS.map(run))
}

describe.each(["on", "off"])("values, with standard_conforming_strings = %s", (setting) => {
  beforeAll(() => db.execute(`set standard_conforming_strings = ${setting}; set escape_string_warning = off`))
  afterAll(() => db.execute("reset standard_conforming_strings"))

  test("of a template", async () => {
    expect(await each((text) => db.value`select ${text}::text`)).toEqual(TEXTS)
  })

  test("of a text with parameters, prepared and not", async () => {
    for (const prepare of [true, false]) {
      expect(await each((text) => db.value("select $1::text", [text], { prepare }))).toEqual(TEXTS)
    }
  })

  test("of a prepared statement", async () => {
    await using statement = await db.prepare("select $1::text")
    expect(await each((text) => statement.value([text]))).toEqual(TEXTS)
  })

  test("of a pipeline and of a transaction", async () => {
    const run = (on: Pick<Connection, "value">) => each((text) => on.value`select ${text}::text`)
    expect(await db.pipeline(run)).toEqual(TEXTS)
    expect(await db.transaction(run)).toEqual(TEXTS)
  })

  test("in arrays, in json and in composites", async () => {
    expect(await db.value`select ${TEXTS}::text[]`).toEqual(TEXTS)
    expect(await db.value`select ${{ texts: TEXTS }}::jsonb -> 'texts'`).toEqual(TEXTS)
    await db.execute("create type pair as (a text, b text)")
    const pairs = TEXTS.slice(0, 200).map((a, i) => ({ a, b: TEXTS[i + 1] }))
    expect(await db.value`select ${pairs}::pair[]`).toEqual(pairs)
    const written = await db.execute(db.format(sql`select ${pairs.map(({ a }) => a)}::text[] as a`))
    expect(written.map(({ rows }) => rows)).toEqual([[{ a: pairs.map(({ a }) => a) }]])
    await db.execute("drop type pair")
  })

  test("of a stream", async () => {
    const found: unknown[] = []
    const fragment = sql`select a from unnest(${TEXTS}::text[]) with ordinality as t (a, n) order by n`
    for await (const text of db.stream(fragment, { rows: "scalar" })) found.push(text)
    expect(found).toEqual(TEXTS)
  })

  test("of executeMany and of COPY, to a table and back", async () => {
    const rows = TEXTS.map((text, id) => [id, text] as const)
    await db.executeMany("insert into taken values ($1, $2)", rows)
    await db.copyRows("taken", rows, { columns: ["id", "a"] })
    for (const format of ["text", "csv"] as const) await db.copyRows("taken", rows, { columns: ["id", "a"], format })
    const counted = await db.rows("select a, count(*)::int from taken group by id, a order by id", [], {
      rows: "tuple",
    })
    expect(counted).toEqual(TEXTS.map((text) => [text, 4]))
    await db.execute("truncate taken")
  })

  test("in raw text that quotes them by format, a script of one statement", async () => {
    for (let i = 0; i < TEXTS.length; i += 100) {
      const batch = TEXTS.slice(i, i + 100)
      const formatted = db.format(sql`select ${sql.join(batch.map((text) => sql`${text}`))}`)
      const results = await db.execute(formatted, { rows: "tuple" })
      expect(results.map(({ rows }) => rows)).toEqual([[batch]])
    }
  })
})

describe("names", () => {
  test("of tables and columns that rows are copied to", async () => {
    for (const [i, name] of NAMES.slice(0, 60).entries()) {
      const column = NAMES[i + 100]!
      await db.execute("begin")
      await db.execute(sql`create table ${sql.id(name)} (${sql.id(column)} text)`.text)
      await db.copyRows(sql.id("roads", name), [[name]], { columns: [column] })
      expect(await db.rows(sql`select ${sql.id(column)} from ${sql.id(name)}`, { rows: "scalar" })).toEqual([name])
      await db.execute("rollback")
    }
  })
})

test("bytes that are no text come back as they went, bound and written", async () => {
  const bytes = [
    Uint8Array.of(0),
    Uint8Array.of(0xff, 0xfe, 0x27, 0x5c, 0x27),
    Uint8Array.of(0xed, 0xa0, 0x80),
    Uint8Array.of(0xbf, 0x27, 0x3b, 0x2d, 0x2d),
    Uint8Array.from({ length: 256 }, (_, i) => i),
  ]
  for (const value of bytes) {
    const [bound] = await db.rows<[Uint8Array]>(sql`select ${value}::bytea`, { rows: "tuple" })
    const [written] = await db.execute<[Uint8Array]>(db.format(sql`select ${value}::bytea`), { rows: "tuple" })
    expect([Uint8Array.from(bound![0]), Uint8Array.from(written!.rows[0]![0])]).toEqual([value, value])
    await expect(db.query`select ${value}::text`).rejects.toThrow(errors.EncodeError)
  }
})

describe.each([
  ["NUL", "a\0b"],
  ["half of a surrogate pair", "a\ud800b"],
  ["the other half", "\udc00"],
])("%s", (_, bad) => {
  test.each<[string, (text: string) => Promise<unknown>]>([
    ["bound", (text) => db.query`select ${text}::text`],
    ["bound, in a text", (text) => db.query("select $1::text", [text])],
    ["bound, in an array", (text) => db.query("select $1::text[]", [[text]])],
    ["of executeMany", (text) => db.executeMany("insert into taken values (1, $1)", [["a"], [text]])],
    ["of copyRows", (text) => db.copyRows("taken", [[1, text]])],
    ["as a name", async (text) => db.query(sql`select ${sql.id(text)}`)],
    ["as a literal", async (text) => db.query(sql`select ${sql.literal(text)}`)],
    ["as raw text", async (text) => db.query(sql`select ${sql.raw(`'${text}'`)}`)],
    ["in a named statement", async (text) => db.query(sql.named(`select '${text}', :a`, { a: 1 }))],
    ["of a type", async (text) => db.query(sql`select ${sql.param(1, text)}`)],
    ["formatted", async (text) => db.execute(db.format(sql`select ${text}`))],
    ["as a column to set", async (text) => db.query(sql`update taken set ${sql.set({ [text]: 1 })}`)],
    ["as a statement", (text) => db.query(`select '${text}'`)],
    ["as a script", (text) => db.execute(`select '${text}'`)],
    ["as a payload", (text) => db.notify("a", text)],
    ["as a column to copy to", (text) => db.copyRows("taken", [[1]], { columns: [text] })],
  ])("%s is refused by us, not by the server", async (_name, run) => {
    const error = await run(bad).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(errors.ClientError)
    expect(error).not.toBeInstanceOf(errors.ConnectionError)
    expect(String(error)).not.toContain(bad)
    expect(await db.value("select count(*)::int from taken")).toBe(0)
  })
})

test("fragments where values belong are refused, on every road", async () => {
  const fragment: Sql = sql`now()`
  for (const run of [
    () => db.query("select $1::jsonb", [fragment]),
    () => db.value("select $1::jsonb", [[fragment]]),
    () => db.executeMany("select $1::jsonb", [[1], [fragment]]),
    () => db.prepare("select $1::jsonb").then((statement) => statement.query([fragment])),
    () => db.transaction((tx) => tx.query("select $1::jsonb", [fragment])),
    () => db.pipeline((p) => p.query("select $1::jsonb", [fragment])),
    async () => db.stream("select $1::jsonb", [fragment]),
  ]) {
    await expect(run()).rejects.toThrow(errors.CompositionError)
  }
  await db.execute("create table documents (document jsonb)")
  await expect(db.copyRows("documents", [[{}], [fragment]])).rejects.toThrow(errors.EncodeError)
  expect(await db.value("select count(*)::int from documents")).toBe(0)
})
