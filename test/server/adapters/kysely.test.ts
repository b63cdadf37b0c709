/** The dialect for Kysely, over a real server. */

import { type ColumnType, type Generated, Kysely, sql } from "kysely"
import { type Migration, Migrator } from "kysely/migration"
import { afterAll, beforeAll, expect, it } from "vitest"
import { PglineDialect } from "../../../src/adapters/kysely.ts"
import { connect, errors, Pool } from "../../../src/index.ts"
import { sharedServer } from "../../support/test-server.ts"

interface Database {
  person: {
    id: Generated<number>
    name: string
    born: ColumnType<Date | null, Date | undefined, Date>
    data: ColumnType<unknown, unknown, unknown>
    tags: ColumnType<string[] | null, string[] | undefined, string[]>
    big: ColumnType<bigint | null, bigint | undefined, bigint>
  }
}

/** Its own, for Kysely looks at every table before it migrates, and others come and go. */
const database = "adapters_kysely"
const created: number[] = []
const pool = new Pool(sharedServer.url, { max: 2, database })
const db = new Kysely<Database>({
  dialect: new PglineDialect({
    pool,
    onCreateConnection: async () => {
      created.push(created.length)
    },
  }),
})

const first: Migration = {
  up: async (k) => {
    await k.schema
      .createTable("person")
      .addColumn("id", "serial", (column) => column.primaryKey())
      .addColumn("name", "text", (column) => column.notNull().unique())
      .addColumn("born", "timestamptz")
      .addColumn("data", "jsonb")
      .addColumn("tags", sql`text[]`)
      .addColumn("big", "bigint")
      .execute()
  },
  down: async (k) => {
    await k.schema.dropTable("person").execute()
  },
}
const migrator = new Migrator({
  db,
  provider: { getMigrations: async () => ({ first }) },
})

beforeAll(async () => {
  await using admin = await connect(sharedServer.url)
  await admin.execute(`drop database if exists ${database}`)
  await admin.execute(`create database ${database}`)
  const { error } = await migrator.migrateToLatest()
  expect(error).toBeUndefined()
})

afterAll(async () => {
  await db.destroy()
  await using admin = await connect(sharedServer.url)
  await admin.execute(`drop database ${database}`)
})

it("migrates once, even when several ask for it", async () => {
  const all = await Promise.all([migrator.migrateToLatest(), migrator.migrateToLatest()])
  expect(all.map(({ error, results }) => [error, results])).toEqual([
    [undefined, []],
    [undefined, []],
  ])
})

it("writes and reads values of pgline's types", async () => {
  const born = new Date("2000-01-02T03:04:05.678Z")
  const values = { name: "Ann", born, data: { a: [1, null] }, tags: ["a", 'b"c'], big: 9007199254740993n }
  const inserted = await db.insertInto("person").values(values).returningAll().executeTakeFirstOrThrow()
  expect(inserted).toEqual({ id: expect.any(Number), ...values })
  const updated = await db.updateTable("person").set({ name: "Anna" }).where("name", "=", "Ann").executeTakeFirst()
  expect(updated.numUpdatedRows).toBe(1n)
  const found = await db.selectFrom("person").select("name").where("name", "in", ["Anna", "Bo"]).execute()
  expect(found).toEqual([{ name: "Anna" }])
  const deleted = await db.deleteFrom("person").executeTakeFirst()
  expect(deleted.numDeletedRows).toBe(1n)
})

it("tells a new connection apart from one that was used before", () => {
  expect(created.length).toBeGreaterThan(0)
  expect(created.length).toBeLessThanOrEqual(2)
})

it("commits, rolls back and goes back to savepoints", async () => {
  await db.transaction().execute((trx) => trx.insertInto("person").values({ name: "Bo", data: null }).execute())
  await expect(
    db
      .transaction()
      .setIsolationLevel("serializable")
      .execute(async (trx) => {
        await trx.insertInto("person").values({ name: "Cy", data: null }).execute()
        throw new RangeError("no")
      }),
  ).rejects.toThrow(RangeError)
  const trx = await db.startTransaction().execute()
  const before = await trx.savepoint('be"fore').execute()
  await before.insertInto("person").values({ name: "Di", data: null }).execute()
  const after = await before.rollbackToSavepoint('be"fore').execute()
  await after.insertInto("person").values({ name: "Ed", data: null }).execute()
  await after.commit().execute()
  const names = await db.selectFrom("person").select("name").orderBy("id").execute()
  expect(names.map(({ name }) => name)).toEqual(["Bo", "Ed"])
})

it("does not take a commit that was answered by a rollback for one", async () => {
  const trx = await db.startTransaction().execute()
  await sql`select nosuch`.execute(trx).catch(() => {})
  await expect(trx.commit().execute()).rejects.toThrow(errors.CommitFailedError)
  await trx.rollback().execute()
})

it("refuses with the errors of pgline", async () => {
  const twice = [
    { name: "Zoe", data: null },
    { name: "Zoe", data: null },
  ]
  await expect(db.insertInto("person").values(twice).execute()).rejects.toBeInstanceOf(errors.UniqueViolation)
})

it("streams, and stops when the loop is left", async () => {
  const numbers = db.selectNoFrom(sql<number>`generate_series(1, 10)`.as("n"))
  const all: number[] = []
  for await (const { n } of numbers.stream(3)) all.push(n)
  expect(all).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  const endless = db.selectNoFrom(sql<number>`generate_series(1, 100000000)`.as("n"))
  let seen = 0
  for await (const _ of endless.stream(100)) if (++seen === 250) break
  expect(seen).toBe(250)
  expect((await sql<{ it: string }>`select 'usable' as it`.execute(db)).rows).toEqual([{ it: "usable" }])
})

it("cancels on the server what is aborted", async () => {
  const abort = new AbortController()
  const sleeping = sql`select pg_sleep(60), 'adapter'`.execute(db, {
    signal: abort.signal,
    inflightQueryAbortStrategy: "cancel query",
  })
  const settled = expect(sleeping).rejects.toThrow()
  await expect.poll(() => running()).toBe(1)
  abort.abort()
  await settled
  await expect.poll(() => running()).toBe(0)
})

async function running(): Promise<number> {
  const text =
    "select count(*)::int from pg_stat_activity where state = 'active' and query like 'select pg_sleep(60), ''adapter''%'"
  return (await pool.value<number>(text)) ?? 0
}
