/** COPY in and out, as data and as rows, as it is used, and what becomes of bad input. */

import { createReadStream, createWriteStream } from "node:fs"
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { getDefaultHighWaterMark, Readable, setDefaultHighWaterMark } from "node:stream"
import { pipeline } from "node:stream/promises"
import { beforeAll, beforeEach, describe, expect, it } from "vitest"
import { type Connection, connect, errors, sql } from "../../../src/index.ts"
import { sharedServer } from "../../support/test-server.ts"
import { failureOf, within } from "../../support/within.ts"
import { collect, countRows, useOwnSchema } from "./own-schema.ts"

let db: Connection
let folder: string

useOwnSchema("moving_copy", (place) => {
  db = place.db
  folder = place.folder
})

const tuples = (): Promise<unknown[][]> => db.rows<unknown[]>("select * from t order by n", [], { rows: "tuple" })

describe("copyIn", () => {
  const lines = Array.from({ length: 20_000 }, (_, n) => `${n}\tline ${n}\t\\N\n`).join("")

  it("takes bytes, strings, blobs, iterables, and streams of both kinds", async () => {
    const path = join(folder, "lines")
    await writeFile(path, lines)
    const bytes = await readFile(path)
    const sources = [
      lines,
      bytes,
      new Uint8Array(bytes).buffer,
      new Blob([bytes]),
      [bytes.subarray(0, 100), bytes.subarray(100)],
      createReadStream(path),
      Readable.toWeb(createReadStream(path)) as unknown as ReadableStream<Uint8Array>,
    ]
    for (const source of sources) {
      expect(await db.copyIn("copy t from stdin", source)).toEqual({ rowCount: 20_000 })
      await db.execute("truncate t")
    }
  })

  it("is written to as a stream of Node's or the web's, and by hand", async () => {
    const path = join(folder, "lines")
    await writeFile(path, lines)
    await pipeline(createReadStream(path), (await db.copyIn("copy t from stdin")).toWritable())
    expect(await countRows(db)).toBe(20_000)
    await db.execute("truncate t")
    const web = Readable.toWeb(createReadStream(path)) as unknown as ReadableStream<Uint8Array>
    await web.pipeTo((await db.copyIn("copy t from stdin")).toWritableStream())
    expect(await countRows(db)).toBe(20_000)
    await db.execute("truncate t")
    const copy = await db.copyIn("copy t (n, m, a) from stdin (format csv)")
    await copy.write("1,glad,x\n2,,")
    await copy.write("\n")
    await copy.writeRow([3, "sad", 'a\n,"'])
    expect(await copy.end()).toEqual({ rowCount: 3 })
    expect(await tuples()).toEqual([
      [1, "x", "glad"],
      [2, null, null],
      [3, 'a\n,"', "sad"],
    ])
  })

  describe("lets its caller use a chunk's memory again", () => {
    const CHUNKS = 200
    const LINE_BYTES = 64
    /** Of the size from which on chunks are not copied, of more, and of less. */
    const sizes = [64 * 1024, 256 * 1024, 16 * 1024]

    beforeAll(() => db.execute("create table chunks (n int, filler text)"))
    beforeEach(() => db.execute("truncate chunks"))

    /** A chunk in the same memory each time, full of lines with its number. */
    function fill(memory: Buffer, n: number): Buffer {
      return memory.fill(`${String(n).padStart(7)}\t${"x".repeat(LINE_BYTES - 9)}\n`)
    }

    async function expectWhole(size: number): Promise<void> {
      const text = "select n, count(*)::int from chunks group by n order by n"
      const expected = Array.from({ length: CHUNKS }, (_, n) => [n, size / LINE_BYTES])
      expect(await db.rows(text, [], { rows: "tuple" })).toEqual(expected)
    }

    it.each(sizes)("when the next is asked for: %i bytes", async (size) => {
      const memory = Buffer.alloc(size)
      const source = function* (): Generator<Buffer> {
        for (let n = 0; n < CHUNKS; n++) yield fill(memory, n)
      }
      await db.copyIn("copy chunks from stdin", source())
      await expectWhole(size)
    })

    it.each(sizes)("when the write has resolved: %i bytes", async (size) => {
      const memory = Buffer.alloc(size)
      const copy = await db.copyIn("copy chunks from stdin")
      for (let n = 0; n < CHUNKS; n++) await copy.write(fill(memory, n))
      await copy.end()
      await expectWhole(size)
    })

    it("while rows and texts that nobody has waited for are on their way", async () => {
      const copy = await db.copyIn("copy chunks from stdin")
      const writes: Promise<void>[] = []
      for (let n = 0; n < CHUNKS; n++) {
        writes.push(copy.write(`${n}\tx\n`.repeat(20_000)))
        for (let i = 0; i < 2000; i++) writes.push(copy.writeRow([n, "y".repeat(50)]))
      }
      await Promise.all(writes)
      await copy.end()
      await expectWhole(22_000 * LINE_BYTES)
    })
  })

  it("ends an unfinished stream of Node's with it", async () => {
    const copy = await db.copyIn("copy t from stdin")
    const source = new Readable({ read: () => {} })
    source.push("1\tx\t\\N\n")
    setTimeout(() => source.destroy(new Error("the disk is gone")), 10)
    await expect(pipeline(source, copy.toWritable())).rejects.toThrow("the disk is gone")
    expect(await countRows(db)).toBe(0)
  })

  it("stops a source at once when the server refuses, be it in the middle of a wait", async () => {
    const source = new Readable({ read: () => {} })
    source.push("not a number\tx\t\\N\n".repeat(10_000))
    await expect(db.copyIn("copy t from stdin", source)).rejects.toBeInstanceOf(errors.InvalidTextRepresentation)
    expect(source.destroyed).toBe(true)
  })

  it("leaves a stream of the web as it is when it cannot be run now", async () => {
    const stream = new Blob(["1\tx\t\\N\n"]).stream()
    await db.transaction(async (tx) => {
      await expect(db.copyIn("copy t from stdin", stream)).rejects.toMatchObject({ safeToRetry: true })
      expect(await tx.copyIn("copy t from stdin", stream)).toEqual({ rowCount: 1 })
    })
  })

  it("refuses what is no such COPY, naming the method for it", async () => {
    const refused: [string, string][] = [
      ["select 1", "run other statements with query"],
      ["copy t to stdout", "use copyOut"],
      ["copy t from '/etc/hostname'", "run it with query"],
      ["copy t from program 'true'", "run it with query"],
    ]
    for (const [text, message] of refused) {
      await expect(db.copyIn(text, "x")).rejects.toThrow(message)
      await expect(db.copyIn(text)).rejects.toThrow(message)
    }
    await expect(db.query("copy t from stdin")).rejects.toThrow("use copyIn")
    await expect(db.query("copy t to stdout")).rejects.toThrow("use copyOut")
    await expect(db.copyIn(sql`copy t from stdin (null ${"x"})`, "x")).rejects.toThrow("sql.literal")
    await expect(db.copyIn("copy nowhere from stdin", "x")).rejects.toBeInstanceOf(errors.UndefinedTable)
    await expect(db.copyIn("copy nowhere from stdin")).rejects.toBeInstanceOf(errors.UndefinedTable)
    await expect(db.copyIn("copy t from stdin", 5 as never)).rejects.toThrow("got an integer number")
    await expect(db.copyIn("copy t from stdin", [[1, 2]] as never)).rejects.toThrow("rows are for copyRows")
    await expect(db.copyIn("copy t from stdin", "half \ud800")).rejects.toThrow("surrogate")
  })

  it("refuses writing after the end, and other calls before it", async () => {
    const copy = await db.copyIn("copy t from stdin")
    await expect(db.query("select 1")).rejects.toThrow("a COPY is open on this connection")
    await copy.end()
    for (const late of [copy.write("x"), copy.writeRow([1]), copy.end()]) {
      await expect(late).rejects.toThrow("the COPY has ended")
    }
    await copy.abort()
  })

  it("tells the failure to whoever writes next", async () => {
    const copy = await db.copyIn("copy t from stdin")
    await copy.write("x\n")
    const writing = (async () => {
      for (;;) {
        await copy.write("y\n")
        await new Promise((resolve) => setImmediate(resolve))
      }
    })()
    await expect(writing).rejects.toBeInstanceOf(errors.InvalidTextRepresentation)
    await expect(copy.end()).rejects.toThrow("the COPY has ended")
  })

  it("gives up what was not ended, in a transaction with the transaction", async () => {
    {
      await using copy = await db.copyIn("copy t from stdin")
      await copy.write("1\tx\t\\N\n")
    }
    expect(await countRows(db)).toBe(0)
    const transaction = db.transaction(async (tx) => {
      await using copy = await tx.copyIn("copy t from stdin")
      await copy.write("1\tx\t\\N\n")
    })
    await expect(transaction).rejects.toBeInstanceOf(errors.CommitFailedError)
    await db.transaction(async (tx) => {
      expect(await tx.copyIn("copy t from stdin", "1\tx\t\\N\n")).toEqual({ rowCount: 1 })
    })
    expect(await countRows(db)).toBe(1)
  })
})

