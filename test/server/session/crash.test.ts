/**
 * The postmaster is killed with SIGKILL in the middle of transactions, COPY and listening, and started again, over and
 * over. A ledger knows what was promised: committed means committed, failed means not, and the rest is told as unknown.
 * PGLINE_CRASHES says how often; the full run has 50.
 */

import { expect, it } from "vitest"
import { connect, errors, type NotificationGap, Pool } from "../../../src/index.ts"
import { startPostgres } from "../../support/postgres-server.ts"
import { testVersion } from "../../support/test-server.ts"
import { within } from "../../support/within.ts"

const crashes = Number(process.env["PGLINE_CRASHES"] || 3)
const WORKERS = 6
const COPIED = 2000
/** A server that comes up has much to do before it gets round to us. */
const LONG_ENOUGH_MS = 60_000

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** What was promised of each id. */
class Ledger {
  readonly committed: Set<number> = new Set()
  readonly failed: Set<number> = new Set()
  readonly unknown: Set<number> = new Set()
  #next = 0

  take(): number {
    return ++this.#next
  }

  /** Takes down what a call says that it has done. */
  async enter(id: number, call: Promise<unknown>, isUnknown: (error: unknown) => boolean): Promise<void> {
    try {
      await within(`call ${id}`, call, LONG_ENOUGH_MS)
      this.committed.add(id)
    } catch (error) {
      if (!(error instanceof errors.ConnectionError) && !isShutdown(error)) throw error
      if (isUnknown(error)) this.unknown.add(id)
      else this.failed.add(id)
      await pause(5)
    }
  }

  /** Nobody was told anything that is not so. */
  check(found: ReadonlySet<number>): void {
    expect([...this.committed].filter((id) => !found.has(id))).toEqual([])
    expect([...this.failed].filter((id) => found.has(id))).toEqual([])
  }
}

/** A server that comes up says so to whoever connects. */
function isShutdown(error: unknown): boolean {
  return error instanceof errors.ServerError && error.code.startsWith("57P")
}

it(`tells the truth through ${crashes} crashes of the server`, { timeout: 60_000 + crashes * 20_000 }, async () => {
  await using server = await startPostgres({ version: testVersion, settings: { synchronous_commit: "on" } })
  {
    await using admin = await connect(server.url)
    await admin.execute("create table ledger (id int primary key); create table copied (id int, n int)")
  }
  const pool = new Pool(server.url, { max: WORKERS + 2, acquireTimeout: 30_000, listenHeartbeat: 1000 })
  const ledger = new Ledger()
  const copies = new Ledger()
  const heard: string[] = []
  const gaps: NotificationGap[] = []
  await pool.listen("crash", ({ payload }) => heard.push(payload), { onGap: (gap) => gaps.push(gap) })
  // A connection that listens for itself is told when it is over.
  let endings = 0
  let isOver = false

  const transact = async (): Promise<void> => {
    while (!isOver) {
      const id = ledger.take()
      const call = pool.transaction(async (tx) => {
        await tx.query`insert into ledger values (${id})`
        await tx.transaction((inner) => inner.query`select pg_notify('crash', ${`transaction ${id}`})`)
      })
      await ledger.enter(id, call, (error) => error instanceof errors.CommitUnknownError)
    }
  }
  const copy = async (): Promise<void> => {
    while (!isOver) {
      const id = copies.take()
      const rows = Array.from({ length: COPIED }, (_, n) => `${id}\t${n}\n`)
      // A COPY of its own is its own commit: once it was sent to the end, only the server knows.
      const call = pool.copyIn("copy copied from stdin", rows)
      await copies.enter(id, call, (error) => !(error as errors.PglineError).safeToRetry)
    }
  }
  const listen = async (): Promise<void> => {
    while (!isOver) {
      try {
        await using connection = await pool.acquire()
        for await (const _ of await connection.listen("crash")) if (isOver) break
      } catch (error) {
        if (!(error instanceof errors.ConnectionError) && !isShutdown(error)) throw error
        endings++
      }
      await pause(5)
    }
  }
  const workers = [...Array.from({ length: WORKERS - 2 }, transact), copy(), copy(), listen()]
  const failure = Promise.race(workers.map((worker) => worker.then(() => new Promise<never>(() => {}))))

  for (let crash = 1; crash <= crashes; crash++) {
    const before = ledger.committed.size
    const going = async (): Promise<void> => {
      while (ledger.committed.size < before + 20) await pause(2)
    }
    await Promise.race([within("work goes on", going(), LONG_ENOUGH_MS), failure])
    await pause(Math.random() * 30)
    const known = gaps.length
    await server.kill()
    await server.start()
    const restored = async (): Promise<void> => {
      while (gaps.length === known) await pause(5)
      const payload = `after crash ${crash}`
      await pool.notify("crash", payload)
      while (!heard.includes(payload)) await pause(5)
    }
    await Promise.race([within("the listener is back", retrying(restored), LONG_ENOUGH_MS), failure])
  }
  isOver = true
  // The one that listens for itself waits for a last word.
  await pool.notify("crash", "over")
  await within("the workers", Promise.all(workers), LONG_ENOUGH_MS)

  const ids = await pool.rows<number>("select id from ledger", [], { rows: "scalar" })
  ledger.check(new Set(ids))
  const batches = await pool.rows<{ id: number; count: number }>("select id, count(*)::int4 from copied group by id")
  expect(batches.filter(({ count }) => count !== COPIED)).toEqual([])
  copies.check(new Set(batches.map(({ id }) => id)))
  expect(gaps.length).toBeGreaterThanOrEqual(crashes)
  for (const gap of gaps) expect(gap).toMatchObject({ channel: "crash", since: expect.any(Date) })
  expect(endings).toBeGreaterThan(0)
  if (process.env["PGLINE_CRASHES"]) {
    const { committed, failed, unknown } = ledger
    console.info({ committed: committed.size, failed: failed.size, unknown: unknown.size, gaps: gaps.length })
    console.info({ copied: copies.committed.size, failed: copies.failed.size, unknown: copies.unknown.size, endings })
  }
  await within("close", pool.close())
})

/** Until the server is up again, calls may fail. */
async function retrying(call: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await call()
      return
    } catch (error) {
      if (!(error instanceof errors.ConnectionError) && !isShutdown(error)) throw error
      await pause(10)
    }
  }
}
