import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import {
  type Connection,
  connect,
  errors,
  Pool,
  type PooledConnection,
  type PoolOptions,
  sql,
} from "../../../src/index.ts"
import { sharedServer } from "../../support/test-server.ts"

let admin: Connection
const pools: Pool[] = []

beforeAll(async () => {
  admin = await connect(sharedServer.url)
})

afterAll(() => admin.close())

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close({ timeout: 0 })))
})

/** A pool that is closed after the test. */
function open(options: PoolOptions = {}): Pool {
  const pool = new Pool(sharedServer.url, { max: 2, ...options })
  pools.push(pool)
  return pool
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error("should have failed")
    },
    (error: unknown) => error,
  )
}

/** Waits until something is so; the test's own time limit is the limit. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5))
}

const pidOf = (connection: PooledConnection): number => connection.info.backendPid as number

describe("queries on the pool itself", () => {
  it("run in all three forms, and give all kinds of results", async () => {
    const pool = open()
    expect(await pool.rows`select ${1}::int4 as n`).toEqual([{ n: 1 }])
    expect(await pool.value("select $1::text", ["a"])).toBe("a")
    expect(await pool.one(sql`select ${2}::int4 as n`)).toEqual({ n: 2 })
    expect(await pool.first`select 1 where false`).toBeUndefined()
    expect((await pool.query`select generate_series(1, 3)`).rowCount).toBe(3)
    expect((await pool.execute("select 1; select 2")).map(({ rows }) => rows)).toHaveLength(2)
  })

  it("open nothing before the first one", async () => {
    const pool = open({ min: 2 })
    expect(pool.stats().size).toBe(0)
    await pool.value`select 1`
    expect(pool.stats().size).toBeGreaterThan(0)
  })

  it("that fail cost no connection", async () => {
    const pool = open({ max: 1 })
    const pid = await pool.value`select pg_backend_pid()`
    for (let i = 0; i < 3; i++) expect(await failure(pool.query`select 1 / 0`)).toBeInstanceOf(errors.DivisionByZero)
    expect(await failure(pool.query("select $1::int4", ["x"]))).toBeInstanceOf(errors.PglineError)
    expect(await failure(pool.query(17 as unknown as string))).toBeInstanceOf(errors.UsageError)
    expect(await pool.value`select pg_backend_pid()`).toBe(pid)
    expect(pool.stats()).toMatchObject({ opened: 1, returnedBad: 0, idle: 1 })
  })

  it("share connections when all are busy, each with its own answer", async () => {
    const pool = open({ max: 2 })
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
    const pool = open({ max: 2 })
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

  it("that begin a transaction or change the session take nobody else with them", async () => {
    const pool = open({ max: 1 })
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
    const pool = open({ max: 1 })
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
    const pool = open({ max: 1 })
    for (let i = 0; i < 5; i++) {
      const pid = await pool.value<number>`select pg_backend_pid()`
      await admin.query`select pg_terminate_backend(${pid})`
      await until(() => pool.stats().size === 0)
      expect(await pool.value`select ${i}::int4`).toBe(i)
    }
  })
})

describe("a connection of one's own", () => {
  it("is nobody else's until it is released, and refuses everything afterwards", async () => {
    const pool = open({ max: 1 })
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
    const pool = open({ max: 1 })
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
    const pool = open({ max: 1 })
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
    const pool = open({ max: 1 })
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
    const pool = open({ max: 1 })
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
    const pool = open({ max: 1 })
    await pool.use((connection) => connection.query("set application_name = 'left behind'"))
    expect(await pool.value("show application_name")).toBe("left behind")
  })

  it('nothing, with reset: "discard", though prepared statements stay', async () => {
    const pool = open({ max: 1, reset: "discard", applicationName: "as configured" })
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
    const pool = open({
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
    const pool = open({ max: 1, maxWaiting: 2, acquireTimeout: 30 })
    const connection = await pool.acquire()
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
    const pool = new Pool("host=127.0.0.1 port=1", { acquireTimeout: 60 })
    pools.push(pool)
    const error = await failure(pool.acquire())
    expect(error).toBeInstanceOf(errors.PoolTimeoutError)
    expect((error as Error).cause).toBeInstanceOf(errors.ConnectionError)
    expect(pool.stats()).toMatchObject({ size: 0, waiting: 0, lastError: expect.any(errors.ConnectionError) })
  })

  it("ends at once where trying again cannot help", async () => {
    const pool = open({ database: "no_such_database", acquireTimeout: 0 })
    expect(await failure(pool.query`select 1`)).toMatchObject({ code: "3D000" })
    const wrong = open({ password: "wrong", acquireTimeout: 0 })
    expect(await failure(wrong.open({ wait: true }))).toMatchObject({ code: "28P01" })
  })
})

describe("hooks", () => {
  it("configure, check and reset each connection, and are told when it leaves", async () => {
    const told: string[] = []
    const pool = open({
      max: 1,
      onConnect: async (connection) => {
        told.push("connect")
        await connection.query("set application_name = 'configured'")
      },
      onAcquire: () => told.push("acquire"),
      onRelease: () => told.push("release"),
      onRemove: (info, reason) => told.push(`remove ${info.database} ${reason}`),
    })
    expect(await pool.value("show application_name")).toBe("configured")
    await pool.use((connection) => connection.query("begin"))
    await until(() => pool.stats().idle === 1)
    await pool.close()
    expect(told).toEqual(["connect", "acquire", "release", "acquire", "release", "remove postgres undefined"])
  })

  it("that turn a connection down have it replaced", async () => {
    const pids = new Set<number>()
    const pool = open({
      max: 1,
      onAcquire: (connection) => {
        pids.add(connection.info.backendPid as number)
        if (pids.size === 1) return false
        if (pids.size === 2) throw new Error("not this one either")
        return true
      },
    })
    expect(await pool.value`select 1`).toBe(1)
    expect(pids.size).toBe(3)
    expect(pool.stats()).toMatchObject({ unfit: 2, opened: 3, size: 1 })
  })

  it("that throw, hang or leave something behind leave the accounting intact", async () => {
    const failing = open({ acquireTimeout: 50, onConnect: () => Promise.reject(new Error("not configured")) })
    const error = await failure(failing.acquire())
    expect(error).toBeInstanceOf(errors.PoolTimeoutError)
    expect((error as Error).cause).toMatchObject({ message: "not configured" })
    await until(() => failing.stats().size === 0)

    const hanging = open({ hookTimeout: 30, acquireTimeout: 200, onAcquire: () => new Promise(() => {}) })
    expect(await failure(hanging.acquire())).toBeInstanceOf(errors.PoolTimeoutError)
    await until(() => hanging.stats().busy === 0)

    const leaving = open({ acquireTimeout: 50, onConnect: (connection) => connection.query("begin") })
    expect((await failure(leaving.acquire())) as Error).toHaveProperty("cause.name", "UsageError")

    const resetting = open({ max: 1, onRelease: () => false })
    const pid = await resetting.use(async (connection) => connection.value`select pg_backend_pid()`)
    expect(await resetting.use(async (connection) => connection.value`select pg_backend_pid()`)).not.toBe(pid)

    const removing = open({ max: 1, onRemove: () => JSON.parse("{") })
    await removing.use((connection) => connection.destroy())
    expect(await removing.value`select 1`).toBe(1)
  })

  it("keep no hold on a connection after they are done", async () => {
    let kept: Connection | undefined
    const pool = open({
      onConnect: (connection) => {
        kept = connection
      },
    })
    await pool.value`select 1`
    expect(await failure((kept as Connection).query`select 1`)).toBeInstanceOf(errors.ConnectionReleasedError)
  })
})

describe("health", () => {
  it("replaces a connection that does not answer before anybody gets it", async () => {
    let isSick = false
    const checked: number[] = []
    const pool = open({
      max: 1,
      healthCheckAfter: 0,
      healthCheck: (connection) => {
        checked.push(connection.info.backendPid as number)
        if (isSick) throw new Error("sick")
      },
    })
    const pid = await pool.value`select pg_backend_pid()`
    isSick = true
    void until(() => pool.stats().unfit > 0).then(() => {
      isSick = false
    })
    expect(await pool.value`select pg_backend_pid()`).not.toBe(pid)
    expect(checked).toContain(pid)
  })

  it("pings after an idle spell, and on demand", async () => {
    const pool = open({ max: 2, healthCheckAfter: 0 })
    await pool.open({ wait: true })
    expect(await pool.value`select 1`).toBe(1)
    await pool.check()
    expect(pool.stats()).toMatchObject({ unfit: 0, opened: 1 })
    const pid = await pool.value<number>`select pg_backend_pid()`
    await admin.query`select pg_terminate_backend(${pid})`
    await pool.check()
    await until(() => pool.stats().size === 0)
  })
})

describe("the whole pool", () => {
  it("keeps a minimum warm, and grows on demand up to the maximum", async () => {
    const pool = open({ min: 2, max: 4 })
    await pool.open({ wait: true })
    expect(pool.stats()).toMatchObject({ size: 2, idle: 2 })
    const connections = await Promise.all([1, 2, 3, 4].map(() => pool.acquire()))
    expect(new Set(connections.map(pidOf)).size).toBe(4)
    expect(pool.stats()).toMatchObject({ size: 4, busy: 4 })
    for (const connection of connections) connection.release()
    const [idle] = connections.map(pidOf)
    await admin.query`select pg_terminate_backend(${idle})`
    await until(() => pool.stats().lost === 1 && pool.stats().size === 3)
  })

  it("shrinks and grows when it is told to", async () => {
    const pool = open({ max: 3 })
    const connections = await Promise.all([1, 2, 3].map(() => pool.acquire()))
    pool.resize({ max: 1 })
    const waiting = pool.acquire()
    for (const connection of connections) connection.release()
    ;(await waiting).release()
    await until(() => pool.stats().size === 1)
    pool.resize({ min: 2, max: 2 })
    await until(() => pool.stats().idle === 2)
    expect(() => pool.resize({ min: 3 })).toThrow(errors.ConfigError)
    expect(() => pool.resize({ max: 0 })).toThrow(errors.ConfigError)
  })

  it("replaces all its connections, those in use when they come back", async () => {
    const pool = open({ max: 2 })
    const used = await pool.acquire()
    const idle = await pool.acquire()
    const old = [pidOf(used), pidOf(idle)]
    idle.release()
    const drained = pool.drain()
    expect(await used.value`select 1`).toBe(1)
    const fresh = await pool.acquire()
    expect(old).not.toContain(pidOf(fresh))
    used.release()
    await drained
    fresh.release()
    expect(old).not.toContain(await pool.value`select pg_backend_pid()`)
  })

  it("is closed: waits end, users may finish, then nothing is left", async () => {
    const pool = open({ max: 1, applicationName: "pool to close" })
    const connection = await pool.acquire()
    const waiting = failure(pool.acquire())
    const closed = pool.close()
    expect(pool.isClosed).toBe(true)
    expect(await waiting).toBeInstanceOf(errors.PoolClosedError)
    expect(await failure(pool.acquire())).toBeInstanceOf(errors.PoolClosedError)
    expect(await failure(pool.query`select 1`)).toBeInstanceOf(errors.PoolClosedError)
    expect(await failure(pool.open())).toBeInstanceOf(errors.PoolClosedError)
    expect(await connection.value`select 1`).toBe(1)
    connection.release()
    await closed
    await pool.close()
    expect(pool.stats().size).toBe(0)
    await until(async () => {
      const count =
        await admin.value`select count(*)::int4 from pg_stat_activity where application_name = 'pool to close'`
      return count === 0
    })
  })

  it("takes connections away from those who do not finish in time", async () => {
    const pool = open({ max: 1 })
    const connection = await pool.acquire()
    const running = failure(connection.query`select pg_sleep(60)`)
    await pool.close({ timeout: 20 })
    expect(await running).toBeInstanceOf(errors.ConnectionError)
    connection.release()
    expect(pool.stats()).toMatchObject({ size: 0, busy: 0 })
  })

  it("is closed by `await using`, also when it was never used", async () => {
    const pool = new Pool(sharedServer.url)
    {
      await using inner = pool
      expect(inner.isClosed).toBe(false)
    }
    expect(pool.isClosed).toBe(true)
  })

  it("runs transactions on a connection of their own, again after a conflict", async () => {
    const pool = open({ max: 2 })
    let runs = 0
    const value = await pool.transaction(
      async (tx) => {
        runs++
        if (runs < 3) await tx.query`do $$ begin raise exception using errcode = '40001'; end $$`
        return await tx.value`select 5`
      },
      { retry: 3 },
    )
    expect({ value, runs }).toEqual({ value: 5, runs: 3 })
    expect(pool.stats()).toMatchObject({ busy: 0, opened: 1 })
  })

  it("warns of a connection that does not come back, with the place where it was taken", async () => {
    const pool = open({ max: 1, name: "shop", leakTimeout: 20 })
    const warned = new Promise<Error>((resolve) => process.once("warning", resolve))
    const connection = await pool.acquire()
    const warning = await warned
    expect(warning).toMatchObject({ name: "PoolLeakWarning", message: expect.stringContaining('the pool "shop"') })
    expect(warning.stack).toContain("pool.test.ts")
    connection.release()
  })

  it("shows a queued caller's own line in the stack of an error", async () => {
    const pool = open({ max: 1 })
    const connection = await pool.acquire()
    const queued = (async function callerOfTheQuery() {
      await pool.query("select 1 / 0")
    })()
    connection.release()
    expect(((await failure(queued)) as Error).stack).toContain("callerOfTheQuery")
  })
})

describe("options that cannot be used", () => {
  it.each<[Record<string, unknown>, string]>([
    [{ min: -1 }, "min"],
    [{ max: 0 }, "max"],
    [{ max: 1.5 }, "max"],
    [{ min: 3, max: 2 }, "min"],
    [{ acquireTimeout: Number.NaN }, "acquireTimeout"],
    [{ maxWaiting: 0 }, "maxWaiting"],
    [{ maxLifetime: "1h" }, "maxLifetime"],
    [{ maxIdle: -5 }, "maxIdle"],
    [{ healthCheck: "sometimes" }, "healthCheck"],
    [{ healthCheckAfter: -1 }, "healthCheckAfter"],
    [{ reconnectTimeout: Number.POSITIVE_INFINITY }, "reconnectTimeout"],
    [{ reset: "all" }, "reset"],
    [{ maxPipeline: 0 }, "maxPipeline"],
    [{ leakTimeout: null }, "leakTimeout"],
    [{ hookTimeout: 0 }, "hookTimeout"],
    [{ allowExitOnIdle: 1 }, "allowExitOnIdle"],
    [{ onConnect: "select 1" }, "onConnect"],
    [{ onRemove: {} }, "onRemove"],
    [{ name: 5 }, "name"],
    [{ maximum: 5 }, "maximum"],
    [{ sslmode: "perhaps" }, "sslmode"],
  ])("%o are refused by name, before anything is opened", (options, name) => {
    const make = (): Pool => new Pool(sharedServer.url, options as PoolOptions)
    expect(make).toThrow(errors.ConfigError)
    expect(make).toThrow(name)
  })
})
