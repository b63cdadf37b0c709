import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Connection, connect, errors, Pool } from "../../../src/index.ts"
import { sharedServer } from "../../support/test-server.ts"
import { within } from "../../support/within.ts"
import { failure, openPool, pidOf, until } from "./open-pool.ts"

let admin: Connection

beforeAll(async () => {
  admin = await connect(sharedServer.url)
})

afterAll(() => admin.close())

describe("hooks", () => {
  it("configure, check and reset each connection, and are told when it leaves", async () => {
    const told: string[] = []
    const pool = openPool({
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
    const pool = openPool({
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
    const failing = openPool({ acquireTimeout: 1000, onConnect: () => Promise.reject(new Error("not configured")) })
    const error = await failure(failing.acquire())
    expect(error).toBeInstanceOf(errors.PoolTimeoutError)
    expect((error as Error).cause).toMatchObject({ message: "not configured" })
    await failing.close()
    expect(failing.stats().size).toBe(0)

    const hanging = openPool({ hookTimeout: 30, acquireTimeout: 200, onAcquire: () => new Promise(() => {}) })
    expect(await failure(hanging.acquire())).toBeInstanceOf(errors.PoolTimeoutError)
    await until(() => hanging.stats().busy === 0)

    const leaving = openPool({ acquireTimeout: 1000, onConnect: (connection) => connection.query("begin") })
    expect((await failure(leaving.acquire())) as Error).toHaveProperty("cause.name", "UsageError")

    const resetting = openPool({ max: 1, onRelease: () => false })
    const pid = await resetting.use(async (connection) => connection.value`select pg_backend_pid()`)
    expect(await resetting.use(async (connection) => connection.value`select pg_backend_pid()`)).not.toBe(pid)

    for (const onRemove of [() => JSON.parse("{"), async () => JSON.parse("{")]) {
      const removing = openPool({ max: 1, onRemove })
      await removing.use((connection) => connection.destroy())
      expect(await removing.value`select 1`).toBe(1)
    }
  })

  it.each([undefined, null, "no"])("that throw %o fail like any other", async (thrown) => {
    const pool = openPool({ acquireTimeout: 200, onConnect: () => Promise.reject(thrown) })
    const error = await failure(pool.acquire())
    expect(error).toBeInstanceOf(errors.PoolTimeoutError)
    expect(error).toHaveProperty("cause.message", expect.stringContaining("the hook onConnect threw"))
    expect(await failure(pool.listen("hooks", () => {}))).toBeInstanceOf(errors.UsageError)
  })

  it("that never end do not hold up the end of the pool", async () => {
    let begun: () => void = () => {}
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve
    })
    const pool = openPool({
      onConnect: () => {
        begun()
        return new Promise(() => {})
      },
    })
    const waiting = failure(pool.acquire())
    await hasBegun
    await within("close", pool.close({ timeout: 0 }))
    expect(await waiting).toBeInstanceOf(errors.PoolClosedError)
  })

  it("are told why a connection was lost, whether somebody used it or not", async () => {
    const reasons = new Map<unknown, unknown>()
    const pool = openPool({ max: 2, onRemove: ({ backendPid }, reason) => reasons.set(backendPid, reason) })
    const [used, idle] = await Promise.all([pool.acquire(), pool.acquire()])
    const pids = [pidOf(used), pidOf(idle)]
    idle.release()
    const running = failure(used.query`select pg_sleep(60)`)
    await admin.query`select pg_terminate_backend(pid) from unnest(${pids}::int4[]) pid`
    await running
    used.release()
    await until(() => reasons.size === 2)
    for (const pid of pids) {
      expect(reasons.get(pid)).toBeInstanceOf(errors.AdminShutdown)
    }
    expect(pool.stats().lost).toBe(2)
  })

  it("keep no hold on a connection after they are done", async () => {
    let kept: Connection | undefined
    const pool = openPool({
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
    const pool = openPool({
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
    const pool = openPool({ max: 2, healthCheckAfter: 0 })
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
    const pool = openPool({ min: 2, max: 4 })
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

  it("does not wait for its minimum for longer than it was told, when the first connection took all the time", async () => {
    let connections = 0
    const pool = openPool({
      min: 2,
      onConnect: () => {
        if (connections++ > 0) throw new Error("no more")
        for (const end = performance.now() + 60; performance.now() < end; );
      },
    })
    const opened = failure(pool.open({ wait: true, timeout: 50 }))
    expect(await within("open", opened)).toBeInstanceOf(errors.PoolTimeoutError)
  })

  it("shrinks and grows when it is told to", async () => {
    const pool = openPool({ max: 3 })
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
    const pool = openPool({ max: 2 })
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
    const pool = openPool({ max: 1, applicationName: "pool to close" })
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
    const pool = openPool({ max: 1 })
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
    const pool = openPool({ max: 2 })
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
    const pool = openPool({ max: 1, name: "shop", leakTimeout: 20 })
    const warned = new Promise<Error>((resolve) => process.once("warning", resolve))
    const connection = await pool.acquire()
    const warning = await warned
    expect(warning).toMatchObject({ name: "PoolLeakWarning", message: expect.stringContaining('the pool "shop"') })
    expect(warning.stack).toContain("pool.test.ts")
    connection.release()
  })

  it("shows a queued caller's own line in the stack of an error", async () => {
    const pool = openPool({ max: 1 })
    const connection = await pool.acquire()
    const queued = (async function callerOfTheQuery() {
      await pool.query("select 1 / 0")
    })()
    connection.release()
    expect(((await failure(queued)) as Error).stack).toContain("callerOfTheQuery")
  })
})
