/**
 * The network goes silent: nothing is refused, nothing is closed, nothing comes any more. Every kind of pending operation
 * ends all the same within the bounds it was given, and when the network is back, so is the service.
 */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { type Connection, type ConnectOptions, connect, errors, Pool } from "../../../src/index.ts"
import { type BrokenProxy, startBrokenProxy } from "../../support/broken-proxy.ts"
import { sharedServer } from "../../support/test-server.ts"
import { failureOf, within } from "../../support/within.ts"

let proxy: BrokenProxy
let admin: Connection

beforeAll(async () => {
  admin = await connect(sharedServer.url)
  await admin.execute("create table hole (n int)")
})

afterAll(async () => {
  await admin.execute("drop table hole")
  await admin.close()
})

beforeEach(async () => {
  proxy = await startBrokenProxy({ host: sharedServer.host, port: sharedServer.port })
  return () => proxy[Symbol.asyncDispose]()
})

const bounds: ConnectOptions = { stallTimeout: 200, cancelTimeout: 200, applicationName: "hole" }
const through = (more: ConnectOptions = {}): Promise<Connection> =>
  within("connect", connect(proxy.urlFor(sharedServer.url), { ...bounds, connectTimeout: 10_000, ...more }))

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** What is under way when the network goes silent. */
const pending: Readonly<Record<string, (db: Connection) => Promise<unknown>>> = {
  "a query": (db) => db.query("select pg_sleep(60)"),
  "a query that waits for its turn": (db) => {
    db.query("select pg_sleep(60)").catch(() => {})
    return db.query("select 1", [], { signal: new AbortController().signal })
  },
  "a script": (db) => db.execute("select pg_sleep(60)"),
  "a statement being prepared": async (db) => {
    await admin.execute("begin; lock table hole")
    try {
      return await db.prepare("select * from hole")
    } finally {
      await admin.execute("rollback")
    }
  },
  "a transaction": (db) => db.transaction((tx) => tx.query`select pg_sleep(60)`),
  "a nested transaction": (db) => db.transaction((tx) => tx.transaction((inner) => inner.query`select pg_sleep(60)`)),
  "a pipeline": (db) => db.pipeline((p) => Promise.all([p.query`select 1`, p.query`select pg_sleep(60)`])),
  executeMany: (db) => db.executeMany("select pg_sleep($1)", [[60], [60]]),
  "a stream": async (db) => {
    for await (const _ of db.stream`select n, pg_sleep(n * 60) from generate_series(0, 1) n`);
  },
  "a stream in a transaction": (db) =>
    db.transaction(async (tx) => {
      for await (const _ of tx.stream`select n, pg_sleep(n * 60) from generate_series(0, 1) n`);
    }),
  "COPY to us": async (db) => {
    for await (const _ of db.copyOut("copy (select pg_sleep(60)) to stdout"));
  },
  "COPY from us": async (db) => {
    async function* source(): AsyncGenerator<string> {
      yield "1\n"
      await pause(150)
      for (;;) {
        yield "2\n".repeat(10_000)
        await pause(1)
      }
    }
    await db.copyIn("copy hole from stdin", source())
  },
  LISTEN: async (db) => {
    db.query("select pg_sleep(60)").catch(() => {})
    await db.listen("hole")
  },
  close: async (db) => {
    const query = db.query("select pg_sleep(60)")
    await Promise.all([query, db.close()])
  },
}

describe("the stall timeout ends", () => {
  it.each(Object.entries(pending))("%s", async (name, start) => {
    const db = await through()
    const failed = failureOf(name, start(db))
    await pause(50)
    await proxy.blackHole()
    const error = await failed
    expect(error).toBeInstanceOf(errors.ConnectionError)
    expect(error).not.toBeInstanceOf(errors.CommitUnknownError)
    expect(db.isClosed).toBe(true)
    await within("close", db.close())
  })

  it("COMMIT, whose outcome nobody knows", async () => {
    const db = await through()
    const tx = await db.begin()
    await tx.query`insert into hole values (1)`
    await proxy.blackHole()
    expect(await failureOf("commit", tx.commit())).toBeInstanceOf(errors.CommitUnknownError)
    const prepared = await through2()
    const second = await prepared.begin()
    await second.query`insert into hole values (1)`
    await proxy.blackHole()
    expect((await failureOf("prepare", second.prepare("hole"))).message).toMatch(/during PREPARE TRANSACTION/)
    await Promise.all([db.close(), prepared.close()])
  })

  /** Through the same proxy, healed. */
  async function through2(): Promise<Connection> {
    await proxy.heal()
    return through()
  }

  it("the start of a session, whether the peer accepts and is silent, or falls silent in between", async () => {
    await proxy.admit("hole")
    expect(await failureOf("silent", connect(proxy.urlFor(sharedServer.url), bounds))).toBeInstanceOf(
      errors.ConnectionError,
    )
    await proxy.admit("open")
    for (const bytes of [0, 1, 60, 300]) {
      proxy.setTrouble("toClient", { after: { bytes, ending: "hole" } })
      const connecting = connect(proxy.urlFor(sharedServer.url), bounds)
      setTimeout(() => void proxy.admit("hole"), 20) // so that a probe is not answered either
      expect(await failureOf(`after ${bytes} bytes`, connecting)).toBeInstanceOf(errors.ConnectionError)
      await proxy.admit("open")
    }
  })

  it("nothing that is slow but alive", async () => {
    const db = await through({ stallTimeout: 400 })
    expect(await within("slow", db.value`select 'slow' from pg_sleep(1.3)`)).toBe("slow")
    await within("close", db.close())
  })
})

