import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Connection, connect, errors, sql } from "../../../src/index.ts"
import { sharedServer } from "../../support/test-server.ts"
import { failure, openPool, until } from "./open-pool.ts"

let admin: Connection

beforeAll(async () => {
  admin = await connect(sharedServer.url)
})

afterAll(() => admin.close())

describe("queries on the pool itself", () => {
  it("run in all three forms, and give all kinds of results", async () => {
    const pool = openPool()
    expect(await pool.rows`select ${1}::int4 as n`).toEqual([{ n: 1 }])
    expect(await pool.value("select $1::text", ["a"])).toBe("a")
    expect(await pool.one(sql`select ${2}::int4 as n`)).toEqual({ n: 2 })
    expect(await pool.first`select 1 where false`).toBeUndefined()
    expect((await pool.query`select generate_series(1, 3)`).rowCount).toBe(3)
    expect((await pool.execute("select 1; select 2")).map(({ rows }) => rows)).toHaveLength(2)
  })

  it("open nothing before the first one", async () => {
    const pool = openPool({ min: 2 })
    expect(pool.stats().size).toBe(0)
    await pool.value`select 1`
    expect(pool.stats().size).toBeGreaterThan(0)
  })

  it("that fail cost no connection", async () => {
    const pool = openPool({ max: 1 })
    const pid = await pool.value`select pg_backend_pid()`
    for (let i = 0; i < 3; i++) expect(await failure(pool.query`select 1 / 0`)).toBeInstanceOf(errors.DivisionByZero)
    expect(await failure(pool.query("select $1::int4", ["x"]))).toBeInstanceOf(errors.PglineError)
    expect(await failure(pool.query(17 as unknown as string))).toBeInstanceOf(errors.UsageError)
    expect(await pool.value`select pg_backend_pid()`).toBe(pid)
    expect(pool.stats()).toMatchObject({ opened: 1, returnedBad: 0, idle: 1 })
  })

  it("share connections when all are busy, each with its own answer", async () => {
    const pool = openPool({ max: 2 })
    // A statement has to show that it is quick before others may stand behind it.
    for (let round = 0; pool.stats().shared === 0; round++) {
      const values = await Promise.all(
        Array.from({ length: 300 }, (_, i) => pool.value("select $1::int4", [round + i])),
      )
      expect(values).toEqual(Array.from({ length: 300 }, (_, i) => round + i))
    }
    expect(pool.stats().size).toBe(2)
  })

  it("do not wait behind a slow one while another connection is free", async () => {
    const pool = openPool({ max: 2 })
    await admin.query`select pg_advisory_lock(20261120)`
    await pool.value("select 1")
    await pool.value("select 1")
    // Held up until the lock is free, which it is not before all others are answered.
    const held = pool.value("select pg_advisory_xact_lock_shared(20261120)")
    const quick = Array.from({ length: 200 }, () => pool.value("select 1"))
    expect(await Promise.all(quick)).toEqual(quick.map(() => 1))
    expect(pool.stats().busy).toBe(1)
    await admin.query`select pg_advisory_unlock(20261120)`
    await held
  })

  it("stand behind another one, slow as it is, when there are more of them than connections", async () => {
    const pool = openPool({ max: 2 })
    // How near the server is shows in quick statements alone; opening takes long on a busy machine, and sleeping too.
    for (let i = 0; i < 20; i++) await pool.query("select 1")
    const { shared } = pool.stats()
    while (pool.stats().shared === shared) {
      await Promise.all(Array.from({ length: 20 }, () => pool.query("select pg_sleep(0.01)")))
    }
  })

  it("that begin a transaction or change the session take nobody else with them", async () => {
    const pool = openPool({ max: 1 })
    await admin.query`create table if not exists pool_begin (id int4)`
    await admin.query`truncate pool_begin`
    await pool.query("insert into pool_begin values ($1)", [0])
    const calls = [
      pool.query("begin"),
      ...[1, 2, 3].map((id) => pool.query("insert into pool_begin values ($1)", [id])),
      pool.query("set search_path = nowhere"),
      pool.query("insert into public.pool_begin values ($1)", [4]),
    ]
    await Promise.all(calls)
    expect(await admin.value`select count(*)::int4 from pool_begin`).toBe(5)
    await admin.query`drop table pool_begin`
  })

  it("obey a signal and a timeout, waiting or running", async () => {
    const pool = openPool({ max: 1 })
    const abort = new AbortController()
    const running = pool.query("select pg_sleep(60)", [], { signal: abort.signal })
    const waiting = pool.query("select 1", [], { timeout: 20 })
    expect(await failure(waiting)).toBeInstanceOf(errors.PoolTimeoutError)
    abort.abort(new Error("enough"))
    expect(await failure(running)).toMatchObject({ message: "enough" })
    expect(await failure(pool.query("select pg_sleep(60)", [], { timeout: 200 }))).toBeInstanceOf(errors.TimeoutError)
    expect(await failure(pool.execute("select pg_sleep(60)", { timeout: 200 }))).toBeInstanceOf(errors.TimeoutError)
    const gone = failure(pool.query("select 1", [], { signal: AbortSignal.abort(new Error("before")) }))
    expect(await gone).toMatchObject({ message: "before" })
    expect(await failure(pool.query("select 1", [], { signal: {} as AbortSignal }))).toBeInstanceOf(errors.UsageError)
    expect(await pool.value`select 1`).toBe(1)
  })

  it("go to another connection when theirs was gone before they were sent", async () => {
    const pool = openPool({ max: 1 })
    for (let i = 0; i < 5; i++) {
      const pid = await pool.value<number>`select pg_backend_pid()`
      await admin.query`select pg_terminate_backend(${pid})`
      await until(() => pool.stats().size === 0)
      expect(await pool.value`select ${i}::int4`).toBe(i)
    }
  })
})
