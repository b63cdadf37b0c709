/**
 * The connection is lost in the middle of a thousand queries: every promise settles, with its own rows or with a
 * ConnectionError whose `safeToRetry` is right. Each query inserts a row, so the table tells afterwards what was done.
 * The run fails on any unhandled rejection (see vitest.config.ts) and on whatever stays open.
 */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { type Connection, connect, errors } from "../../src/index.ts"
import { type BrokenProxy, type Ending, startBrokenProxy } from "../support/broken-proxy.ts"
import { type PostgresServer, startPostgres } from "../support/postgres-server.ts"
import { testVersion } from "../support/test-server.ts"

const COUNT = 1000

let server: PostgresServer

beforeAll(async () => {
  // A backend that is killed takes the others with it: this must not be the shared server. What was answered must last.
  server = await startPostgres({ version: testVersion, settings: { synchronous_commit: "on" } })
  await using admin = await connect(server.url)
  await admin.execute("create table done (n int, filler text)")
})

beforeEach(async () => {
  await using admin = await connectAgain()
  await admin.execute("truncate done")
})

afterAll(() => server.stop("immediate"))

/** Connects once the server has recovered from a killed backend. */
async function connectAgain(): Promise<Connection> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await connect(server.url)
    } catch (error) {
      if (attempt === 500 || !(error instanceof errors.PglineError) || !error.transient) throw error
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

/** Inserts n and gives it back; every seventh waits for its description first, every eleventh is never named. */
function insert(db: Connection, n: number, filler = ""): Promise<unknown> {
  if (n % 7 === 0) return db.value("insert into done select ($1::jsonb->>'n')::int, $2 returning n", [{ n }, filler])
  return db.value("insert into done values ($1, $2) returning n", [n, filler], {
    prepare: n % 11 === 0 ? false : "auto",
  })
}

type Settled = PromiseSettledResult<unknown>[]

/** What must hold however it ended. Gives the number that were answered, refused unsent, and lost on the way. */
async function check(
  results: Settled,
  name = "ConnectionError",
): Promise<{ answered: number; unsent: number; lost: number }> {
  const counts = { answered: 0, unsent: 0, lost: 0 }
  await using admin = await connectAgain()
  const rows = await admin.rows<number>("select n from done", [], { rows: "scalar" })
  const done = new Set(rows)
  expect(rows).toHaveLength(done.size)
  for (const [n, result] of results.entries()) {
    if (result.status === "fulfilled") {
      expect(result.value).toBe(n)
      expect(done.has(n)).toBe(true)
      // Nothing is answered behind something that was not.
      expect(counts).toMatchObject({ unsent: 0, lost: 0 })
      counts.answered++
    } else {
      expect(result.reason).toBeInstanceOf(errors.ConnectionError)
      // What its owner has ended is ended for good.
      expect(result.reason).toMatchObject({ name, transient: name === "ConnectionError" })
      if (result.reason.safeToRetry) {
        expect(done.has(n)).toBe(false)
        counts.unsent++
      } else {
        expect(counts.unsent).toBe(0)
        counts.lost++
      }
    }
  }
  return counts
}

async function expectGone(db: Connection, name = "ConnectionError"): Promise<void> {
  expect(db.isClosed).toBe(true)
  await expect(db.query("select 1")).rejects.toMatchObject({ name, safeToRetry: true })
  await db.close()
}

const points = [0, 1, 250, 500, COUNT - 1]

describe("by the server", () => {
  it.each(points)("which ends the session at query %d", async (at) => {
    const db = await connect(server.url)
    const results = await Promise.allSettled(
      Array.from({ length: COUNT }, (_, n) =>
        n === at ? db.query("select pg_terminate_backend(pg_backend_pid())") : insert(db, n),
      ),
    )
    const { answered } = await check(results)
    // A server that closes with queries unread resets the connection, and its last answers may be lost by that.
    expect(answered).toBeLessThanOrEqual(at)
    expect(results[at]).toMatchObject({ status: "rejected", reason: { safeToRetry: false } })
    await expectGone(db)
  })

  it("which ends the session from elsewhere, in between", async () => {
    const db = await connect(server.url)
    await using admin = await connect(server.url)
    const queries = Array.from({ length: COUNT }, (_, n) => insert(db, n))
    const settled = Promise.allSettled(queries)
    await queries[100]
    await admin.query("select pg_terminate_backend($1)", [db.info.backendPid])
    const { answered } = await check(await settled)
    expect(answered).toBeGreaterThan(100)
    await db.close()
  })

  it.each(points)(
    "whose backend is killed at query %d",
    async (at) => {
      const db = await connect(server.url)
      const queries = Array.from({ length: COUNT }, (_, n) =>
        n === at ? db.query("select pg_sleep(600)") : insert(db, n),
      )
      const settled = Promise.allSettled(queries)
      if (at > 0) await queries[at - 1]
      const pid = db.info.backendPid ?? 0
      // The sleeping one has to have begun.
      await using watcher = await connect(server.url)
      while ((await watcher.value("select wait_event from pg_stat_activity where pid = $1", [pid])) !== "PgSleep") {
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
      process.kill(pid, "SIGKILL")
      const { answered } = await check(await settled)
      expect(answered).toBe(at)
      await expectGone(db)
    },
    60_000,
  )

  it("which stops at once, as in a crash", async () => {
    const db = await connect(server.url)
    const queries = Array.from({ length: COUNT }, (_, n) =>
      n === 300 ? db.query("select pg_sleep(600)") : insert(db, n),
    )
    const settled = Promise.allSettled(queries)
    await queries[299]
    await server.halt("immediate")
    const results = await settled
    await server.start()
    expect((await check(results)).answered).toBe(300)
    await expectGone(db)
  })
})

describe("by the network", () => {
  let proxy: BrokenProxy

  beforeAll(async () => {
    proxy = await startBrokenProxy({ host: server.host, port: server.port })
  })

  afterAll(() => proxy[Symbol.asyncDispose]())

  const endings: readonly (readonly [Ending, number])[] = (["cut", "reset", "hole"] as const).flatMap((ending) =>
    [0, 1, 3000, 20_001].map((bytes) => [ending, bytes] as const),
  )

  /** Starts the queries, with the trouble set; what a hole has swallowed ends with `destroy`. */
  async function through(
    setTrouble: (passed: { toServer: number; toClient: number }) => void,
    ending: Ending,
    filler = "",
  ): Promise<ReturnType<typeof check>> {
    const db = await connect(proxy.urlFor(server.url))
    const [connection] = proxy.open
    if (connection === undefined) throw new Error("there is no connection through the proxy")
    setTrouble({ ...connection.bytes })
    const queries: Promise<PromiseSettledResult<unknown>[]>[] = []
    for (let n = 0; n < COUNT; n++) {
      // In several turns: what is asked for while the network is busy waits on our side.
      if (n % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
      queries.push(Promise.allSettled([insert(db, n, filler)]))
    }
    const settled = Promise.all(queries).then((results) => results.flat())
    if (ending === "hole") {
      await new Promise((resolve) => setTimeout(resolve, 100))
      db.destroy(new Error("waited long enough"))
    }
    const results = await settled
    const name = ending === "hole" ? "ConnectionClosedError" : "ConnectionError"
    await expectGone(db, name)
    await proxy.heal()
    return check(results, name)
  }

  it.each(endings)("which ends (%s) after %d bytes of answers", async (ending, bytes) => {
    const { answered, lost } = await through(
      ({ toClient }) => proxy.open[0]?.setTrouble("toClient", { after: { bytes: toClient + bytes, ending } }),
      ending,
    )
    expect(answered).toBeLessThan(COUNT)
    expect(lost).toBeGreaterThan(0)
  })

  it.each(endings)("which ends (%s) after %d bytes of queries", async (ending, bytes) => {
    const { answered, lost } = await through(
      ({ toServer }) => proxy.open[0]?.setTrouble("toServer", { after: { bytes: toServer + bytes, ending } }),
      ending,
    )
    expect(answered).toBeLessThan(COUNT)
    expect(lost).toBeGreaterThan(0)
  })

  it.each<Ending>(["cut", "reset", "hole"])(
    "which ends (%s) while large queries wait for their turn",
    async (ending) => {
      const { answered, lost, unsent } = await through(
        ({ toServer }) => proxy.open[0]?.setTrouble("toServer", { after: { bytes: toServer + 2_000_000, ending } }),
        ending,
        "x".repeat(50_000),
      )
      expect(answered).toBeLessThan(COUNT)
      expect(lost).toBeGreaterThan(0)
      expect(unsent).toBeGreaterThan(0)
    },
    60_000,
  )
})

it("by ourselves: what was not sent yet may be sent again", async () => {
  const db = await connect(server.url)
  await insert(db, 1)
  await using admin = await connect(server.url)
  await admin.execute("truncate done")
  const settled = Promise.allSettled(Array.from({ length: COUNT }, (_, n) => insert(db, n)))
  db.destroy()
  expect(await check(await settled, "ConnectionClosedError")).toEqual({ answered: 0, unsent: COUNT, lost: 0 })
})

it("while it was idle: it is closed by itself, and tells why later", async () => {
  await using admin = await connect(server.url)
  await using idle = await connect(server.url)
  await admin.query("select pg_terminate_backend($1)", [idle.info.backendPid])
  while (!idle.isClosed) await new Promise((resolve) => setTimeout(resolve, 5))
  await expect(idle.query("select 1")).rejects.toMatchObject({ safeToRetry: true, cause: { code: "57P01" } })
})
