/** What may be observed: which channels tell of what, under which names, and that values are never among it. */

import { type ChannelListener, tracingChannel } from "node:diagnostics_channel"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { type Connection, connect, errors, Pool } from "../../../src/index.ts"
import { sharedServer } from "../../support/test-server.ts"
import { failureOf, within } from "../../support/within.ts"

const NAMES = ["connect", "query", "prepare", "transaction", "copy", "notification", "cancel"] as const
const EVENTS = ["start", "end", "asyncStart", "asyncEnd", "error"] as const
const SECRET = "a value that nobody may see"

type Context = Readonly<Record<string, unknown>>

let db: Connection
let told: { readonly name: string; readonly event: string; readonly context: Context }[] = []
const off: (() => void)[] = []

beforeAll(async () => {
  db = await connect(sharedServer.url)
})

afterAll(() => db.close())

beforeEach(() => {
  told = []
  for (const name of NAMES) {
    const channel = tracingChannel(`pgline:${name}`)
    for (const event of EVENTS) {
      const listener: ChannelListener = (context) => told.push({ name, event, context: context as Context })
      channel[event].subscribe(listener)
      off.push(() => channel[event].unsubscribe(listener))
    }
  }
  return () => {
    for (const end of off.splice(0)) end()
    // Whatever it was: no value, ever.
    expect(JSON.stringify(told.map(({ context: { error: _, ...context } }) => context))).not.toContain(SECRET)
  }
})

/** The events of a channel, in order. */
const eventsOf = (name: string): string[] => told.filter((one) => one.name === name).map(({ event }) => event)
const contextOf = (name: string, event = "asyncEnd"): Context | undefined =>
  told.find((one) => one.name === name && one.event === event)?.context

const SUCCESS = ["start", "end", "asyncStart", "asyncEnd"]
const FAILURE = ["start", "end", "error", "asyncStart", "asyncEnd"]

const place = (): Context => ({
  "db.system.name": "postgresql",
  "db.namespace": sharedServer.database,
  "server.address": sharedServer.host,
  "server.port": sharedServer.port,
})

