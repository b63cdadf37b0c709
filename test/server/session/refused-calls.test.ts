/**
 * Calls on a connection that a transaction has: they are refused, and leave neither a listener nor a timer behind. Timers
 * that are left would fail the file at its end.
 */

import { getEventListeners } from "node:events"
import { afterAll, beforeAll, expect, it } from "vitest"
import { type Connection, connect, type PreparedStatement, type Transaction } from "../../../src/index.ts"
import { sharedServer } from "../../support/test-server.ts"
import { failureOf } from "../../support/within.ts"

let db: Connection
let prepared: PreparedStatement
let tx: Transaction

beforeAll(async () => {
  db = await connect(sharedServer.url)
  prepared = await db.prepare("select 1")
  tx = await db.begin()
})

afterAll(async () => {
  await tx.rollback()
  await db.close()
})

const { signal } = new AbortController()
const limits = { signal, timeout: 600_000 }

async function drained(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

async function* later(): AsyncGenerator<unknown[]> {
  yield [1]
}

const calls: Readonly<Record<string, () => Promise<unknown>>> = {
  query: () => db.query("select 1", [], limits),
  execute: () => db.execute("select 1", limits),
  pipeline: () => db.pipeline(() => [], limits),
  prepare: () => db.prepare("select 1", limits),
  "a prepared statement": () => prepared.query([], limits),
  "the stream of a prepared statement": () => drained(prepared.stream([], limits)),
  stream: () => drained(db.stream("select 1", [], limits)),
  cursor: () => db.cursor("select 1", [], limits),
  "cursor with hold": () => db.cursor("select 1", [], { ...limits, hold: true }),
  executeMany: () => db.executeMany("select $1::int", [[1]], limits),
  "executeMany of an async iterable": () => db.executeMany("select $1::int", later(), limits),
  copyRows: () => db.copyRows("t", [[1]], limits),
  "copyRows of an async iterable": () => db.copyRows("t", later(), limits),
  "copyIn with a source": () => db.copyIn("copy t from stdin", "1\n", limits),
  "copyIn with a writer": () => db.copyIn("copy t from stdin", undefined, limits),
  copyOut: () => drained(db.copyOut("copy t to stdout", limits)),
  "the rows of copyOut": () => drained(db.copyOut("copy t to stdout", limits).rows()),
  "largeObjects.open": () => db.largeObjects.open(1, "r", limits),
}

it.each(Object.entries(calls))("%s", async (_, call) => {
  expect(await failureOf("the call", call())).toMatchObject({ code: "PGLINE_USAGE", safeToRetry: true })
  expect(getEventListeners(signal, "abort")).toHaveLength(0)
})
