/**
 * Whatever happens in the middle of moving much data, at twenty random points each: the table is empty or whole
 * afterwards, the connection answers or is gone, the source is closed, and no listener, portal or cursor is left. Timers
 * and sockets are watched by the run itself (see test/support/vitest/leak-check.ts).
 */

import { getEventListeners } from "node:events"
import fc from "fast-check"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { type Connection, connect, errors } from "../../../src/index.ts"
import { type BrokenProxy, startBrokenProxy } from "../../support/broken-proxy.ts"
import { sharedServer } from "../../support/test-server.ts"

const ROWS = 4000
const RUNS = 20
const FILLER = "x".repeat(100)

let admin: Connection
let proxy: BrokenProxy
let db: Connection

beforeAll(async () => {
  admin = await connect(sharedServer.url)
  await admin.execute(
    "create schema moving_middle; create table moving_middle.t (n int primary key check (n >= 0), filler text)",
  )
  proxy = await startBrokenProxy({ host: sharedServer.host, port: sharedServer.port })
  db = await connect(proxy.urlFor(sharedServer.url))
})

beforeEach(async () => {
  if (db.isClosed) db = await connect(proxy.urlFor(sharedServer.url))
})

afterAll(async () => {
  await db.close()
  await proxy[Symbol.asyncDispose]()
  await admin.execute("drop schema moving_middle cascade")
  await admin.close()
})

/** What is fed, and whether the feeding was given up properly. */
class Feed {
  /** How many of the nested generators have begun and not ended. */
  #open = 0
  readonly #atRow: (n: number) => void
  readonly #bad: number

  /** @param bad the row that the server will refuse */
  constructor(atRow: (n: number) => void, bad = -1) {
    this.#atRow = atRow
    this.#bad = bad
  }

  /** Whether all that was begun was also ended. */
  get isClosed(): boolean {
    return this.#open === 0
  }

  *rows(): Generator<[number, string]> {
    this.#open++
    try {
      for (let n = 0; n < ROWS; n++) {
        this.#atRow(n)
        yield [n === this.#bad ? -1 : n, FILLER]
      }
    } finally {
      this.#open--
    }
  }

  async *laterRows(): AsyncGenerator<[number, string]> {
    this.#open++
    try {
      for (const row of this.rows()) {
        if (row[0] % 500 === 0) await new Promise((resolve) => setImmediate(resolve))
        yield row
      }
    } finally {
      this.#open--
    }
  }

  async *lines(): AsyncGenerator<string> {
    this.#open++
    try {
      for await (const [n, filler] of this.laterRows()) yield `${n}\t${filler}\n`
    } finally {
      this.#open--
    }
  }
}

type Load = (db: Connection, feed: Feed, signal?: AbortSignal) => Promise<unknown>

const loads: Record<string, Load> = {
  "copyRows of an array": (on, feed, signal) => on.copyRows("moving_middle.t", feed.rows(), { signal }),
  "copyRows of an async iterable": (on, feed, signal) => on.copyRows("moving_middle.t", feed.laterRows(), { signal }),
  "copyIn of a stream": (on, feed, signal) => on.copyIn("copy moving_middle.t from stdin", feed.lines(), { signal }),
  "executeMany of an iterable": (on, feed, signal) =>
    on.executeMany("insert into moving_middle.t values ($1, $2)", feed.rows(), { signal }),
  "executeMany of an async iterable": (on, feed, signal) =>
    on.executeMany("insert into moving_middle.t values ($1, $2)", feed.laterRows(), { signal }),
  "a writer": async (on, feed, signal) => {
    await using copy = await on.copyIn("copy moving_middle.t from stdin (format binary)", undefined, { signal })
    for await (const row of feed.laterRows()) await copy.writeRow(row)
    return await copy.end()
  },
}

async function outcomeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  )
}

/** What holds after every run. Gives the number of rows that are in the table. */
async function countAfter(expectClosed: boolean): Promise<number> {
  if (expectClosed) {
    await db.close()
    expect(db.isClosed).toBe(true)
    db = await connect(proxy.urlFor(sharedServer.url))
  }
  expect(await db.value("select 42")).toBe(42)
  expect(db.info.transactionStatus).toBe("idle")
  expect(await db.value("select count(*)::int from pg_cursors where name <> ''")).toBe(0)
  const count = await admin.value<number>("select count(*)::int from moving_middle.t")
  await admin.query("truncate moving_middle.t")
  return count!
}

/** Twenty random rows, the first and the last among them in the long run. */
function atRandomRows(run: (row: number) => Promise<void>): Promise<void> {
  return fc.assert(fc.asyncProperty(fc.integer({ min: 0, max: ROWS - 1 }), run), { numRuns: RUNS })
}

