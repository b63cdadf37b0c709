import { Readable } from "node:stream"
import { describe, expect, it } from "vitest"
import { type Connection, connect, errors, into, Pool, sql } from "../../../src/index.ts"
import { sharedServer } from "../../support/test-server.ts"
import { collect, countRows, useOwnSchema } from "./own-schema.ts"

let db: Connection

useOwnSchema("moving_streams", (place) => {
  db = place.db
})

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

  it("takes parameters of types that have to be looked up by their name first", async () => {
    await using fresh = await connect(sharedServer.url)
    await fresh.execute("set search_path = moving_streams, public")
    const options = { parameterTypes: ["mood"], rows: "scalar" } as const
    expect(await collect(fresh.stream("select $1", ["glad"], options))).toEqual(["glad"])
    await using other = await connect(sharedServer.url)
    await other.execute("set search_path = moving_streams, public")
    expect(await other.executeMany("select $1", [["sad"]], { ...options, returning: true })).toMatchObject({
      rows: ["sad"],
    })
    await expect(collect(other.stream("select $1", ["x"], { parameterTypes: ["nonsense"] }))).rejects.toThrow(
      "nonsense",
    )
    expect(await other.value("select 1")).toBe(1)
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
    expect(await countRows(db)).toBe(1)
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
    expect(await countRows(db)).toBe(2999)
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
      expect(await countRows(db)).toBe(0)
    }
    await expect(db.executeMany("insert into nowhere values ($1)", [[1]])).rejects.toBeInstanceOf(errors.UndefinedTable)
    await expect(db.executeMany("copy t from stdin", [[]])).rejects.toThrow("use copyIn")
    await expect(db.executeMany(insert, 5 as never)).rejects.toThrow("must be an iterable")
    await expect(db.pipeline((p) => p.executeMany(insert, []))).rejects.toThrow("cannot be part of a pipeline")
  })

  it("stands between other queries in the order of the calls", async () => {
    const calls = [db.value("select 1"), db.executeMany("insert into t values ($1)", [[1], [2]]), countRows(db)]
    expect(await Promise.all(calls)).toEqual([1, { rowCount: 2, rows: [] }, 2])
  })
})
