/** Streams, executeMany, COPY, cursors and large objects as they are used, and what becomes of bad input. */

import { createReadStream, createWriteStream } from "node:fs"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { type Connection, connect, errors, into, Pool, sql } from "../../../src/index.ts"
import { sharedServer } from "../../support/test-server.ts"

let db: Connection
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pgline-moving-"))
  db = await connect(sharedServer.url)
  await db.execute(`
    create schema moving;
    set search_path = moving, public;
    create type mood as enum ('sad', 'glad');
    create table t (n int primary key, a text, m mood)`)
})

beforeEach(async () => {
  expect(await db.value("select 1")).toBe(1)
  await db.execute("truncate t")
})

afterAll(async () => {
  await db.execute("drop schema moving cascade")
  await db.close()
  await rm(folder, { recursive: true })
})

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

const count = (): Promise<number | undefined> => db.value<number>("select count(*)::int from t")
const tuples = (): Promise<unknown[][]> => db.rows<unknown[]>("select * from t order by n", [], { rows: "tuple" })

describe("stream", () => {
  class Num {
    n!: number
    get double(): number {
      return this.n * 2
    }
  }

  it("gives rows of any shape, from any form of a call", async () => {
    expect(await collect(db.stream`select n from generate_series(1, ${3}::int) n`)).toEqual([
      { n: 1 },
      { n: 2 },
      { n: 3 },
    ])
    expect(await collect(db.stream("select $1::int, 'x'", [1], { rows: "tuple" }))).toEqual([[1, "x"]])
    expect(await collect(db.stream(sql`select ${sql.literal("y")} as v`, { rows: "scalar" }))).toEqual(["y"])
    const [first] = await collect(db.stream<Num>("select 21 as n", [], { rows: into(Num) }))
    expect(first?.double).toBe(42)
    expect(await collect(db.stream("select 1 where false"))).toEqual([])
    expect(await collect(db.stream("insert into t values (1) returning n", [], { rows: "scalar" }))).toEqual([1])
    expect(await collect(db.stream("select 'glad'::mood as m, array['sad'::mood] as ms"))).toEqual([
      { m: "glad", ms: ["sad"] },
    ])
  })

  it("runs other statements of a transaction in between", async () => {
    await db.transaction(async (tx) => {
      const seen: number[] = []
      for await (const n of tx.stream<number>("select generate_series(1, 5000)", [], { rows: "scalar" })) {
        if (n % 1000 === 0) seen.push((await tx.value<number>("select $1::int", [n]))!)
      }
      expect(seen).toEqual([1000, 2000, 3000, 4000, 5000])
      for await (const n of tx.stream<number>("select generate_series(1, 5000)", [], { rows: "scalar" }))
        if (n === 3) break
      await tx.transaction((nested) => nested.query("insert into t values (1)"))
      expect(await tx.value("select count(*)::int from pg_cursors where name <> ''")).toBe(0)
    })
    expect(await count()).toBe(1)
  })

  it("takes a connection of a pool for as long as it is read", async () => {
    await using pool = new Pool(sharedServer.url, { max: 1 })
    const stream = pool.stream<number>("select generate_series(1, 100)", [], { rows: "scalar" })
    expect(await pool.value("select 1")).toBe(1)
    let read = 0
    for await (const _ of stream) if (++read === 10) break
    expect(await pool.value("select 2")).toBe(2)
    await expect(collect(pool.stream("select 1 / 0"))).rejects.toBeInstanceOf(errors.DivisionByZero)
    expect(await pool.value("select 3")).toBe(3)
  })

  it("becomes a stream of Node's or the web's", async () => {
    const readable = db.stream("select generate_series(1, 1000)", [], { rows: "scalar" }).toReadable()
    expect(await collect(readable)).toHaveLength(1000)
    const web = db.stream("select generate_series(1, 1000)", [], { rows: "scalar" }).toReadableStream()
    expect(await collect(Readable.fromWeb(web as never, { objectMode: true }))).toHaveLength(1000)
    const waiting = db.stream("select pg_sleep(100)").toReadable()
    waiting.resume()
    await new Promise((resolve) => setTimeout(resolve, 20))
    await new Promise((resolve) => waiting.destroy().once("close", resolve))
    const cancelled = db.stream("select generate_series(1, 100000000)").toReadableStream()
    const reader = cancelled.getReader()
    await reader.read()
    await reader.cancel()
    expect(await db.value("select 1")).toBe(1)
  })

  it("passes the rows on that come before an error, and then the error", async () => {
    const seen: number[] = []
    const reading = (async () => {
      for await (const n of db.stream<number>("select 6 / (3 - n) from generate_series(1, 5) n", [], {
        rows: "scalar",
      })) {
        seen.push(n)
      }
    })()
    await expect(reading).rejects.toBeInstanceOf(errors.DivisionByZero)
    expect(seen).toEqual([3, 6])
  })

  it("refuses what would hang: other calls meanwhile, a second reading, COPY", async () => {
    const stream = db.stream("select generate_series(1, 100000)")
    for await (const _ of stream) {
      await expect(db.query("select 1")).rejects.toThrow("a stream is open on this connection")
      expect(() => stream[Symbol.asyncIterator]()).toThrow("only once")
      break
    }
    await expect(collect(db.stream("copy t to stdout"))).rejects.toThrow("use copyOut")
    await expect(collect(db.stream("select $1::int", ["x", 2]))).rejects.toThrow("takes 1 parameter, got 2")
    const closed = db.stream("select 1")
    await closed.close()
    expect(() => closed.batches()).toThrow("was closed")
  })

  it("ends by its timeout, whether the server or the reader is slow", async () => {
    await expect(collect(db.stream("select pg_sleep(100)", [], { timeout: 30 }))).rejects.toBeInstanceOf(
      errors.TimeoutError,
    )
    const reading = (async () => {
      for await (const _ of db.stream("select generate_series(1, 100000000)", [], { timeout: 30 }).batches()) {
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    })()
    await expect(reading).rejects.toBeInstanceOf(errors.TimeoutError)
  })
})

describe("executeMany", () => {
  const insert = "insert into t values ($1, $2, $3)"

  it("runs a statement with every set, from any iterable", async () => {
    expect(
      await db.executeMany(insert, [
        [1, "x", "sad"],
        [2, null, "glad"],
      ]),
    ).toEqual({ rowCount: 2, rows: [] })
    const later = async function* (): AsyncGenerator<unknown[]> {
      for (let n = 3; n < 3000; n++) yield [n, "y", null]
    }
    expect(await db.executeMany(sql`${sql.raw(insert)}`, later())).toMatchObject({ rowCount: 2997 })
    expect(await db.executeMany("select 1", [])).toEqual({ rowCount: 0, rows: [] })
    expect(await count()).toBe(2999)
  })

  it("gives the rows that are returned, when asked", async () => {
    const options = { returning: true, rows: "scalar" } as const
    expect(await db.executeMany("insert into t values ($1) returning n * 2", [[1], [2]], options)).toEqual({
      rowCount: 2,
      rows: [2, 4],
    })
  })

  it("tells which set failed, and undoes the others", async () => {
    const sets = (bad: unknown): unknown[][] => [
      ...Array.from({ length: 700 }, (_, n) => [n, "x", null]),
      bad as unknown[],
    ]
    const failing: [unknown, object][] = [
      [[1, "x", null], { code: "23505", index: 700 }],
      [[{}, "x", null], { code: "PGLINE_ENCODE", index: 700, parameter: 1 }],
      [[1, "x"], { code: "PGLINE_USAGE", index: 700 }],
      ["x", { code: "PGLINE_USAGE", index: 700 }],
    ]
    for (const [bad, expected] of failing) {
      await expect(db.executeMany(insert, sets(bad))).rejects.toMatchObject(expected)
      expect(await count()).toBe(0)
    }
    await expect(db.executeMany("insert into nowhere values ($1)", [[1]])).rejects.toBeInstanceOf(errors.UndefinedTable)
    await expect(db.executeMany("copy t from stdin", [[]])).rejects.toThrow("use copyIn")
    await expect(db.executeMany(insert, 5 as never)).rejects.toThrow("must be an iterable")
    await expect(db.pipeline((p) => p.executeMany(insert, []))).rejects.toThrow("cannot be part of a pipeline")
  })

  it("stands between other queries in the order of the calls", async () => {
    const calls = [db.value("select 1"), db.executeMany("insert into t values ($1)", [[1], [2]]), count()]
    expect(await Promise.all(calls)).toEqual([1, { rowCount: 2, rows: [] }, 2])
  })
})

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
    expect(await count()).toBe(20_000)
    await db.execute("truncate t")
    const web = Readable.toWeb(createReadStream(path)) as unknown as ReadableStream<Uint8Array>
    await web.pipeTo((await db.copyIn("copy t from stdin")).toWritableStream())
    expect(await count()).toBe(20_000)
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

  it("ends an unfinished stream of Node's with it", async () => {
    const copy = await db.copyIn("copy t from stdin")
    const source = new Readable({ read: () => {} })
    source.push("1\tx\t\\N\n")
    setTimeout(() => source.destroy(new Error("the disk is gone")), 10)
    await expect(pipeline(source, copy.toWritable())).rejects.toThrow("the disk is gone")
    expect(await count()).toBe(0)
  })

  it("stops a source at once when the server refuses, be it in the middle of a wait", async () => {
    const source = new Readable({ read: () => {} })
    source.push("not a number\tx\t\\N\n".repeat(10_000))
    await expect(db.copyIn("copy t from stdin", source)).rejects.toBeInstanceOf(errors.InvalidTextRepresentation)
    expect(source.destroyed).toBe(true)
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
    expect(await count()).toBe(0)
    const transaction = db.transaction(async (tx) => {
      await using copy = await tx.copyIn("copy t from stdin")
      await copy.write("1\tx\t\\N\n")
    })
    await expect(transaction).rejects.toBeInstanceOf(errors.CommitFailedError)
    await db.transaction(async (tx) => {
      expect(await tx.copyIn("copy t from stdin", "1\tx\t\\N\n")).toEqual({ rowCount: 1 })
    })
    expect(await count()).toBe(1)
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
        "moving.t",
        (async function* () {
          yield* rows(9000)
        })(),
      ),
    ).toEqual({ rowCount: 9000 })
    expect(await db.copyRows(sql.id("moving", "t"), [["x", -1]], { columns: ["a", "n"] })).toEqual({ rowCount: 1 })
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
        expect(await count()).toBe(0)
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

  it("says what to do about generated columns", async () => {
    await db.execute("drop table if exists g; create table g (a int, b int generated always as (a * 2) stored)")
    await expect(db.copyRows("g", [[1]])).rejects.toThrow("generated columns")
    expect(await db.copyRows("g", [[1]], { columns: ["a"] })).toEqual({ rowCount: 1 })
  })
})

