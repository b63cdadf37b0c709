/**
 * Aborts at random moments of everything that takes a signal, while neighbours run on the same connections. Only what was
 * aborted may fail, and the server is left as it was. PGLINE_ABORTS says how many there are; the full run has 2,000.
 */

import { afterAll, beforeAll, expect, it } from "vitest"
import { type Connection, connect, Pool } from "../../../src/index.ts"
import { sharedServer } from "../../support/test-server.ts"
import { within } from "../../support/within.ts"

const count = Number(process.env["PGLINE_ABORTS"] || 200)
const NAME = "pgline_aborts"
const CONNECTIONS = 4

let observer: Connection

beforeAll(async () => {
  observer = await connect(sharedServer.url)
  await observer.execute("create table aborts (n int)")
})

afterAll(async () => {
  await observer.execute("drop table aborts")
  await observer.close()
})

const sessions = (): Promise<number | undefined> =>
  observer.value<number>("select count(*)::int4 from pg_stat_activity where application_name = $1", [NAME])

const random = (below: number): number => Math.floor(Math.random() * below)

/** What can be aborted: gives what it is to resolve with when it was not. */
type Job = (db: Connection, pool: Pool, signal: AbortSignal) => Promise<unknown>

const jobs: Readonly<Record<string, Job>> = {
  query: (db, _, signal) => db.value("select 'own' from pg_sleep(0.003)", [], { signal }),
  "quick query": (db, _, signal) => db.value("select 'own'", [], { signal }),
  "query with parameters": (db, _, signal) => db.value("select $1::text from pg_sleep($2)", ["own", 0.002], { signal }),
  script: async (db, _, signal) =>
    (await db.execute("select pg_sleep(0.002); select 'own' as v", { signal }))[1]?.rows[0]?.["v"],
  prepare: async (db, _, signal) => {
    const statement = await db.prepare("select 'own'", { signal })
    const value = await statement.value()
    await statement.close()
    return value
  },
  listen: async (db, _, signal) => {
    const subscription = await db.listen("aborts", () => {}, { signal })
    await subscription.unlisten()
    return "own"
  },
  stream: async (db, _, signal) => {
    for await (const { v } of db.stream("select 'own' as v from generate_series(1, 300), pg_sleep(0.002)", [], {
      signal,
    })) {
      if (v !== "own") return v
    }
    return "own"
  },
  "copy out": async (db, _, signal) => {
    let bytes = 0
    for await (const chunk of db.copyOut("copy (select 'own' from generate_series(1, 5000)) to stdout", { signal })) {
      bytes += chunk.length
    }
    return bytes === 20_000 ? "own" : bytes
  },
  "copy in": async (db, _, signal) => {
    await db.copyIn("copy aborts from stdin", "1\n".repeat(5000), { signal })
    return "own"
  },
  pooled: (_, pool, signal) => pool.value("select 'own' from pg_sleep(0.002)", [], { signal }),
  "pooled transaction": (_, pool, signal) =>
    pool.transaction(
      async (tx) => {
        await tx.query`insert into aborts values (1)`
        return tx.transaction((inner) => inner.value`select 'own' from pg_sleep(0.002)`)
      },
      { signal },
    ),
  acquire: async (_, pool, signal) => {
    await using connection = await pool.acquire({ signal })
    return connection.value`select 'own'`
  },
  connect: async (_, __, signal) => {
    await using db = await connect(sharedServer.url, { applicationName: NAME, signal })
    return db.value`select 'own'`
  },
}

/** What has the connection to itself: whoever else uses it meanwhile is refused. */
const exclusive: Readonly<Record<string, Job>> = {
  transaction: (db, _, signal) =>
    db.transaction(
      async (tx) => {
        await tx.query`select pg_sleep(0.001)`
        return tx.value`select 'own' from pg_sleep(0.002)`
      },
      { signal },
    ),
  pipeline: (db, _, signal) =>
    db.pipeline(async (p) => (await Promise.all([p.query`select pg_sleep(0.002)`, p.value`select 'own'`]))[1], {
      signal,
    }),
  "statement of a pipeline": async (db, _, signal) => {
    const [own, ...others] = await db.pipeline((p) =>
      Promise.allSettled([
        p.value("select 'own' from pg_sleep(0.001)", [], { signal }),
        p.value`select 'own'`,
        p.value`select 'own'`,
      ]),
    )
    expect(others).toEqual([
      { status: "fulfilled", value: "own" },
      { status: "fulfilled", value: "own" },
    ])
    if (own?.status === "rejected") throw own.reason
    return own?.value
  },
}

it(`only what is aborted fails (${count} aborts)`, { timeout: 60_000 + count * 100 }, async () => {
  const dbs = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => connect(sharedServer.url, { applicationName: NAME })),
  )
  const pool = new Pool(sharedServer.url, { applicationName: NAME, max: 3 })
  await observer.execute("truncate aborts")
  let [left, aborted, succeeded, most, asked] = [count, 0, 0, 0, 0]

  const abortOne = async (db: Connection, [name, job]: readonly [string, Job]): Promise<void> => {
    const abort = new AbortController()
    const reason = new Error(`abort ${left}`)
    const timer = setTimeout(() => abort.abort(reason), random(6))
    try {
      expect(await within(name, job(db, pool, abort.signal)), name).toBe("own")
      succeeded++
    } catch (error) {
      if (error !== reason) throw new Error(`${name} failed with something else`, { cause: error })
      aborted++
    } finally {
      clearTimeout(timer)
    }
  }

  /** Asks on the same connection, all the time: the answers have to be right, and nothing may ever fail. */
  const neighbour = async (db: Connection): Promise<void> => {
    const n = random(1_000_000)
    const values = [db.value("select $1::int4", [n]), db.value("select $1::int4 + 1", [n])]
    expect(await within("neighbours", Promise.all(values))).toEqual([n, n + 1])
    asked += 2
  }

  const entries = Object.entries(jobs)
  const alone = Object.entries(exclusive)
  const worker = async (db: Connection): Promise<void> => {
    while (left > 0) {
      left--
      if (random(4) === 0) {
        await abortOne(db, alone[random(alone.length)]!)
        await neighbour(db)
      } else {
        const entry = entries[random(entries.length)]!
        await Promise.all([neighbour(db), abortOne(db, entry), neighbour(db)])
        await neighbour(db)
      }
    }
  }
  const watch = (async () => {
    while (left > 0) {
      most = Math.max(most, (await sessions()) ?? 0)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  })()

  await Promise.all([...dbs.map(worker), watch])
  if (process.env["PGLINE_ABORTS"]) console.info({ aborted, succeeded, asked, most })
  expect(aborted).toBeGreaterThan(count / 10)
  // The connections, the pool's, and those that were being made or given up.
  expect(most).toBeLessThanOrEqual(3 * CONNECTIONS + 3)
  // The last ones to be aborted are told so before the server has answered their cancel requests.
  await expect.poll(() => pool.stats(), { timeout: 10_000 }).toMatchObject({ busy: 0, waiting: 0 })
  for (const db of dbs) {
    expect(db.info.transactionStatus).toBe("idle")
    expect(await db.value`select count(*)::int4 from pg_listening_channels()`).toBe(0)
    await within("close", db.close())
  }
  await within("close", pool.close())
  await expect.poll(sessions, { timeout: 10_000 }).toBe(0)
})
