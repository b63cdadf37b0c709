/**
 * What its owner had left open kept `close` waiting for ever: a stream that nobody reads on, a COPY that nobody ends, a
 * source that never gives its next item. A pool waited as long, and closed the connection then, for one that was clean.
 */

import { finished } from "node:stream/promises"
import { setTimeout as sleep } from "node:timers/promises"
import { expect, it } from "vitest"
import { type Connection, connect, errors, Pool } from "../../src/index.ts"
import { sharedServer } from "../support/test-server.ts"
import { within } from "../support/within.ts"

const MANY = "select generate_series(1, 10000000) i"

async function* neverNext(): AsyncGenerator<[number], void> {
  yield [1]
  await new Promise<never>(() => {})
}

/** What stays open when the function has resolved. */
const leftOpen: Record<string, (db: Connection, table: string) => Promise<() => Promise<unknown>>> = {
  "an iterated stream": async (db) => {
    const rows = db.stream(MANY)[Symbol.asyncIterator]()
    await rows.next()
    return async () => {
      for (;;) if ((await rows.next()).done) return
    }
  },
  "a stream in batches": async (db) => {
    const batches = db.stream(MANY).batches()
    await batches.next()
    return async () => {
      for (;;) if ((await batches.next()).done) return
    }
  },
  "a Readable": async (db) => {
    const readable = db.stream(MANY).toReadable()
    const ending = finished(readable)
    ending.catch(() => {})
    await new Promise((resolve) => readable.once("data", resolve))
    readable.pause()
    return () => {
      readable.resume()
      return ending
    }
  },
  "the data of a COPY": async (db) => {
    const chunks = db.copyOut(`copy (${MANY}) to stdout`)[Symbol.asyncIterator]()
    await chunks.next()
    return async () => {
      for (;;) if ((await chunks.next()).done) return
    }
  },
  "the rows of a COPY": async (db) => {
    const rows = db.copyOut(`copy (${MANY}) to stdout`).rows(["int4"])[Symbol.asyncIterator]()
    await rows.next()
    return async () => {
      for (;;) if ((await rows.next()).done) return
    }
  },
  "a COPY that is written": async (db, table) => {
    const copy = await db.copyIn(`copy ${table} from stdin`)
    await copy.write("1\n")
    return () => copy.write("2\n")
  },
  "a COPY in a transaction": async (db, table) => {
    const tx = await db.begin()
    const copy = await tx.copyIn(`copy ${table} from stdin`)
    await copy.write("1\n")
    return () => copy.end()
  },
  "a COPY from a source": async (db, table) => {
    const copying = db.copyIn(`copy ${table} from stdin`, lines())
    copying.catch(() => {})
    await sleep(20)
    return () => copying
  },
  "rows that are copied": async (db, table) => {
    const copying = db.copyRows(table, neverNext())
    copying.catch(() => {})
    await sleep(20)
    return () => copying
  },
  "sets of parameters": async (db, table) => {
    const running = db.executeMany(`insert into ${table} values ($1)`, neverNext())
    running.catch(() => {})
    await sleep(20)
    return () => running
  },
  "a pipeline": async (db, table) => {
    const running = db.pipeline(async (pipeline) => {
      await pipeline.query(`select * from ${table}`) // what was sent is not undone
      await new Promise<never>(() => {})
    })
    running.catch(() => {})
    await sleep(20)
    return () => running
  },
}

async function* lines(): AsyncGenerator<string, void> {
  yield "1\n"
  await new Promise<never>(() => {})
}

const tables = Object.keys(leftOpen).map((what) => [what, `left_open_${what.replaceAll(" ", "_")}`] as const)

it.each(tables)("%s does not keep a connection from closing", async (what, table) => {
  await using other = await connect(sharedServer.url)
  await other.execute(`drop table if exists ${table}; create table ${table} (i int)`)
  const db = await connect(sharedServer.url)
  const goOn = await leftOpen[what]!(db, table)
  await within("close", db.close())
  await expect(goOn()).rejects.toThrow(errors.ConnectionClosedError)
  expect(await other.value(`select count(*)::int from ${table}`)).toBe(0)
  await other.execute(`drop table ${table}`)
})

it.each(tables)("%s does not keep a pool's connection", async (what, table) => {
  await using pool = new Pool(sharedServer.url, { max: 1 })
  await pool.execute(`drop table if exists ${table}; create table ${table} (i int)`)
  const processId = await pool.value`select pg_backend_pid()`
  const goOn = await pool.use((db) => leftOpen[what]!(db, table))
  expect(await within("the next", pool.value(`select count(*)::int from ${table}`))).toBe(0)
  expect(await pool.value`select pg_backend_pid()`).toBe(processId)
  await expect(goOn()).rejects.toThrow(errors.ConnectionReleasedError)
  await pool.execute(`drop table ${table}`)
})

it("what has all it needs runs to its end", async () => {
  await using other = await connect(sharedServer.url)
  await other.execute("drop table if exists left_ending; create table left_ending (i int)")
  const db = await connect(sharedServer.url)
  const copy = await db.copyIn("copy left_ending from stdin")
  await copy.write("1\n")
  const ending = copy.end()
  await db.close()
  expect(await ending).toEqual({ rowCount: 1 })

  const second = await connect(sharedServer.url)
  const running = second.pipeline((pipeline) => pipeline.query`insert into left_ending values (2)`)
  const copying = second.copyRows("left_ending", [[3]])
  copying.catch(() => {})
  await second.close()
  expect((await running).rowCount).toBe(1)
  await expect(copying).rejects.toThrow("a pipeline is open")
  expect(await other.rows("select i from left_ending order by i", [], { rows: "scalar" })).toEqual([1, 2])
  await other.execute("drop table left_ending")
})
