/** Cursors and large objects as they are used, and what becomes of bad input. */

import { createReadStream, createWriteStream } from "node:fs"
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { pipeline } from "node:stream/promises"
import { describe, expect, it } from "vitest"
import { type Connection, errors, sql } from "../../../src/index.ts"
import { collect, useOwnSchema } from "./own-schema.ts"

let db: Connection
let folder: string

useOwnSchema("moving_cursors", (place) => {
  db = place.db
  folder = place.folder
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
    await expect(reading.write("x")).rejects.toThrow('open as "r"')
    const writing = await db.largeObjects.open(oid, "w")
    await expect(writing.read()).rejects.toThrow('open as "w"')
    await expect(reading.seek(-1)).rejects.toThrow("0 or more")
    await reading.close()
    await expect(reading.read()).rejects.toThrow("closed")
    await db.largeObjects.unlink(oid)
    await expect(db.largeObjects.open(oid)).rejects.toBeInstanceOf(errors.UndefinedObject)
    await expect(db.largeObjects.open(oid, "x" as never)).rejects.toThrow('"r", "w" or "rw"')
    await expect(collect(db.largeObjects.export(oid))).rejects.toBeInstanceOf(errors.UndefinedObject)
  })
})