describe("other bounds end", () => {
  it("a query with a timeout or a signal at once, and its connection when the cancel is not answered", async () => {
    for (const how of ["timeout", "signal"] as const) {
      const db = await through({ stallTimeout: 0 })
      const abort = new AbortController()
      const reason = new Error("enough")
      const query = db.query("select pg_sleep(60)", [], how === "timeout" ? { timeout: 80 } : { signal: abort.signal })
      const failed = failureOf(how, query)
      await pause(30)
      await proxy.blackHole()
      abort.abort(reason)
      const error = await failed
      if (how === "signal") expect(error).toBe(reason)
      else expect(error).toBeInstanceOf(errors.TimeoutError)
      expect(await failureOf("next", db.query("select 1"))).toMatchObject({
        name: "ConnectionError",
        safeToRetry: true,
      })
      expect(db.isClosed).toBe(true)
      await within("close", db.close())
      await proxy.heal()
    }
  })

  it("a cancel request", async () => {
    const db = await through({ stallTimeout: 0 })
    const query = db.query("select pg_sleep(60)").catch((error: unknown) => error)
    await pause(30)
    await proxy.blackHole()
    expect(await failureOf("cancel", db.cancel())).toBeInstanceOf(errors.TimeoutError)
    db.destroy()
    expect(await within("query", query)).toBeInstanceOf(errors.ConnectionError)
    await within("close", db.close())
  })

  it("close, of an idle connection and of one that is busy", async () => {
    const idle = await through({ stallTimeout: 0 })
    const busy = await through({ stallTimeout: 0 })
    const query = busy.query("select pg_sleep(60)").catch((error: unknown) => error)
    await proxy.blackHole()
    await within("close", Promise.all([idle.close(), busy.close({ timeout: 50 })]))
    expect(await query).toBeInstanceOf(errors.ConnectionError)
  })

  it("connecting, by connectTimeout and by a signal", async () => {
    await proxy.admit("hole")
    const url = proxy.urlFor(sharedServer.url)
    const late = connect(url, { connectTimeout: 50, stallTimeout: 0 })
    expect(await failureOf("timeout", late)).toBeInstanceOf(errors.TimeoutError)
    const abort = new AbortController()
    const aborted = connect(url, { signal: abort.signal, stallTimeout: 0 })
    const reason = new Error("enough")
    setTimeout(() => abort.abort(reason), 20)
    expect(await failureOf("signal", aborted)).toBe(reason)
  })

  it("the wait for a pool's connection", async () => {
    await proxy.admit("hole")
    const pool = new Pool(proxy.urlFor(sharedServer.url), { ...bounds, acquireTimeout: 80 })
    expect(await failureOf("acquire", pool.acquire())).toBeInstanceOf(errors.PoolTimeoutError)
    expect(await failureOf("query", pool.query("select 1"))).toBeInstanceOf(errors.PoolTimeoutError)
    expect(
      await failureOf(
        "transaction",
        pool.transaction(() => 1),
      ),
    ).toBeInstanceOf(errors.PoolTimeoutError)
    expect(await failureOf("listen", pool.listen("hole"))).toBeInstanceOf(errors.PglineError)
    await within("close", pool.close({ timeout: 0 }))
  })
})

it("a pool serves again by itself when the network is back, and its listener tells of the gap", async () => {
  const pool = new Pool(proxy.urlFor(sharedServer.url), {
    ...bounds,
    applicationName: "served",
    connectTimeout: 1000,
    max: 3,
    acquireTimeout: 5000,
    healthCheckAfter: 20,
    listenHeartbeat: 60,
  })
  const got: string[] = []
  const gaps: unknown[] = []
  const subscription = await pool.listen("hole", ({ payload }) => got.push(payload), { onGap: (gap) => gaps.push(gap) })
  expect(await pool.value`select 1`).toBe(1)
  const lost = [1, 2, 3].map((n) => failureOf(`query ${n}`, pool.query("select pg_sleep(60)")))
  const running = "select count(*)::int4 from pg_stat_activity where application_name = 'served' and query ~ 'pg_sleep'"
  await expect.poll(() => admin.value(running)).toBe(3)
  await proxy.blackHole()
  for (const error of await Promise.all(lost)) expect(error).toBeInstanceOf(errors.ConnectionError)
  await admin.notify("hole", "missed")
  await proxy.heal()
  expect(await within("served again", pool.value`select 2`)).toBe(2)
  await within(
    "the gap",
    (async () => {
      while (gaps.length === 0) await pause(5)
    })(),
  )
  expect(gaps[0]).toMatchObject({ channel: "hole", reason: expect.any(errors.ConnectionError) })
  await admin.notify("hole", "heard")
  await within(
    "the notification",
    (async () => {
      while (!got.includes("heard")) await pause(5)
    })(),
  )
  await within("unlisten", subscription.unlisten())
  await within("close", pool.close())
})