describe("copyOut", () => {
  beforeEach(async () => {
    await db.query("insert into t select n, 'line ' || n, 'glad' from generate_series(1, 3000) n")
  })

  it("is piped to a file in one line", async () => {
    const path = join(folder, "out")
    await pipeline(db.copyOut("copy t to stdout (format csv, header)").toReadable(), createWriteStream(path))
    const text = await readFile(path, "utf8")
    expect(text.split("\n").slice(0, 2)).toEqual(["n,a,m", "1,line 1,glad"])
    expect(text.split("\n")).toHaveLength(3002)
    const web = db.copyOut("copy t to stdout").toReadableStream()
    expect(Buffer.concat(await collect(Readable.fromWeb(web as never))).toString()).toContain("3000\tline 3000\tglad\n")
  })

  it.each(["text", "csv, header", "binary"])("gives rows of values: %s", async (format) => {
    const rows = await collect(db.copyOut(`copy t to stdout (format ${format})`).rows())
    expect(rows).toHaveLength(3000)
    expect(rows[41]).toEqual([42, "line 42", "glad"])
    const query = `copy (select n::int8, array[a, null] from t where n < 3) to stdout (format ${format})`
    expect(await collect(db.copyOut(query).rows())).toEqual([
      [1n, ["line 1", null]],
      [2n, ["line 2", null]],
    ])
    const given = await collect(db.copyOut(`copy t (n) to stdout (format ${format})`).rows(["int4"]))
    expect(given[0]).toEqual([1])
  })

  it("refuses what is no such COPY, a second reading and unknown types", async () => {
    expect(() => db.copyOut("select 1")).toThrow("run other statements with query")
    expect(() => db.copyOut("copy t from stdin")).toThrow("use copyIn")
    expect(() => db.copyOut("copy t to '/tmp/x'")).toThrow("run it with query")
    const copy = db.copyOut("copy t to stdout")
    await collect(copy)
    expect(() => copy.rows()).toThrow("only once")
    expect(() => copy[Symbol.asyncIterator]()).toThrow("only once")
    await expect(collect(db.copyOut("copy t to stdout").rows(["nonsense"]))).rejects.toThrow('the type "nonsense"')
    await expect(collect(db.copyOut("copy t to stdout").rows(["int4"]))).rejects.toThrow("3 columns, but 1 types")
    await expect(collect(db.copyOut("copy nowhere to stdout"))).rejects.toBeInstanceOf(errors.UndefinedTable)
    await expect(collect(db.copyOut("copy t (a) to stdout").rows(["int4"]))).rejects.toMatchObject({ column: "a" })
  })
})