describe.each(Object.entries(loads))("%s", (_name, load) => {
  it("arrives when nothing happens", async () => {
    const feed = new Feed(() => {})
    await load(db, feed)
    expect(await countAfter(false)).toBe(ROWS)
    expect(feed.isClosed).toBe(true)
  })

  it("whose source throws", () =>
    atRandomRows(async (row) => {
      const feed = new Feed((n) => {
        if (n === row) throw new Error("the source broke")
      })
      expect(await outcomeOf(load(db, feed))).toMatchObject({ message: "the source broke" })
      expect(await countAfter(false)).toBe(0)
      expect(feed.isClosed).toBe(true)
    }))

  it("whose signal aborts", () =>
    atRandomRows(async (row) => {
      const controller = new AbortController()
      const reason = new Error("enough")
      const feed = new Feed((n) => {
        if (n === row) controller.abort(reason)
      })
      expect(await outcomeOf(load(db, feed, controller.signal))).toBe(reason)
      expect(await countAfter(false)).toBe(0)
      expect(feed.isClosed).toBe(true)
      expect(getEventListeners(controller.signal, "abort")).toEqual([])
    }))

  it("which the server refuses", () =>
    atRandomRows(async (row) => {
      const feed = new Feed(() => {}, row)
      expect(await outcomeOf(load(db, feed))).toBeInstanceOf(errors.CheckViolation)
      expect(await countAfter(false)).toBe(0)
      expect(feed.isClosed).toBe(true)
    }))

  it.each(["cut", "reset"] as const)("whose connection is %s", (ending) =>
    atRandomRows(async (row) => {
      const feed = new Feed((n) => {
        if (n === row) proxy[ending]()
      })
      const outcome = await outcomeOf(load(db, feed))
      expect(outcome).toBeInstanceOf(errors.ConnectionError)
      expect(await countAfter(true)).toBe(0)
      expect(feed.isClosed).toBe(true)
    }),
  )

  it("whose bytes stop on the way to the server", () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: ROWS * 100 }), async (bytes) => {
        proxy.open.at(-1)!.setTrouble("toServer", {
          after: { bytes: proxy.open.at(-1)!.bytes.toServer + bytes, ending: "reset" },
        })
        const feed = new Feed(() => {})
        expect(await outcomeOf(load(db, feed))).toBeInstanceOf(errors.ConnectionError)
        expect(await countAfter(true)).toBe(0)
        expect(feed.isClosed).toBe(true)
      }),
      { numRuns: RUNS },
    ))

  it("is undone with the transaction it is in, or stays with it", () =>
    atRandomRows(async (row) => {
      const feed = new Feed((n) => {
        if (n === row) throw new Error("the source broke")
      })
      const failing = db.transaction((tx) => load(tx as unknown as Connection, feed))
      expect(await outcomeOf(failing)).toMatchObject({ message: "the source broke" })
      await db.transaction((tx) => load(tx as unknown as Connection, new Feed(() => {})))
      expect(await countAfter(false)).toBe(ROWS)
    }))
})

type Read = (db: Connection, signal: AbortSignal | undefined, atRow: (n: number) => boolean) => Promise<void>

/** A long result that the server makes as it goes. */
const SERIES = "select n, 'x' || n, repeat('y', 200) from (select generate_series(0, 10000000) n) as s"

const reads: Record<string, Read> = {
  "a stream": async (on, signal, atRow) => {
    for await (const row of on.stream<unknown[]>(SERIES, [], { rows: "tuple", signal }))
      if (atRow(row[0] as number)) break
  },
  "a stream in a transaction": (on, signal, atRow) =>
    on.transaction(async (tx) => {
      for await (const row of tx.stream<unknown[]>(SERIES, [], { rows: "tuple", signal })) {
        if (atRow(row[0] as number)) break
      }
      expect(await tx.value("select 7")).toBe(7)
    }),
  "rows of a binary COPY": async (on, signal, atRow) => {
    const copy = on.copyOut(`copy (${SERIES}) to stdout (format binary)`, { signal })
    for await (const [n] of copy.rows()) if (atRow(n as number)) break
  },
  "chunks of a COPY": async (on, signal, atRow) => {
    let n = 0
    for await (const _ of on.copyOut(`copy (${SERIES}) to stdout`, { signal })) if (atRow((n += 300))) break
  },
  "a Readable of a stream": async (on, signal, atRow) => {
    for await (const row of on.stream<unknown[]>(SERIES, [], { rows: "tuple", signal }).toReadable()) {
      if (atRow(row[0])) break
    }
  },
  "a cursor": async (on, signal, atRow) => {
    await using cursor = await on.cursor<unknown[]>(SERIES, [], { rows: "tuple", signal, batchSize: 700 })
    for await (const row of cursor) if (atRow(row[0] as number)) break
  },
}

describe.each(Object.entries(reads))("%s", (_name, read) => {
  it("that is left early", () =>
    atRandomRows(async (row) => {
      await read(db, undefined, (n) => n >= row)
      expect(await countAfter(false)).toBe(0)
    }))

  it("whose reader throws", () =>
    atRandomRows(async (row) => {
      const reading = read(db, undefined, (n) => {
        if (n >= row) throw new Error("the reader broke")
        return false
      })
      expect(await outcomeOf(reading)).toMatchObject({ message: "the reader broke" })
      expect(await countAfter(false)).toBe(0)
    }))

  it("whose signal aborts", () =>
    atRandomRows(async (row) => {
      const controller = new AbortController()
      const reason = new Error("enough")
      const reading = read(db, controller.signal, (n) => {
        if (n >= row) controller.abort(reason)
        return false
      })
      expect(await outcomeOf(reading)).toBe(reason)
      expect(await countAfter(false)).toBe(0)
      expect(getEventListeners(controller.signal, "abort")).toEqual([])
    }))

  it.each(["cut", "reset"] as const)("whose connection is %s", (ending) =>
    atRandomRows(async (row) => {
      const reading = read(db, undefined, (n) => {
        if (n >= row) proxy[ending]()
        return false
      })
      expect(await outcomeOf(reading)).toBeInstanceOf(errors.ConnectionError)
      expect(await countAfter(true)).toBe(0)
    }),
  )
})