describe("cursor", () => {
  const series = "select generate_series(1, $1::int)"

  it("fetches, scrolls and knows where it stands", async () => {
    await db.transaction(async (tx) => {
      await using cursor = await tx.cursor<number>(series, [10], { rows: "scalar", scroll: true })
      expect(cursor.position).toBe(0)
      expect(await cursor.fetch(3)).toEqual([1, 2, 3])
      expect(cursor.position).toBe(3)
      expect(await cursor.fetchOne()).toBe(4)
      expect(await cursor.scroll(-2)).toBe(true)
      expect(await cursor.fetch(2)).toEqual([3, 4])
      expect(await cursor.scroll(8, "absolute")).toBe(true)
      expect(await cursor.fetchAll()).toEqual([9, 10])
      expect(cursor.position).toBe(11)
      expect(await cursor.scroll(-1, "absolute")).toBe(true)
      expect(cursor.position).toBe(10)
      expect(await cursor.fetch(-3)).toEqual([9, 8, 7])
      expect(cursor.position).toBe(7)
      expect(await cursor.scroll(100)).toBe(false)
      expect(cursor.position).toBe(11)
      expect(await cursor.fetchOne()).toBeUndefined()
      expect(await cursor.scroll(0, "absolute")).toBe(false)
      expect(await collect(cursor)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
      expect(await tx.value("select 1")).toBe(1)
    })
  })

  it("has a transaction of its own outside of one, and the connection until it is closed", async () => {
    const cursor = await db.cursor<number>(series, [2500], { rows: "scalar", batchSize: 1000 })
    await expect(db.query("select 1")).rejects.toThrow("a cursor is open on this connection")
    expect(await cursor.fetch(1)).toEqual([1])
    expect(await collect(cursor)).toHaveLength(2499)
    expect(await db.value("select 1")).toBe(1)
    expect(await cursor.fetch(1)).toEqual([])
    await cursor.close()
    const left = await db.cursor(series, [5])
    await left.close()
    await left.close()
    await expect(left.fetch(1)).rejects.toThrow("the cursor is closed")
    expect(db.info.transactionStatus).toBe("idle")
  })

  it("survives COMMIT when it is held", async () => {
    const held = await db.transaction(async (tx) => {
      const cursor = await tx.cursor<number>(sql`select generate_series(1, 5)`, {
        hold: true,
        rows: "scalar",
        name: 'My "c',
      })
      expect(await cursor.fetch(2)).toEqual([1, 2])
      return cursor
    })
    expect(await held.fetch(2)).toEqual([3, 4])
    expect(await db.value("select name from pg_cursors where is_holdable")).toBe('My "c')
    expect(await held.fetchAll()).toEqual([5])
    await held.close()
    expect(await db.value("select count(*)::int from pg_cursors where is_holdable")).toBe(0)
  })

  it("refuses what it cannot do, and leaves the connection usable", async () => {
    await expect(db.cursor("select nonsense")).rejects.toBeInstanceOf(errors.UndefinedColumn)
    await expect(db.cursor("insert into t values (1)")).rejects.toBeInstanceOf(errors.SyntaxError)
    await expect(db.cursor("select 1", [], { batchSize: 0 })).rejects.toThrow("batchSize")
    await db.transaction(async (tx) => {
      const cursor = await tx.cursor("select 1")
      await expect(cursor.scroll(-1)).rejects.toThrow("scroll: true")
      await expect(cursor.fetch(-1)).rejects.toThrow("scroll: true")
      await expect(cursor.fetch(1.5)).rejects.toThrow("must be an integer")
      expect(await cursor.fetch(1)).toHaveLength(1)
    })
    const failing = await db.cursor("select 1 / (2 - n) from generate_series(1, 3) n")
    await expect(failing.fetch(3)).rejects.toBeInstanceOf(errors.DivisionByZero)
    await failing.close()
    expect(db.info.transactionStatus).toBe("idle")
  })
})

describe("large objects", () => {
  it("are read, written and cut at any position, beyond 2 GB too", async () => {
    const oid = await db.largeObjects.create()
    await using object = await db.largeObjects.open(oid, "rw")
    await object.write("hello ")
    await object.write(Buffer.from("world"))
    expect(await object.tell()).toBe(11n)
    expect(await object.seek(-5, "end")).toBe(6n)
    expect(String(await object.read())).toBe("world")
    expect(await object.seek(0)).toBe(0n)
    expect(String(await object.read(5))).toBe("hello")
    expect(await object.seek(1n, "current")).toBe(6n)
    await object.seek(3_000_000_000n)
    await object.write("far")
    expect(await object.size()).toBe(3_000_000_003n)
    await object.seek(-4n, "current")
    expect([...(await object.read(10))]).toEqual([0, 0x66, 0x61, 0x72])
    await object.truncate(5)
    expect(await object.size()).toBe(5n)
    await db.largeObjects.unlink(oid)
  })

  it("come from any source and go to any stream, byte for byte", async () => {
    const path = join(folder, "blob")
    const bytes = Buffer.from(Array.from({ length: 1_000_000 }, (_, i) => (i * 31) % 251))
    await writeFile(path, bytes)
    const oid = await db.largeObjects.import(createReadStream(path))
    await pipeline(db.largeObjects.export(oid).toReadable(), createWriteStream(`${path}.out`))
    expect(bytes.equals(await readFile(`${path}.out`))).toBe(true)
    const other = await db.largeObjects.create()
    await using object = await db.largeObjects.open(other, "rw")
    await pipeline(createReadStream(path), object.writable())
    await object.seek(0)
    expect(bytes.equals(Buffer.concat(await collect(object.readable())))).toBe(true)
    await db.largeObjects.unlink(oid)
    await db.largeObjects.unlink(other)
  })

  it("are made whole or not at all, and go with their transaction", async () => {
    const countObjects = (): Promise<unknown> => db.value("select count(*)::int from pg_largeobject_metadata")
    const before = await countObjects()
    const failing = function* (): Generator<string> {
      yield "x"
      throw new Error("the source broke")
    }
    await expect(db.largeObjects.import(failing())).rejects.toThrow("the source broke")
    const never = async function* (): AsyncGenerator<string> {
      yield "x"
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    const signal = AbortSignal.timeout(20)
    await expect(db.largeObjects.import(never(), { signal })).rejects.toMatchObject({ name: "TimeoutError" })
    await db.transaction(
      async (tx) => {
        const oid = await tx.largeObjects.import("abc")
        const object = await tx.largeObjects.open(oid)
        expect(String(await object.read())).toBe("abc")
      },
      { forceRollback: true },
    )
    expect(await countObjects()).toBe(before)
  })

  it("refuse what their mode does not allow, and what is not there", async () => {
    const oid = await db.largeObjects.create()
    const reading = await db.largeObjects.open(oid)
    expect(() => reading.write("x")).toThrow('open as "r"')
    const writing = await db.largeObjects.open(oid, "w")
    expect(() => writing.read()).toThrow('open as "w"')
    await expect(reading.seek(-1)).rejects.toThrow("0 or more")
    await reading.close()
    expect(() => reading.read()).toThrow("closed")
    await db.largeObjects.unlink(oid)
    await expect(db.largeObjects.open(oid)).rejects.toBeInstanceOf(errors.UndefinedObject)
    await expect(db.largeObjects.open(oid, "x" as never)).rejects.toThrow('"r", "w" or "rw"')
    await expect(collect(db.largeObjects.export(oid))).rejects.toBeInstanceOf(errors.UndefinedObject)
  })
})
