/** An error of what moves much data shows the line that has called it, as every error does. */

import { afterAll, beforeAll, expect, it } from "vitest"
import { type Connection, connect } from "../../../src/index.ts"
import { sharedServer } from "../../support/test-server.ts"

let db: Connection

beforeAll(async () => {
  db = await connect(sharedServer.url)
  await db.execute("create temporary table t (n int primary key)")
})

afterAll(() => db.close())

async function drain(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

const calls: Record<string, () => Promise<unknown>> = {
  executeMany: async function caller() {
    await db.executeMany("insert into t values ($1)", [[1], [1]])
  },
  copyRows: async function caller() {
    await db.copyRows("t", [[1], [1]])
  },
  copyIn: async function caller() {
    await db.copyIn("copy t from stdin", "x\n")
  },
  "a writer": async function caller() {
    const copy = await db.copyIn("copy t from stdin")
    await copy.write("x\n")
    await copy.end()
  },
  copyOut: async function caller() {
    await drain(db.copyOut("copy nowhere to stdout"))
  },
  stream: async function caller() {
    await drain(db.stream("select 1 / 0"))
  },
  "a stream in a transaction": () =>
    db.transaction(async function caller(tx) {
      await drain(tx.stream("select 1 / 0"))
    }),
  cursor: async function caller() {
    await using cursor = await db.cursor("select 1 / (2 - n) from generate_series(1, 3) n")
    await cursor.fetch(3)
  },
}

it.each(Object.entries(calls))("%s", async (_name, call) => {
  const error = await call().then(
    () => undefined,
    (failure: Error) => failure,
  )
  expect(error?.stack).toMatch(/\bcaller\b/)
})
