/**
 * What goes into a table by COPY comes out of it by COPY, to the last byte, in all three formats: nasty text however it
 * is cut into chunks, every option that changes how it is written, every type, and against psql's \copy.
 */

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import fc from "fast-check"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { type Connection, connect, errors } from "../../../src/index.ts"
import { hostileText } from "../../support/hostile-text.ts"
import { psql } from "../../support/psql.ts"
import { sharedServer, testVersion } from "../../support/test-server.ts"
import { readValueFixtures } from "../../support/value-fixtures.ts"
import { collect } from "./own-schema.ts"

let db: Connection
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pgline-copy-"))
  db = await connect(sharedServer.url)
  await db.execute(`
    create schema moving_formats;
    set search_path = moving_formats, public;
    create table source (n int, a text, b text, c bytea);
    create table target (like source)`)
})

beforeEach(() => db.execute("truncate source, target"))

afterAll(async () => {
  await db.execute("drop schema moving_formats cascade")
  await db.close()
  await rm(folder, { recursive: true })
})

/** What text formats trip over, alone and together with everything else that is hostile. */
const nasty = fc.oneof(
  hostileText,
  fc.string({
    unit: fc.constantFrom(
      "\t",
      "\\",
      ".",
      "\\N",
      "\\.",
      "N",
      "\n",
      "\r",
      '"',
      "'",
      ",",
      ";",
      "|",
      "",
      "NULL",
      "é",
      "😀",
    ),
  }),
  fc.constantFrom(
    "",
    "\\N",
    "\\.",
    "NULL",
    "null",
    '"',
    '""',
    '"\\."',
    "\n",
    "\r\n",
    " ",
    "\t",
    "\\",
    "\\\\",
    "\b\f\v",
  ),
)
const table = fc.array(
  fc.tuple(
    fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    fc.option(nasty),
    fc.option(nasty),
    fc.option(fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes))),
  ),
  { maxLength: 30 },
)
type Row = [number, string | null, string | null, Buffer | null]

const FORMATS = [
  "format text",
  "format csv",
  "format binary",
  "format text, delimiter '|', null ''",
  "format text, delimiter '''', null 'NULL'",
  "format text, null 'é'",
  "format csv, delimiter ';', quote '''', escape E'\\\\'",
  "format csv, null 'NULL', header",
  "format csv, delimiter E'\\t', null '\\N', header true",
  "format csv, quote '|', force_null (a)",
]

const read = (name: string): Promise<Row[]> =>
  db.rows<Row>(`select * from ${name} order by n, a collate "C", b collate "C", c`, [], { rows: "tuple" })

/** Sorted as the server sorts them, for tables have no order. */
async function contents(name: string): Promise<Row[]> {
  return read(name)
}

/** Cuts bytes at random places, in the middle of characters too. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  return at.slice(1).map((end, i) => bytes.subarray(at[i]!, end))
}

/** Text that an empty NULL or FORCE_NULL cannot tell from NULL is refused, not changed. */
function isTellable(format: string, rows: readonly Row[]): boolean {
  if (format.includes("format text") && format.includes("null ''")) {
    return rows.every((row) => row[1] !== "" && row[2] !== "")
  }
  return !format.includes("force_null") || rows.every((row) => row[1] !== "")
}

/** The same for the way out: there the server itself does not tell text from a NULL that is spelled like it. */
function outFormat(format: string): string {
  const out = format.replace(/, force_null \(a\)/, "")
  return out.includes("format text") ? out.replace(/, null '.*?'/, "") : out
}

describe.each(FORMATS)("%s", (format) => {
  it("gives every row back: rows in, rows out, bytes out, bytes in", () =>
    fc.assert(
      fc.asyncProperty(table, fc.array(fc.nat()), async (rows, places) => {
        await db.execute("truncate source, target")
        const copy = await db.copyIn(`copy source from stdin (${format})`)
        const writing = (async () => {
          for (const row of rows) await copy.writeRow(row)
          return copy.end()
        })()
        if (!isTellable(format, rows)) {
          await expect(writing).rejects.toBeInstanceOf(errors.EncodeError)
          expect(await contents("source")).toEqual([])
          return
        }
        expect(await writing).toEqual({ rowCount: rows.length })
        await db.query("insert into target select * from unnest($1::int[], $2::text[], $3::text[], $4::bytea[])", [
          rows.map((row) => row[0]),
          rows.map((row) => row[1]),
          rows.map((row) => row[2]),
          rows.map((row) => row[3]),
        ])
        const expected = await contents("target")
        expect(await contents("source")).toEqual(expected)

        const ordered = `copy (select * from source order by n, a collate "C", b collate "C", c) to stdout`
        const out = outFormat(format)
        expect(await collect(db.copyOut(`${ordered} (${out})`).rows())).toEqual(expected)

        const bytes = Buffer.concat(await collect(db.copyOut(`${ordered} (${out})`)))
        await db.execute("truncate target")
        expect(await db.copyIn(`copy target from stdin (${out})`, cut(bytes, places))).toEqual({
          rowCount: rows.length,
        })
        expect(await contents("target")).toEqual(expected)
      }),
      { numRuns: 25 },
    ))
})

