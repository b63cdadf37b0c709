/**
 * Whatever is begun on a client of the face comes to an end that is told: cursors, streams and copies whose statement
 * fails, is another one, or loses its connection, where those of `pg` wait for ever.
 */

import { text as readText } from "node:stream/consumers"
import { finished } from "node:stream/promises"
import PgCursor from "pg-cursor"
import { expect, it } from "vitest"
import { Client as QueueingClient } from "../../../src/pg/client.ts"
import { Client, Cursor, copyStreams, Pool, type QueryConfig, QueryStream } from "../../../src/pg/index.ts"
import { Query as SubmittableQuery } from "../../../src/pg/query.ts"
import { faces } from "../../conformance/pg/face.ts"
import { within } from "../../support/within.ts"
import { config, withClient } from "./with-client.ts"

const MANY = "select generate_series(1, 100000) as n"

async function expectUsable(client: Client): Promise<void> {
  expect((await within("the next query", client.query("select 1 as a"))).rows).toEqual([{ a: 1 }])
}

async function terminate({ processID }: Client): Promise<void> {
  await withClient((other) => other.query("select pg_terminate_backend($1)", [processID]))
}

it("closes a cursor whose statement failed long ago", async () => {
  await withClient(async (client) => {
    const cursor = client.query(new Cursor("select 1 / 0"))
    await expect(cursor.read(1)).rejects.toMatchObject({ code: "22012" })
    await expectUsable(client)
    await within("close", cursor.close())
    await expect(cursor.read(1)).rejects.toMatchObject({ code: "22012" })
    expect(client.connection.listenerCount("end")).toBe(1)
    expect(client.connection.listenerCount("readyForQuery")).toBe(1)
  })
})

it("closes a cursor twice while it is read from", async () => {
  await withClient(async (client) => {
    const cursor = client.query(new Cursor(MANY))
    await cursor.read(1)
    const again = new Promise((resolve) => client.connection.once("closeComplete", () => resolve(cursor.close())))
    const [last, closed] = [cursor.read(1), cursor.close()]
    expect(await last).toEqual([{ n: 2 }])
    await within("close", closed)
    await within("close again", again)
    await expectUsable(client)
  })
})

it("closes a cursor whose connection is lost", async () => {
  await withClient(async (client) => {
    const cursor = client.query(new Cursor(MANY))
    await cursor.read(1)
    await terminate(client)
    await expect(within("read", cursor.read(1))).rejects.toThrow(/terminat|ECONNRESET|EPIPE/)
    await within("close", cursor.close())
  })
})

it("ends a loop over a stream whose connection is lost, or closed", async () => {
  for (const end of [terminate, (client: Client) => client.end()]) {
    await withClient(async (client) => {
      const stream = client.query(new QueryStream(MANY, [], { batchSize: 10 }))
      const loop = async (): Promise<void> => {
        for await (const { n } of stream) if (n === 55) await end(client)
      }
      await expect(within("the loop", loop())).rejects.toThrow(/terminat|ECONNRESET|EPIPE/)
      expect(stream.closed).toBe(true)
    })
  }
})

it("ends a copy to the client of a statement that gives nothing", async () => {
  await withClient(async (client) => {
    for (const text of ["", "select 1"]) {
      expect(await within("the copy", readText(client.query(copyStreams.to(text))))).toBe("")
    }
    await expectUsable(client)
  })
})

it("fails a copy from the client into a statement that takes nothing", async () => {
  await withClient(async (client) => {
    for (const text of ["", "select 1"]) {
      const copy = client.query(copyStreams.from(text))
      copy.end("lost\n")
      await expect(within("the copy", finished(copy))).rejects.toThrow("it is no COPY from the client")
      const given = client.query(copyStreams.from(text))
      given.destroy()
      await within("the copy that was given up", new Promise((resolve) => given.once("close", resolve)))
    }
    await expectUsable(client)
  })
})

