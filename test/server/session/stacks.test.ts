/** Errors show the line of the caller, whatever was called; no other test could tell who has made which query. */

import { afterAll, beforeAll, expect, it } from "vitest"
import { type Connection, connect, Pool } from "../../../src/index.ts"
import { sharedServer } from "../../support/test-server.ts"

let db: Connection
let pool: Pool

beforeAll(async () => {
  db = await connect(sharedServer.url)
  pool = new Pool(sharedServer.url, { max: 1 })
})

afterAll(async () => {
  await db.close()
  await pool.close()
})

const BAD = "select nonsense"

/** Each in a function of its own, whose name has to be in the stack. */
const callers: Readonly<Record<string, () => Promise<unknown>>> = {
  query: async () => await db.query(BAD),
  template: async () => await db.query`select nonsense`,
  value: async () => await db.value(BAD),
  one: async () => await db.one("select 1 where false"),
  execute: async () => await db.execute(BAD),
  prepare: async () => await db.prepare(BAD),
  prepared: async () => {
    await using statement = await db.prepare("select 1 / $1::int4")
    return await statement.query([0])
  },
  inTransaction: async () => await db.transaction(async (tx) => await tx.query(BAD)),
  commit: async () => {
    const tx = await db.begin()
    await tx.query(BAD).catch(() => {})
    return await tx.commit()
  },
  inPipeline: async () => await db.pipeline(async (p) => await p.query(BAD)),
  stream: async () => {
    for await (const row of db.stream(BAD)) return row
    return undefined
  },
  executeMany: async () => await db.executeMany("select 1 / $1::int4", [[0]]),
  copyIn: async () => await db.copyIn("copy nowhere from stdin", "x"),
  copyOut: async () => {
    for await (const chunk of db.copyOut("copy nowhere to stdout")) return chunk
    return undefined
  },
  commitPrepared: async () => await db.commitPrepared("stacks nobody"),
  pooledQuery: async () => await pool.query(BAD),
  pooledTransaction: async () => await pool.transaction((tx) => tx.query(BAD)),
  timeout: async () => await db.query("select pg_sleep(60)", [], { timeout: 5 }),
  connecting: async () => await connect({ host: "127.0.0.1", port: 1, user: "nobody" }),
  refused: async () => await connect(sharedServer.url, { password: "wrong" }),
  acquiring: async () => {
    await using _ = await pool.acquire()
    return await pool.acquire({ timeout: 5 })
  },
}

it.each(Object.entries(callers))("%s", async (name, call) => {
  const error = await call().catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(Error)
  expect((error as Error).stack).toMatch(new RegExp(`\\b${name} .*stacks\\.test\\.ts:\\d+`))
})