describe("text in strings", () => {
  it("arrives however the strings are cut, in the middle of a character too", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(hostileText, { maxLength: 10 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        async (texts, places) => {
          await db.execute("truncate source")
          const csv = texts.map((text, n) => `${n},"${text.replaceAll('"', '""')}"\n`).join("")
          const at = [0, ...places.map((place) => place % (csv.length + 1)), csv.length].sort((a, b) => a - b)
          const chunks = at.slice(1).map((end, i) => csv.slice(at[i]!, end))
          await db.copyIn("copy source (n, a) from stdin (format csv)", chunks)
          expect(await db.rows("select a from source order by n", [], { rows: "scalar" })).toEqual(texts)
        },
      ),
      { numRuns: 60 },
    ))
})

/** Before version 18 psql took a line of a CSV file that is `\\.` for the end of the data, inside of quotes too. */
function endsForPsql(rows: readonly (readonly unknown[])[]): boolean {
  return rows.some((row) =>
    row.some((value) => typeof value === "string" && /(?:^|[\r\n])\\\.(?:[\r\n]|$)/.test(value)),
  )
}

describe("psql's \\copy", () => {
  const shapes = ["format text", "format csv", "format csv, header, delimiter ';'", "format binary"]

  it.each(shapes)("writes what we read, and reads what we write: %s", (format) =>
    fc.assert(
      fc.asyncProperty(table, async (rows) => {
        fc.pre(!format.includes("csv") || !endsForPsql(rows))
        await db.execute("truncate source, target")
        await db.copyRows("source", rows)
        const expected = await contents("source")
        const theirs = join(folder, "theirs")
        const ours = join(folder, "ours")
        const ordered = `(select * from moving_formats.source order by n, a collate "C", b collate "C", c)`

        await psql(sharedServer.url, [`\\copy ${ordered} to '${theirs}' (${format})`])
        await db.copyIn(`copy target from stdin (${format})`, await readFile(theirs))
        expect(await contents("target")).toEqual(expected)

        const bytes = Buffer.concat(await collect(db.copyOut(`copy ${ordered} to stdout (${format})`)))
        expect(bytes.equals(await readFile(theirs))).toBe(true)

        await db.execute("truncate target")
        const copy = await db.copyIn(`copy target from stdin (${format})`)
        for (const row of rows) await copy.writeRow(row)
        await copy.end()
        expect(await contents("target")).toEqual(expected)

        await writeFile(ours, bytes)
        await db.execute("truncate target")
        await psql(sharedServer.url, [`\\copy moving_formats.target from '${ours}' (${format})`])
        expect(await contents("target")).toEqual(expected)
      }),
      { numRuns: 6 },
    ),
  )
})

describe("every type", () => {
  const fixtures = [...readValueFixtures()]

  it.each(fixtures)("%s, in the binary format where it has one, as text and as csv", async (type, values) => {
    const literals: string[] = []
    for (const { literal } of values) {
      const isKnown = await db
        .query("select $1::text", [literal])
        .then(() => db.query(`select ${cast(type, literal)}`))
        .then(
          () => true,
          () => testVersion >= 18, // what an older server cannot read is not for it
        )
      if (isKnown) literals.push(literal)
    }
    await db.execute(`
      drop table if exists typed, copied;
      create table typed (n int, v ${type});
      create table copied (like typed);
      ${literals.map((literal, n) => `insert into typed values (${n}, ${cast(type, literal)});`).join("\n")}
      insert into typed values (-1, null)`)
    const rows = await db.rows<unknown[]>("select n, v from typed order by n", [], { rows: "tuple" })
    const texts = await db.rows("select v::text from typed order by n", [], { rows: "scalar" })
    for (const format of [undefined, "text", "csv"] as const) {
      await db.execute("truncate copied")
      // A string is JSON's text, not a JSON string, so values that were read are not what is written.
      const written = type.startsWith("json") ? rows.map(([n], i) => [n, texts[i]]) : rows
      await db.copyRows("copied", written, format === undefined ? {} : { format })
      expect(await db.rows("select n, v from copied order by n", [], { rows: "tuple" })).toEqual(rows)
      // A Date has no microseconds, and JSON is written anew.
      if (/timestamptz|tstz|json/.test(type)) continue
      expect(await db.rows("select v::text from copied order by n", [], { rows: "scalar" })).toEqual(texts)
    }
    for (const format of ["text", "csv", "binary"]) {
      const copy = db.copyOut(`copy (select n, v from typed order by n) to stdout (format ${format})`)
      const outcome = await collect(copy.rows()).catch((error: unknown) => error)
      // Types without a binary form are told to be so.
      if (format === "binary" && outcome instanceof Error) expect(outcome.message).toMatch(/binary/)
      else expect(outcome).toEqual(rows)
    }
  })
})

function cast(type: string, literal: string): string {
  return `E'${literal.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'::${type}`
}
