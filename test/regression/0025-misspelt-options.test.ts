/**
 * A misspelt option of a call was passed over in silence: `begin({ readonly: true })` began a transaction that could
 * write, and a `timout` never passed.
 */

import { expect, it } from "vitest"
import { type Connection, connect, errors, Pool, retry, type Transaction } from "../../src/index.ts"
import { sharedServer } from "../support/test-server.ts"

/** As JavaScript gives them: the compiler would refuse them. */
const misspelt = (options: object): object => options

const onConnection: Record<string, (db: Connection) => unknown> = {
  query: (db) => db.query("select 1", [], misspelt({ timout: 50 })),
  rows: (db) => db.rows("select 1", [], misspelt({ row: "tuple" })),
  "an option of the connection": (db) => db.rows("select 1", [], misspelt({ maxRows: 10 })),
  execute: (db) => db.execute("select 1", misspelt({ timeoutMs: 1 })),
  executeMany: (db) => db.executeMany("select $1::int", [[1]], misspelt({ return: true })),
  stream: (db) => db.stream("select 1", [], misspelt({ batchsize: 1 })),
  cursor: (db) => db.cursor("select 1", [], misspelt({ batchsize: 1 })),
  copyOut: (db) => db.copyOut("copy (select 1) to stdout", misspelt({ sginal: undefined })),
  copyIn: (db) => db.copyIn("copy t from stdin", "1\n", misspelt({ progress: () => {} })),
  "copyIn without a source": (db) => db.copyIn("copy t from stdin", undefined, misspelt({ progress: () => {} })),
  copyRows: (db) => db.copyRows("t", [[1]], misspelt({ column: ["a"] })),
  begin: (db) => db.begin(misspelt({ readonly: true })),
  transaction: (db) => db.transaction(() => 1, misspelt({ retries: 3 })),
  "a nested transaction": (db) =>
    db.transaction((tx: Transaction) => tx.transaction(() => 1, misspelt({ force: true }))),
  pipeline: (db) => db.pipeline(() => 1, misspelt({ timout: 1 })),
  prepare: (db) => db.prepare("select 1", misspelt({ parameterTyps: [] })),
  "a prepared statement": async (db) => {
    await using statement = await db.prepare("select 1")
    await statement.rows([], misspelt({ prepare: true }))
  },
  "a prepared statement's stream": async (db) => {
    await using statement = await db.prepare("select 1")
    statement.stream([], misspelt({ prepare: true }))
  },
  listen: (db) => db.listen("c", undefined, misspelt({ buffer: 1 })),
  close: (db) => db.close(misspelt({ timout: 1 })),
  "a large object": (db) => db.largeObjects.open(1, "r", misspelt({ timout: 1 })),
  "an import": (db) => db.largeObjects.import("", misspelt({ Oid: 1 })),
}

it.each(Object.keys(onConnection))("%s refuses what it does not know", async (call) => {
  await using db = await connect(sharedServer.url)
  const failure: unknown = await (async () => onConnection[call]!(db))().catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(errors.UsageError)
  expect(failure).toMatchObject({ message: expect.stringMatching(/^unknown option "\w+"/), safeToRetry: true })
  expect(await db.value`select 1`).toBe(1)
})

const onPool: Record<string, (pool: Pool) => unknown> = {
  query: (pool) => pool.query("select 1", [], misspelt({ timout: 50 })),
  transaction: (pool) => pool.transaction(() => 1, misspelt({ readonly: true })),
  acquire: (pool) => pool.acquire(misspelt({ timout: 1 })),
  use: (pool) => pool.use(() => 1, misspelt({ timout: 1 })),
  open: (pool) => pool.open(misspelt({ await: true })),
  resize: (pool) => pool.resize(misspelt({ maximum: 1 })),
  listen: (pool) => pool.listen("c", undefined, misspelt({ onGaps: () => {} })),
  close: (pool) => pool.close(misspelt({ timout: 1 })),
}

it.each(Object.keys(onPool))("%s of a pool refuses what it does not know", async (call) => {
  await using pool = new Pool(sharedServer.url)
  const failure: unknown = await (async () => onPool[call]!(pool))().catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(errors.UsageError)
  expect(failure).toMatchObject({ message: expect.stringMatching(/^unknown option "\w+"/) })
  expect(await pool.value`select 1`).toBe(1)
})

it("retry refuses what it does not know", async () => {
  await expect(retry(() => 1, misspelt({ attempt: 3 }))).rejects.toThrow(
    'unknown option "attempt"; did you mean "attempts"?',
  )
})

it("begin, which has nothing to run again, refuses retry", async () => {
  await using db = await connect(sharedServer.url)
  await expect(db.begin(misspelt({ retry: 1 }))).rejects.toThrow("the option retry belongs to transaction(fn)")
})

it("names what may have been meant", async () => {
  await using db = await connect(sharedServer.url)
  await expect(db.begin(misspelt({ readonly: true }))).rejects.toThrow('"readonly"; did you mean "readOnly"?')
  await expect(db.rows("select 1", [], misspelt({ row: "tuple" }))).rejects.toThrow('"row"; did you mean "rows"?')
  await expect(db.rows("select 1", [], misspelt({ maxRows: 10 }))).rejects.toThrow(/^unknown option "maxRows"$/)
})
