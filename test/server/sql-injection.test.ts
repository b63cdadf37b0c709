/**
 * Hostile text through every way of composing SQL, against a real server: data comes back as data, names as names, and a
 * statement stays one statement. Everything travels over pgline's own connection; what was put together as text goes as a
 * script, which would run several statements if there were several.
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Connection, connect, type Result, type Sql, sql } from "../../src/index.ts"
import { formatStatement } from "../../src/sql/format.ts"
import { tokenize } from "../../src/sql/tokenizer.ts"
import { hostileName, hostileText, sampleHostile } from "../support/hostile-text.ts"
import { sharedServer } from "../support/test-server.ts"

const TEXTS = sampleHostile(hostileText, 2500)
const NAMES = sampleHostile(hostileName, 2500)
const BATCH = 50

/** What the differential test of the tokenizer puts around hostile text: each is code that the text may or may not end. */
const WRAPPERS = [
  "'?'",
  "E'?'",
  "e'a'\n'?'",
  "'a' -- '\n '?'",
  "N'?'",
  "U&'?'",
  '1 as "?"',
  "$$?$$",
  "$a$?$a$",
  "1 /* ? */",
  "1 /* /* ? */ */",
  "1 -- ?\n",
  "1 ?",
  "'a'?'b'",
]

let db: Connection

beforeAll(async () => {
  db = await connect(sharedServer.url)
  await db.execute("create schema injection; set search_path = injection; set escape_string_warning = off")
  await db.execute("create table hostile (id int, a text, b text)")
})

afterAll(async () => {
  await db.execute("drop schema injection cascade")
  await db.close()
})

function batches<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / BATCH) }, (_, i) => items.slice(i * BATCH, (i + 1) * BATCH))
}

/** Runs a fragment with bound parameters. */
function bound(fragment: Sql): Promise<unknown[][]> {
  return db.rows(fragment, { rows: "tuple" })
}

/** Runs a text as a script, and expects it to be one statement. */
async function simple(text: string): Promise<Result<unknown[]>> {
  const results = await db.execute(text, { rows: "tuple" })
  expect(results).toHaveLength(1)
  return results[0]!
}

describe.each(["on", "off"])("standard_conforming_strings = %s", (setting) => {
  beforeAll(() => db.execute(`set standard_conforming_strings = ${setting}`))
  afterAll(async () => {
    await db.execute("reset standard_conforming_strings")
    expect(await db.value("select count(*)::int from hostile")).toBe(0)
  })

  test("literals", async () => {
    for (const batch of batches(TEXTS)) {
      const { rows } = await simple(sql`select ${sql.join(batch.map((text) => sql.literal(text)))}`.text)
      expect(rows).toEqual([batch])
    }
  })

  test("literals, with and without a cast, after every kind of neighbour", async () => {
    for (const batch of batches(TEXTS)) {
      const parts = batch.map(
        (text) => sql`''||${sql.literal(text)}::text||(${sql.literal(text)})||${sql.literal(text)}`,
      )
      const { rows } = await simple(sql`select ${sql.join(parts)}`.text)
      expect(rows).toEqual([batch.map((text) => text + text + text)])
    }
  })

  test("identifiers", async () => {
    for (const batch of batches(NAMES)) {
      const { fields } = await simple(sql`select ${sql.join(batch.map((name) => sql`1 as ${sql.id(name)}`))}`.text)
      expect(fields.map((field) => field.name)).toEqual(batch)
    }
  })

  test("formatted parameters", async () => {
    for (const batch of batches(TEXTS)) {
      const text = `select ${batch.map((_, i) => `$${i + 1}`).join(",")}, '$1', E'\\'$2', $$ $3 $$ -- $4\n/* $5 */`
      const formatted = formatStatement(text, batch, { standardConformingStrings: setting === "on" })
      expect((await simple(formatted)).rows).toEqual([[...batch, "$1", "'$2", " $3 "]])
    }
  })

  test("formatted fragments", async () => {
    for (const batch of batches(TEXTS)) {
      const fragment = sql`select * from (values ${sql.values(batch.map((text, i) => [i, text]))}) as t order by 1`
      expect((await simple(db.format(fragment))).rows).toEqual(batch.map((text, i) => [i, text]))
    }
  })

  test("formatted set and named, to a table and back", async () => {
    await db.execute("begin")
    for (const [index, batch] of batches(TEXTS).entries()) {
      await simple(
        db.format(
          sql`insert into hostile values ${sql.values(batch.map((text, i) => [index * BATCH + i, text, "b"]))}`,
        ),
      )
    }
    for (let i = 0; i < 200; i++) {
      const update = sql`update hostile set ${sql.set({ b: TEXTS[i] })} where ${sql.and(sql`id = ${i}`, sql`a = ${TEXTS[i]}`)}`
      expect((await simple(db.format(update))).rowCount).toBe(1)
      const find = sql.named("select a, b from hostile where id = :id and b = :text and a = :text", {
        id: i,
        text: TEXTS[i],
      })
      expect((await simple(db.format(find))).rows).toEqual([[TEXTS[i], TEXTS[i]]])
    }
    const { rows } = await simple("select a from hostile order by id")
    expect(rows.map(([a]) => a)).toEqual(TEXTS)
    await db.execute("rollback")
  })

  test("negative numbers never make a comment", async () => {
    for (const number of [-1, -1.5, -1e-7, -(2n ** 53n), 0, 1, 32767]) {
      const hostile = '"\nWHERE false --"'
      const text = `select (-$1)::float8, -$1 is not null, 1-$1 is not null, $2::text as "\nWHERE false --"`
      const { rows } = await simple(formatStatement(text, [number, hostile]))
      expect(rows).toEqual([[0 - Number(number), true, true, hostile]])
    }
    expect((await simple(formatStatement("select $1::int2, $2::int8::text", [-32768, -(2n ** 63n)]))).rows).toEqual([
      [-32768, "-9223372036854775808"],
    ])
  })

  test("the tokenizer finds the placeholders that the server finds", async () => {
    let prepared = 0
    for (const [index, hostile] of TEXTS.entries()) {
      const inner = hostile.replaceAll(";", "")
      const text = `select ${WRAPPERS[index % WRAPPERS.length]!.replace("?", () => inner)}, $1::text -- $9`
      try {
        await db.execute(`begin; prepare p as ${text}\n`)
      } catch (error) {
        await db.execute("rollback")
        expect(error).toMatchObject({ code: expect.stringMatching(/^(42|22|0A)/) })
        continue
      }
      prepared++
      const count = await db.value("select cardinality(parameter_types) from pg_prepared_statements where name = 'p'")
      await db.execute("deallocate p; commit")
      const tokens = tokenize(text, { standardConformingStrings: setting === "on" })
      const numbers = tokens.filter((t) => t.kind === "parameter").map((t) => Number(text.slice(t.start + 1, t.end)))
      expect([text, Math.max(...numbers, 0)]).toEqual([text, count])
      expect(tokens.every((token) => token.closed)).toBe(true)
    }

    expect(prepared).toBeGreaterThan(1000)
  })
})

