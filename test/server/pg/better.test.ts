/** Where the face of `pg` is better than `pg`: each is listed in docs/from-node-postgres.md. */

import { text as readText } from "node:stream/consumers"
import { pipeline } from "node:stream/promises"
import { expect, it } from "vitest"
import pg, { Client, Cursor, copyStreams, Pool, Query, QueryStream } from "../../../src/pg/index.ts"
import { config, withClient } from "./with-client.ts"

it("keeps a pool's connection behind a query that the server has refused", async () => {
  const pool = new Pool({ ...config, max: 1 })
  const pidOf = async (): Promise<unknown> => (await pool.query("select pg_backend_pid() as pid")).rows[0].pid
  const before = await pidOf()
  await expect(pool.query("select nosuch")).rejects.toMatchObject({ code: "42703" })
  expect(await pidOf()).toBe(before)
  await pool.end()
})

it("gives up a pool's connection that a refused script has left in a transaction", async () => {
  const pool = new Pool({ ...config, max: 1 })
  const before = (await pool.query("select pg_backend_pid() as pid")).rows[0].pid
  await expect(pool.query("begin; select 1/0")).rejects.toMatchObject({ code: "22012" })
  const { rows } = await pool.query("select pg_backend_pid() as pid")
  expect(rows[0].pid).not.toBe(before)
  await pool.end()
})

it("ends no process when a session is terminated and nobody listens", async () => {
  const pool = new Pool({ ...config, max: 1 })
  const client = new Client(config)
  await client.connect()
  const ended = new Promise((resolve) => client.once("end", resolve))
  const { rows } = await pool.query("select pg_terminate_backend($1) as done", [client.processID])
  expect(rows).toEqual([{ done: true }])
  await ended
  await expect(client.query("select 1")).rejects.toThrow("not queryable")
  const removed = new Promise((resolve) => pool.once("remove", resolve))
  const idle = await pool.connect()
  idle.release()
  await withClient((other) => other.query("select pg_terminate_backend($1)", [idle.processID]))
  await removed
  expect((await pool.query("select 'again' as it")).rows).toEqual([{ it: "again" }])
  await pool.end()
})

it("cancels on the server what takes too long, from a pool too", async () => {
  const pool = new Pool({ ...config, max: 1, query_timeout: 100 })
  await expect(pool.query("select pg_sleep(60), 'too long'")).rejects.toThrow("Query read timeout")
  const { rows } = await pool.query(
    "select count(*)::int as n from pg_stat_activity where state = 'active' and query like 'select pg_sleep(60), ''too%'",
  )
  expect(rows).toEqual([{ n: 0 }])
  expect(pool.totalCount).toBe(1)
  await pool.end()
})

it("stays usable after text that is no string", async () => {
  await withClient(async (client) => {
    expect(() => client.query({ name: "n", text: 5 as never })).toThrow(TypeError)
    expect((await client.query("select 1 as a")).rows).toEqual([{ a: 1 }])
  })
})

it("refuses 65 536 values, and calls back once", async () => {
  await withClient(async (client) => {
    const told: unknown[] = []
    client.query("select $1::int", new Array(65_536).fill(1), (error) => told.push(error?.message))
    await client.query("select 1")
    expect(told).toEqual(["a query can have at most 65535 values, got 65536"])
  })
})

it("rejects text that cannot be sent, and sends nothing", async () => {
  await withClient(async (client) => {
    await expect(client.query("select 1\0")).rejects.toThrow("NUL")
    await expect(client.query("select '\ud800'")).rejects.toThrow("surrogate")
    await expect(client.query({ name: "n\0", text: "select 1" })).rejects.toThrow("NUL")
    expect((await client.query("select 1 as a")).rows).toEqual([{ a: 1 }])
  })
})

it("reads text behind a change of the encoding", async () => {
  await withClient(async (client) => {
    await client.query("set client_encoding = 'latin1'")
    expect((await client.query("select 'é' as a")).rows).toEqual([{ a: "é" }])
  })
})

it("keeps the name of a statement whose values could not be prepared", async () => {
  await withClient(async (client) => {
    const statement = { name: "kept", text: "select $1::text as a" }
    const refuse = (): never => {
      throw new RangeError("no")
    }
    await expect(client.query({ ...statement, values: [{ toPostgres: refuse }] })).rejects.toThrow(RangeError)
    expect((await client.query({ ...statement, values: ["x"] })).rows).toEqual([{ a: "x" }])
  })
})

it("hands on the bytes of binary results", async () => {
  await withClient(async (client) => {
    const result = await client.query({
      text: "select 300::int4 as a, 1.5::float8 as f",
      binary: true,
      queryMode: "extended",
    })
    expect(result.rows).toEqual([{ a: 300, f: 1.5 }])
  })
})

