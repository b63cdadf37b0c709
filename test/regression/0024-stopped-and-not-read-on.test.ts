/**
 * A stream or a COPY that was stopped, or that the server had ended, kept its connection until somebody read or wrote on;
 * so did a pool's, which had no other to give.
 */

import { setTimeout as sleep } from "node:timers/promises"
import { describe, expect, it } from "vitest"
import { type Connection, connect, errors, Pool } from "../../src/index.ts"
import { sharedServer } from "../support/test-server.ts"
import { within } from "../support/within.ts"

const MANY = "select generate_series(1, 10000000) i"
const FAILING = "select 1 / (3000 - i) i from (select generate_series(1, 1000000)::int) s (i)"

interface Bounds {
  readonly signal?: AbortSignal
  readonly timeout?: number
}

/** Begins, and gives what goes on. */
type Begin = (db: Connection | Pool, query: string, bounds: Bounds) => Promise<() => Promise<unknown>>

/** Takes the first, and gives what takes the rest. */
async function begun(items: AsyncIterableIterator<unknown>): Promise<() => Promise<unknown>> {
  await items.next()
  return async () => {
    for (;;) if ((await items.next()).done) return undefined
  }
}

const readers: [string, Begin][] = [
  ["a stream", (db, query, bounds) => begun(db.stream(query, [], bounds)[Symbol.asyncIterator]())],
  ["a stream in batches", (db, query, bounds) => begun(db.stream(query, [], bounds).batches())],
  ["a COPY", (db, query, bounds) => begun(db.copyOut(`copy (${query}) to stdout`, bounds)[Symbol.asyncIterator]())],
  [
    "a COPY's rows",
    (db, query, bounds) =>
      begun(db.copyOut(`copy (${query}) to stdout`, bounds).rows(["int4"])[Symbol.asyncIterator]()),
  ],
]

const writer: [string, Begin] = [
  "a COPY that is written",
  async (db, _query, bounds) => {
    const copy = await db.copyIn("copy not_written_on from stdin", undefined, bounds)
    await copy.write("1\n")
    return () => copy.write("2\n")
  },
]

const reason = new Error("enough")

/** Resolves when the connection takes queries again. */
async function untilFree(db: Connection): Promise<void> {
  for (;;) {
    try {
      await db.value`select 1`
      return
    } catch (error) {
      if (!(error instanceof errors.UsageError)) throw error
      await sleep(5)
    }
  }
}

async function withTable(run: () => Promise<void>): Promise<void> {
  await using other = await connect(sharedServer.url)
  await other.execute("drop table if exists not_written_on; create table not_written_on (i int)")
  await run()
  expect(await other.value("select count(*)::int from not_written_on")).toBe(0)
  await other.execute("drop table not_written_on")
}

describe.each([...readers, writer])("%s", (_what, begin) => {
  it("that is aborted frees its connection", () =>
    withTable(async () => {
      await using db = await connect(sharedServer.url)
      const abort = new AbortController()
      const goOn = await begin(db, MANY, { signal: abort.signal })
      abort.abort(reason)
      await within("the connection", untilFree(db))
      await expect(goOn()).rejects.toBe(reason)
    }))

  it("that is aborted frees its pool", () =>
    withTable(async () => {
      await using pool = new Pool(sharedServer.url, { max: 1 })
      const abort = new AbortController()
      const goOn = await begin(pool, MANY, { signal: abort.signal })
      abort.abort(reason)
      expect(await within("the pool", pool.value`select 1`)).toBe(1)
      await expect(goOn()).rejects.toBe(reason)
      expect(await pool.value`select 2`).toBe(2)
    }))

  it("that has had its time frees its connection", () =>
    withTable(async () => {
      await using pool = new Pool(sharedServer.url, { max: 1 })
      await pool.open({ wait: true })
      const goOn = await begin(pool, MANY, { timeout: 300 })
      expect(await within("the pool", pool.value`select 1`)).toBe(1)
      await expect(goOn()).rejects.toThrow(errors.TimeoutError)
    }))
})

it.each(readers)("%s that has failed frees its connection", async (_what, begin) => {
  await using pool = new Pool(sharedServer.url, { max: 1 })
  const goOn = await begin(pool, FAILING, {})
  expect(await within("the pool", pool.value`select 1`)).toBe(1)
  await expect(goOn()).rejects.toThrow(errors.DivisionByZero)
})