test("bound values come back as they went", async () => {
  for (const batch of batches(TEXTS)) {
    const columns = batch.map((text) => sql`${text}::text, ${sql.param(text, "text")}`)
    expect(await bound(sql`select ${sql.join(columns)}`)).toEqual([batch.flatMap((text) => [text, text])])
  }
})

test("bound values in values, set, and, or and named come back as they went", async () => {
  await db.execute("begin")
  for (const [index, batch] of batches(TEXTS).entries()) {
    await bound(sql`insert into hostile values ${sql.values(batch.map((text, i) => [index * BATCH + i, text, null]))}`)
  }
  for (let i = 0; i < 500; i++) {
    const text = TEXTS[i]!
    await bound(
      sql`update hostile set ${sql.set({ b: text })} where ${sql.or(sql`id = ${i}`, sql`id = ${-1} and a = ${text}`)}`,
    )
    expect(
      await bound(sql.named("select id, b from hostile where a = :text and b = :text and id = :id", { text, id: i })),
    ).toEqual([[i, text]])
  }
  expect((await bound(sql`select a from hostile order by id`)).map(([a]) => a)).toEqual(TEXTS)
  await db.execute("rollback")
})

test("tables and columns may have any name", async () => {
  for (const [table, column] of NAMES.slice(0, 100).map((name, i) => [name, NAMES[i + 100]!] as const)) {
    await db.execute("begin")
    await simple(
      sql`create table ${sql.id("injection", table)} (${sql.id(column)} text default ${sql.literal(column)})`.text,
    )
    await simple(sql`comment on table ${sql.id(table)} is ${sql.literal(table)}`.text)
    await bound(sql`insert into ${sql.id(table)} default values`)
    await bound(sql`update ${sql.id(table)} set ${sql.set({ [column]: sql`${sql.id(table, column)} || ${table}` })}`)
    expect(
      await bound(
        sql`select ${sql.id(column)}, obj_description(${sql.literal(sql.id(table).text)}::regclass) from ${sql.id("injection", table)}`,
      ),
    ).toEqual([[column + table, table]])
    await db.execute("rollback")
  }
})

test("type names mean to the server what was meant", async () => {
  const named = sql`select ${sql.param("{1,2}", "int8[]")}[2]::text, ${sql.param("1.005", "numeric(10,2)")}, ${sql.param("12:00", "time(0) with time zone")} is not null, ${sql.param("a", 'pg_catalog."varchar"(3)')}, ${sql.param("1", "double precision")}`
  expect(await bound(named)).toEqual([["2", "1.01", true, "a", 1]])
  expect((await simple(db.format(named))).rows).toEqual([["2", "1.01", true, "a", 1]])
})
