import { describe, expect, it } from "vitest"
import { errors } from "../../../src/index.ts"
import { failure, openPool, pidOf } from "./open-pool.ts"

describe("a connection of one's own", () => {
  it("is nobody else's until it is released, and refuses everything afterwards", async () => {
    const pool = openPool({ max: 1 })
    const connection = await pool.acquire()
    expect(await connection.value`select 1`).toBe(1)
    const waiting = pool.acquire()
    const tx = await connection.begin()
    await tx.query`select 1`
    connection.release()
    expect(connection.isReleased).toBe(true)
    expect(connection.isClosed).toBe(true)
    expect(() => connection.release()).toThrow(errors.ConnectionReleasedError)
    for (const late of [
      () => connection.query`select 1`,
      () => connection.execute("select 1"),
      () => connection.transaction(async () => {}),
      () => connection.begin(),
      () => connection.pipeline(async () => {}),
      () => connection.prepare("select 1"),
      () => tx.query`select 1`,
      () => tx.commit(),
    ]) {
      expect(await failure(late())).toBeInstanceOf(errors.ConnectionReleasedError)
    }
    const next = await waiting
    expect(next.info.transactionStatus).toBe("idle")
    await connection.close()
    connection.destroy()
    expect(await next.value`select 2`, "the old user can do nothing to the new one").toBe(2)
    next.release()
  })

  it("goes back by `await using`, by `use`, and when its user throws", async () => {
    const pool = openPool({ max: 1 })
    {
      await using connection = await pool.acquire()
      await connection.query`select 1`
    }
    expect(await pool.use((connection) => connection.value`select 2`)).toBe(2)
    expect(await failure(pool.use(() => Promise.reject(new Error("mine"))))).toMatchObject({ message: "mine" })
    await pool.use((connection) => connection.release())
    expect(pool.stats()).toMatchObject({ opened: 1, idle: 1 })
  })

  it("is closed when it is released with an error, or destroyed", async () => {
    const pool = openPool({ max: 1 })
    const first = await pool.acquire()
    const pid = pidOf(first)
    first.release(new Error("not well"))
    const second = await pool.acquire()
    expect(pidOf(second)).not.toBe(pid)
    const running = failure(second.query`select pg_sleep(60)`)
    second.destroy()
    expect(await running).toBeInstanceOf(errors.ConnectionError)
    const third = await pool.acquire()
    third.release(false)
    expect(pool.stats()).toMatchObject({ returnedBad: 2, idle: 1 })
  })

  it("is rolled back, and stopped listening, when its user has forgotten to", async () => {
    const pool = openPool({ max: 1 })
    const connection = await pool.acquire()
    await connection.query("create temporary table kept (id int4)")
    await connection.query("begin")
    await connection.query("insert into kept values (1)")
    await connection.listen("pool_channel", () => {})
    connection.release()
    const next = await pool.acquire()
    expect(next.info.transactionStatus).toBe("idle")
    expect(await next.value`select count(*)::int4 from kept`).toBe(0)
    expect(await next.rows`select * from pg_listening_channels()`).toEqual([])
    next.release()
    expect(pool.stats().opened).toBe(1)
  })

  it("with something still running is lent again when that is over", async () => {
    const pool = openPool({ max: 1 })
    const connection = await pool.acquire()
    const running = connection.value`select 1 from pg_sleep(0.05)`
    connection.release()
    const next = await pool.acquire()
    expect(await running).toBe(1)
    expect(await next.value`select 2`).toBe(2)
    next.release()
    expect(pool.stats().opened).toBe(1)
  })
})

describe("what is left of a session", () => {
  it("everything, by default", async () => {
    const pool = openPool({ max: 1 })
    await pool.use((connection) => connection.query("set application_name = 'left behind'"))
    expect(await pool.value("show application_name")).toBe("left behind")
  })

  it('nothing, with reset: "discard", though prepared statements stay', async () => {
    const pool = openPool({ max: 1, reset: "discard", applicationName: "as configured" })
    const text = "select count(*)::int4 from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()"
    for (let round = 0; round < 3; round++) {
      await pool.use(async (connection) => {
        expect(await connection.value("show application_name")).toBe("as configured")
        expect(await connection.value(text)).toBe(0)
        expect(await connection.value("select to_regclass('left_behind')::text")).toBeNull()
        await connection.execute(`
          set application_name = 'left behind';
          set session authorization pg_monitor; reset session authorization;
          create temporary table left_behind ();
          select pg_advisory_lock(7);
          declare c cursor with hold for select 1;
          listen left_behind
        `)
      })
    }
    await pool.query("set statement_timeout = 12345")
    expect(await pool.value("show statement_timeout")).toBe("0")
    expect(pool.stats()).toMatchObject({ opened: 1, lost: 0 })
  })

  it("what a function of one's own makes of it", async () => {
    const released: number[] = []
    const pool = openPool({
      max: 1,
      onRelease: async (connection) => {
        released.push(connection.info.backendPid as number)
        await connection.query("reset application_name")
      },
    })
    await pool.use((connection) => connection.query("set application_name = 'left behind'"))
    expect(await pool.value("show application_name")).not.toBe("left behind")
    expect(released.length).toBeGreaterThan(0)
  })
})

describe("waiting", () => {
  it("ends by the deadline, by a signal, and at once when too many wait", async () => {
    const pool = openPool({ max: 1, maxWaiting: 2, acquireTimeout: 30 })
    const connection = await pool.acquire({ timeout: 0 })
    const abort = new AbortController()
    const timed = failure(pool.acquire())
    const aborted = failure(pool.acquire({ signal: abort.signal, timeout: 0 }))
    expect(await failure(pool.acquire())).toBeInstanceOf(errors.TooManyWaitersError)
    expect(await failure(pool.query`select 1`)).toBeInstanceOf(errors.TooManyWaitersError)
    abort.abort(new Error("enough"))
    expect(await aborted).toMatchObject({ message: "enough" })
    const error = await timed
    expect(error).toBeInstanceOf(errors.PoolTimeoutError)
    expect(error).toMatchObject({
      safeToRetry: true,
      transient: true,
      message: expect.stringContaining("all 1 are in use"),
    })
    expect(await failure(pool.acquire({ timeout: -1 }))).toBeInstanceOf(errors.ConfigError)
    expect(await failure(pool.acquire({ signal: "x" as unknown as AbortSignal }))).toBeInstanceOf(errors.UsageError)
    connection.release()
    expect(pool.stats()).toMatchObject({ waiting: 0, idle: 1, refused: 4 })
  })

  it("tells why connecting fails, and not before its own deadline", async () => {
    const pool = openPool({ acquireTimeout: 1000 }, "host=127.0.0.1 port=1")
    const error = await failure(pool.acquire())
    expect(error).toBeInstanceOf(errors.PoolTimeoutError)
    expect((error as Error).cause).toBeInstanceOf(errors.ConnectionError)
    expect(pool.stats()).toMatchObject({ opened: 0, waiting: 0, lastError: expect.any(errors.ConnectionError) })
  })

  it("ends at once where trying again cannot help", async () => {
    const pool = openPool({ database: "no_such_database", acquireTimeout: 0 })
    expect(await failure(pool.query`select 1`)).toMatchObject({ code: "3D000" })
    const wrong = openPool({ password: "wrong", acquireTimeout: 0 })
    expect(await failure(wrong.open({ wait: true }))).toMatchObject({ code: "28P01" })
  })
})