describe("the channel", () => {
  it("connect tells of a success and of a failure", async () => {
    await (await connect(sharedServer.url)).close()
    expect(eventsOf("connect")).toEqual(SUCCESS)
    expect(contextOf("connect")).toEqual(place())
    told = []
    await failureOf("connect", connect(sharedServer.url, { password: SECRET }))
    expect(eventsOf("connect")).toEqual(FAILURE)
    expect(contextOf("connect")).toMatchObject({ "error.type": "28P01", "db.response.status_code": "28P01" })
  })

  it("query tells the text and the number of rows", async () => {
    await db.query`select ${SECRET}::text from generate_series(1, 3)`
    expect(eventsOf("query")).toEqual(SUCCESS)
    expect(contextOf("query")).toEqual({
      ...place(),
      "db.query.text": "select $1::text from generate_series(1, 3)",
      "db.response.returned_rows": 3,
    })
  })

  it("query tells the failure, of the server's and of ours", async () => {
    const error = await failureOf("query", db.query("select 1 / $1::int4", [0]))
    expect(eventsOf("query")).toEqual(FAILURE)
    const failed = { error, "error.type": "22012", "db.response.status_code": "22012" }
    expect(contextOf("query", "error")).toMatchObject(failed)
    told = []
    await failureOf(
      "query",
      db.transaction(() => db.query("select 1")),
    )
    expect(eventsOf("query")).toEqual(["start", "error", "end"])
    expect(contextOf("query", "end")).toMatchObject({ "error.type": "PGLINE_USAGE" })
    expect(contextOf("query", "end")).not.toHaveProperty("db.response.status_code")
  })

  it("query tells of scripts, prepared statements, pipelines, transactions and pools", async () => {
    await db.execute("select 1; select 2")
    const statement = await db.prepare("select 3")
    await statement.query()
    await statement.close()
    await db.pipeline((p) => p.query`select 4`)
    await db.transaction((tx) => tx.transaction((inner) => inner.query`select 5`))
    await using pool = new Pool(sharedServer.url)
    await pool.query`select 6`
    const texts = told.filter(({ name, event }) => name === "query" && event === "start")
    expect(texts.map(({ context }) => context["db.query.text"])).toEqual([
      "select 1; select 2",
      "select 3",
      "select 4",
      "select 5",
      "RELEASE SAVEPOINT pgline_1",
      "COMMIT",
      "select 6",
    ])
  })

  it("prepare tells the text", async () => {
    await (await db.prepare("select $1::int4")).close()
    expect(eventsOf("prepare")).toEqual(SUCCESS)
    expect(contextOf("prepare")).toEqual({ ...place(), "db.query.text": "select $1::int4" })
    told = []
    await failureOf("prepare", db.prepare("select nonsense"))
    expect(eventsOf("prepare")).toEqual(FAILURE)
  })

  it("transaction lasts from the beginning to the end, however it was begun, retries included", async () => {
    let runs = 0
    await db.transaction(
      async (tx) => {
        if (++runs === 1) await tx.execute("do $$ begin raise sqlstate '40001'; end $$")
      },
      { retry: 1 },
    )
    expect(eventsOf("transaction")).toEqual(SUCCESS)
    expect(contextOf("transaction")).toEqual({ ...place(), "db.operation.name": "transaction" })
    expect(told.at(-1)?.name).toBe("transaction")

    told = []
    const tx = await db.begin()
    await tx.query`select 1`
    expect(eventsOf("transaction")).toEqual(["start", "end"])
    await tx.rollback()
    await expect.poll(() => eventsOf("transaction")).toEqual(SUCCESS)

    told = []
    const failing = await db.begin()
    await failureOf("query", failing.query`select nonsense`)
    await failureOf("commit", failing.commit())
    await expect.poll(() => eventsOf("transaction")).toEqual(FAILURE)
    expect(contextOf("transaction")).toMatchObject({ "error.type": "PGLINE_COMMIT_FAILED" })

    told = []
    const abort = new AbortController()
    const stopped = await db.begin({ signal: abort.signal })
    await stopped.query`select 1`
    abort.abort(new errors.UsageError("enough"))
    await expect.poll(() => eventsOf("transaction")).toEqual(FAILURE)
  })

  it("notification tells of LISTEN, of each delivery and of UNLISTEN, never the payload", async () => {
    let heard = 0
    const subscription = await db.listen("tracing", () => {
      heard++
    })
    await db.notify("tracing", SECRET)
    await expect.poll(() => heard).toBe(1)
    await subscription.unlisten()
    const operations = told.filter(({ name, event }) => name === "notification" && event === "start")
    expect(operations.map(({ context }) => context)).toEqual(
      ["LISTEN", "NOTIFICATION", "UNLISTEN"].map((operation) => ({
        ...place(),
        "db.operation.name": operation,
        "messaging.destination.name": "tracing",
      })),
    )
    expect(eventsOf("notification")).toEqual([...SUCCESS, "start", "end", ...SUCCESS])
  })

  it("cancel tells of requests, asked for or because of a signal", async () => {
    const asked = failureOf("asked", db.query("select pg_sleep(60)"))
    await within("cancel", db.cancel())
    await asked
    const count = eventsOf("cancel").filter((event) => event === "asyncEnd").length
    expect(count).toBeGreaterThan(0)
    expect(contextOf("cancel")).toEqual(place())
    told = []
    await failureOf("timeout", db.query("select pg_sleep(60)", [], { timeout: 5 }))
    await db.query`select 1`
    expect(eventsOf("cancel").slice(0, 2)).toEqual(["start", "end"])
    expect(contextOf("cancel")).toEqual(place())
  })

  it("query tells of streams and of executeMany", async () => {
    for await (const row of db.stream`select ${SECRET}::text`) expect(Object.values(row)).toEqual([SECRET])
    expect(eventsOf("query")).toEqual(SUCCESS)
    expect(contextOf("query")).toMatchObject({ "db.query.text": "select $1::text" })
    told = []
    await db.transaction(async (tx) => {
      for await (const _ of tx.stream`select 7`) break
    })
    expect(eventsOf("query").filter((event) => event === "asyncEnd")).toHaveLength(2)
    told = []
    await db.executeMany("select $1::text", [[SECRET], [SECRET]])
    expect(eventsOf("query")).toEqual(SUCCESS)
    told = []
    const bad = (async () => {
      for await (const _ of db.stream`select nonsense`);
    })()
    await failureOf("stream", bad)
    expect(eventsOf("query")).toEqual(FAILURE)
  })

  it("copy tells the statement", async () => {
    await db.execute("create temp table traced (v text)")
    await db.copyIn("copy traced from stdin", `${SECRET}\n`)
    expect(eventsOf("copy")).toEqual(SUCCESS)
    expect(contextOf("copy")).toMatchObject({ ...place(), "db.query.text": "copy traced from stdin" })
    told = []
    for await (const _ of db.copyOut("copy traced to stdout"));
    expect(eventsOf("copy")).toEqual(SUCCESS)
    told = []
    await db.copyRows("traced", [[SECRET]])
    expect(contextOf("copy")).toMatchObject({ "db.query.text": "COPY traced FROM STDIN" })
    const writer = await db.copyIn("copy traced from stdin")
    await writer.write(`${SECRET}\n`)
    await writer.end()
    expect(eventsOf("copy")).toEqual([...SUCCESS, ...SUCCESS])
    told = []
    await failureOf("copy", db.copyIn("copy nowhere from stdin", "x"))
    expect(eventsOf("copy")).toEqual(FAILURE)
  })
})

it("a store that is bound to a channel is seen where the operation was asked for, and by what it runs", async () => {
  const { AsyncLocalStorage } = await import("node:async_hooks")
  const storage = new AsyncLocalStorage<object>()
  const channel = tracingChannel("pgline:transaction")
  channel.start.bindStore(storage, () => told)
  try {
    const seen = await db.transaction(async (tx) => {
      await tx.query`select 1`
      return storage.getStore()
    })
    expect(seen).toBe(told)
    expect(storage.getStore()).toBeUndefined()
  } finally {
    channel.start.unbindStore(storage)
  }
})