describe("copyRows", () => {
  it("copies rows of any iterable, into all columns or those named, and tells how far it has come", async () => {
    const rows = function* (from: number): Generator<unknown[]> {
      for (let n = from; n < from + 9000; n++) yield [n, `row ${n}`, n % 2 ? "sad" : null]
    }
    const progress: number[] = []
    const onProgress = ({ rows: done }: { rows: number }): number => progress.push(done)
    expect(await db.copyRows("t", rows(0), { onProgress })).toEqual({ rowCount: 9000 })
    expect(progress.at(-1)).toBe(9000)
    expect(progress.length).toBeGreaterThan(2)
    expect(
      await db.copyRows(
        "moving_copy.t",
        (async function* () {
          yield* rows(9000)
        })(),
      ),
    ).toEqual({ rowCount: 9000 })
    expect(await db.copyRows(sql.id("moving_copy", "t"), [["x", -1]], { columns: ["a", "n"] })).toEqual({ rowCount: 1 })
    expect((await tuples()).slice(0, 3)).toEqual([
      [-1, "x", null],
      [0, "row 0", null],
      [1, "row 1", "sad"],
    ])
    expect(await db.copyRows("t", [])).toEqual({ rowCount: 0 })
  })

  it("names row and column of what does not fit, and copies nothing", async () => {
    const failing: [unknown, object][] = [
      [[2, {}, null], { code: "PGLINE_ENCODE", row: 3, column: "a" }],
      [[2, undefined, null], { code: "PGLINE_ENCODE", row: 3, column: "a" }],
      [[2, "x"], { message: "row 3 has 2 values, but 3 columns are copied" }],
      [[2, "x", null, null], { message: "row 3 has 4 values, but 3 columns are copied" }],
      [{}, { message: "row 3 must be an array of values, got an object (Object)" }],
      [[1, "x", null], { code: "23505" }],
    ]
    for (const [bad, expected] of failing) {
      for (const format of [undefined, "text", "csv"] as const) {
        const options = format === undefined ? {} : { format }
        const rows = [[0, "x", null], [1, "x", null], bad as unknown[]]
        await expect(db.copyRows("t", rows, options)).rejects.toMatchObject(expected)
        expect(await countRows(db)).toBe(0)
      }
    }
    await expect(db.copyRows("t", [[1]], { columns: ["zz"] })).rejects.toBeInstanceOf(errors.UndefinedColumn)
    await expect(db.copyRows("t; drop table t", [])).rejects.toThrow("must be a name as in SQL")
    await expect(db.copyRows("t", 5 as never)).rejects.toThrow("must be an iterable")
  })

  it("goes on in text from the first value on that has only a text form, still all or nothing", async () => {
    await db.execute("drop table if exists stamps; create table stamps (n int primary key, at timestamptz)")
    const rows = [
      [1, new Date(0)],
      [2, "yesterday"],
      [3, new Date(1)],
    ]
    expect(await db.copyRows("stamps", rows)).toEqual({ rowCount: 3 })
    expect(await db.value("select count(*)::int from stamps where at < now()")).toBe(3)
    await expect(
      db.copyRows("stamps", [...rows.map(([n, at]) => [(n as number) + 10, at]), [1, null]]),
    ).rejects.toMatchObject({
      code: "23505",
    })
    expect(await db.value("select count(*)::int from stamps")).toBe(3)
    await expect(db.copyRows("stamps", [[9, "yesterday"]], { format: "binary" })).rejects.toMatchObject({
      row: 1,
      column: "at",
    })
  })

  it("arrives whole in an application whose streams may hold more than ours", async () => {
    const usual = getDefaultHighWaterMark(false)
    setDefaultHighWaterMark(false, 8 * 1024 * 1024)
    try {
      await using own = await connect(sharedServer.url)
      await own.execute("create temp table wide (n int, a text)")
      const rows = function* (): Generator<unknown[]> {
        for (let n = 0; n < 60_000; n++) yield [n, String(n).padStart(8, "0").repeat(100)]
      }
      expect(await own.copyRows("wide", rows())).toEqual({ rowCount: 60_000 })
      const wrong = "select count(*)::int from wide where a <> repeat(lpad(n::text, 8, '0'), 100)"
      expect(await own.value(wrong)).toBe(0)
    } finally {
      setDefaultHighWaterMark(false, usual)
    }
  })

  it("says what to do about generated columns", async () => {
    await db.execute("drop table if exists g; create table g (a int, b int generated always as (a * 2) stored)")
    await expect(db.copyRows("g", [[1]])).rejects.toThrow("generated columns")
    expect(await db.copyRows("g", [[1]], { columns: ["a"] })).toEqual({ rowCount: 1 })
  })
})

describe("a table that somebody has locked", () => {
  const limits = { timeout: 100 }
  const calls: Record<string, () => Promise<unknown>> = {
    "copyIn with a source": () => db.copyIn("copy t from stdin", "1\tx\t\\N\n", limits),
    "copyIn with a writer": () => db.copyIn("copy t from stdin", undefined, limits),
    copyRows: () => db.copyRows("t", [[1, "x", null]], limits),
    copyOut: () => collect(db.copyOut("copy t to stdout", limits)),
    "the rows of copyOut": () => collect(db.copyOut("copy t to stdout", limits).rows()),
  }

  it.each(Object.entries(calls))("does not keep the connection from others when %s is stopped", async (_, call) => {
    await using other = await connect(sharedServer.url)
    await using tx = await other.begin()
    await tx.query("lock table moving_copy.t in access exclusive mode")
    expect(await failureOf("the call", call())).toBeInstanceOf(errors.TimeoutError)
    expect(await within("a query", db.value("select 1"))).toBe(1)
  })
})