it("ends a connection that is still being made, and says so", async () => {
  const client = new Client(config)
  const connecting = expect(client.connect()).rejects.toThrow("Connection terminated")
  await client.end()
  await connecting
})

it("has a default export with everything", () => {
  expect(pg.Pool).toBe(Pool)
  expect(pg.Query).toBe(Query)
  expect(pg.native).toBeNull()
})

it("reads in portions with its own Cursor", async () => {
  await withClient(async (client) => {
    const cursor = client.query(new Cursor("select generate_series(1, $1::int) as n", [5]))
    const portions = [await cursor.read(2), await cursor.read(2), await cursor.read(2), await cursor.read(2)]
    expect(portions.map((rows) => rows.map(({ n }) => n))).toEqual([[1, 2], [3, 4], [5], []])
    await cursor.close()
    const wrong = client.query(new Cursor("select nosuch"))
    await expect(wrong.read(1)).rejects.toMatchObject({ code: "42703" })
    await expect(wrong.read(1)).rejects.toMatchObject({ code: "42703" })
    await wrong.close()
    expect((await client.query("select 1 as a")).rows).toEqual([{ a: 1 }])
  })
})

it("answers reads of its own Cursor in order, though none was awaited", async () => {
  await withClient(async (client) => {
    const cursor = client.query(new Cursor("select generate_series(1, 3) as n"))
    const reads = await Promise.all([cursor.read(1), cursor.read(1), cursor.read(5), cursor.read(5)])
    expect(reads.map((rows) => rows.length)).toEqual([1, 1, 1, 0])
    await cursor.close()
  })
})

it("streams with its own QueryStream, and stops when the loop is left", async () => {
  await withClient(async (client) => {
    let sum = 0
    for await (const { n } of client.query(new QueryStream("select generate_series(1, 1000) as n"))) sum += n
    expect(sum).toBe(500_500)
    let seen = 0
    for await (const _ of client.query(
      new QueryStream("select generate_series(1, 100000) as n", [], { batchSize: 5 }),
    )) {
      if (++seen === 12) break
    }
    const failing = client.query(new QueryStream("select 1 / (3 - n) from generate_series(1, 5) n"))
    await expect(failing.toArray()).rejects.toMatchObject({ code: "22012" })
    expect((await client.query("select 1 as a")).rows).toEqual([{ a: 1 }])
  })
})

it("copies with its own streams", async () => {
  await withClient(async (client) => {
    await client.query("create temp table t (a int, b text)")
    const into = client.query(copyStreams.from("copy t from stdin"))
    await pipeline(
      Array.from({ length: 5000 }, (_, i) => `${i}\trow ${i}\n`),
      into,
    )
    expect(into.rowCount).toBe(5000)
    const outOf = client.query(copyStreams.to("copy (select * from t order by a limit 3) to stdout csv"))
    expect(await readText(outOf)).toBe("0,row 0\n1,row 1\n2,row 2\n")
    expect(outOf.rowCount).toBe(3)
    const wrong = client.query(copyStreams.from("copy t from stdin"))
    await expect(pipeline(["x\ty\n"], wrong)).rejects.toMatchObject({ code: "22P02" })
    const cut = async function* (): AsyncGenerator<string> {
      yield "1\ty\n"
      throw new RangeError("broken")
    }
    await expect(pipeline(cut(), client.query(copyStreams.from("copy t from stdin")))).rejects.toThrow("broken")
    await expect(readText(client.query(copyStreams.to("copy nosuch to stdout")))).rejects.toMatchObject({
      code: "42P01",
    })
    expect((await client.query("select count(*)::int as n from t")).rows).toEqual([{ n: 5000 }])
  })
})

it("runs nothing for a stream that was given up while it waited", async () => {
  await withClient(async (client) => {
    const running = client.query("select 1 as a")
    const cursor = client.query(new Cursor("select generate_series(1, 3) as n"))
    await cursor.close()
    const stream = client.query(new QueryStream("select generate_series(1, 3) as n"))
    stream.destroy()
    const copy = client.query(copyStreams.from("copy nosuch from stdin"))
    copy.destroy()
    await running
    expect((await client.query("select 2 as b")).rows).toEqual([{ b: 2 }])
  })
})

it("runs its own streams in a pipeline of none of its kind only", async () => {
  await withClient(
    async (client) => {
      const cursor = client.query(new Cursor("select 1"))
      await expect(cursor.read(1)).rejects.toThrow("not supported in pipeline mode")
      expect((await client.query("select 1 as a")).rows).toEqual([{ a: 1 }])
    },
    { pipeline: true },
  )
})