it("frees the connection of a replication that is given up, refused or none", async () => {
  await withClient(
    async (client) => {
      const { xlogpos } = (await client.query("IDENTIFY_SYSTEM")).rows[0]
      const { connection } = client
      const listeners = (): number =>
        connection.listenerCount("replicationStart") + connection.listenerCount("copyDone")
      const running = client.query(copyStreams.both(`START_REPLICATION ${xlogpos}`))
      await new Promise<void>((resolve) => connection.once("replicationStart", () => resolve()))
      running.destroy()
      await expectUsable(client)
      const refused = client.query(copyStreams.both("START_REPLICATION SLOT nosuch PHYSICAL 0/0"))
      await expect(within("the refused one", finished(refused))).rejects.toThrow("nosuch")
      const none = client.query(copyStreams.both("select 1"))
      none.resume().end()
      await expect(within("the one that is none", finished(none))).rejects.toThrow("it is no COPY from the client")
      await expectUsable(client)
      expect(listeners()).toBe(0)
    },
    { replication: "database" },
  )
})

it("tells, and survives, that a request to cancel cannot be made", async () => {
  await withClient(async (client) => {
    const query = new SubmittableQuery("select pg_sleep(0.1)")
    const running = new Promise((resolve) => query.on("end", resolve))
    client.query(query)
    const canceller = new QueueingClient({ ...config, host: "/nonexistent" })
    const failure = new Promise<Error>((resolve) => canceller.on("error", resolve))
    canceller.cancel(client as QueueingClient, query)
    expect(await within("the failure", failure)).toMatchObject({ code: "ENOENT" })
    await running
  })
})

it("refuses those who wait for a client of a pool that is ended", async () => {
  const pool = new Pool({ ...config, max: 1 })
  const client = await pool.connect()
  const refused = [pool.connect(), pool.query("select 1")].map((waiting) =>
    expect(within("the one who waits", waiting as Promise<unknown>)).rejects.toThrow("after calling end on the pool"),
  )
  const ended = pool.end()
  await Promise.all(refused)
  client.release()
  await within("the end", ended)
})

it("goes on behind a COPY in a prepared statement, which no stream feeds", async () => {
  await withClient(async (client) => {
    await client.query("create temp table t (a text)")
    for (const more of [{ queryMode: "extended" }, { name: "named" }, { rows: 5 }]) {
      const copy = client.query({ text: "copy t from stdin", ...more })
      await expect(within("the copy", copy)).rejects.toThrow("No source stream defined")
      await expectUsable(client)
    }
  })
})

it("gives the next query its own answer behind a cursor of pg-cursor that was closed twice", async () => {
  // That package's declarations are for pg's client.
  const client = new faces.pgline.Client(config)
  await client.connect()
  const cursor = client.query(new PgCursor(MANY))
  await cursor.read(1)
  const again = new Promise((resolve) => client.connection.once("closeComplete", () => resolve(cursor.close())))
  await within("close", Promise.all([cursor.read(1), cursor.close(), again]))
  await expectUsable(client)
  await client.end()
})

it("connects for the first of two calls", async () => {
  const client = new Client(config)
  const [first, second] = [client.connect(), client.connect()]
  await expect(second).rejects.toThrow("You cannot reuse a client")
  expect(await within("connect", first)).toBe(client)
  await client.end()
})

it("has no time limit run on for a query that was refused at once", async () => {
  const wrong = { text: 5 as never, name: "wrong" }
  const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length
  await withClient(
    async (client) => {
      const before = timers()
      expect(() => client.query(wrong)).toThrow(TypeError)
      expect(timers()).toBe(before)
      await expectUsable(client)
    },
    { query_timeout: 3_600_000 },
  )
})

it("gives the next query of a pipeline its own answer when one that had its turn could not be sent", async () => {
  await withClient(
    async (client) => {
      let isCongested = true
      Object.defineProperty(client.connection.stream, "writableNeedDrain", { get: () => isCongested })
      const refused = client.query({} as QueryConfig)
      const next = client.query("select 1 as a")
      isCongested = false
      client.connection.stream.emit("drain")
      await expect(within("the one that is refused", refused)).rejects.toThrow("must have either text or a name")
      expect((await within("the next", next)).rows).toEqual([{ a: 1 }])
      await expectUsable(client)
    },
    { pipeline: true },
  )
})
