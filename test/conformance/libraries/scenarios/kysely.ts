/** Kysely over its PostgresDialect. */

import { type ColumnType, type Generated, Kysely, PostgresDialect, type RawBuilder, sql } from "kysely"
import { type Migration, Migrator } from "kysely/migration"
import Cursor from "pg-cursor"
import { failureOf, newPool, type ScenarioServer } from "../scenario.ts"

interface Database {
  person: {
    id: Generated<number>
    name: string
    born: ColumnType<Date | null, string | undefined, string>
    data: ColumnType<unknown, string | undefined, string>
  }
  pet: { id: Generated<string>; owner_id: number; name: string; tags: string[] | null }
}

const first: Migration = {
  up: async (db) => {
    await db.schema
      .createTable("person")
      .addColumn("id", "serial", (column) => column.primaryKey())
      .addColumn("name", "text", (column) => column.notNull().unique())
      .addColumn("born", "timestamptz")
      .addColumn("data", "jsonb")
      .execute()
  },
}

const second: Migration = {
  up: async (db) => {
    await db.schema
      .createTable("pet")
      .addColumn("id", "bigserial", (column) => column.primaryKey())
      .addColumn("owner_id", "integer", (column) => column.references("person.id").notNull())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("tags", sql`text[]`)
      .execute()
  },
  down: async (db) => {
    await db.schema.dropTable("pet").execute()
  },
}

export async function run(server: ScenarioServer): Promise<unknown> {
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: newPool(server), cursor: Cursor }) })
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ first, second }) } })
  const up = await migrator.migrateToLatest()
  const down = await migrator.migrateDown()
  await migrator.migrateToLatest()

  const ann = await db
    .insertInto("person")
    .values({ name: "Ann", born: "2000-01-02T03:04:05.678Z", data: JSON.stringify({ a: [1, null] }) })
    .returningAll()
    .executeTakeFirstOrThrow()
  await db
    .insertInto("pet")
    .values([
      { owner_id: ann.id, name: "Rex", tags: ["a", 'b"c'] },
      { owner_id: ann.id, name: "Tom", tags: null },
    ])
    .execute()
  const joined = await db
    .selectFrom("pet")
    .innerJoin("person", "person.id", "pet.owner_id")
    .select(["pet.id", "pet.name", "person.name as owner", "pet.tags"])
    .where("person.name", "in", ["Ann", "Bo"])
    .orderBy("pet.id")
    .execute()
  const updated = await db.updateTable("pet").set({ name: "Max" }).where("name", "=", "Rex").executeTakeFirst()
  const deleted = await db.deleteFrom("pet").where("name", "=", "nobody").executeTakeFirst()
  const committed = await db.transaction().execute(async (trx) => {
    await trx.insertInto("person").values({ name: "Bo" }).execute()
    return await trx.selectFrom("person").select("name").orderBy("id").execute()
  })
  const rolledBack = await failureOf(
    db
      .transaction()
      .setIsolationLevel("serializable")
      .execute(async (trx) => {
        await trx.insertInto("person").values({ name: "Cy" }).execute()
        throw new RangeError("no")
      }),
  )
  const trx = await db.startTransaction().execute()
  const before = await trx.savepoint("before").execute()
  await before.insertInto("person").values({ name: "Di" }).execute()
  const after = await before.rollbackToSavepoint("before").execute()
  await after.insertInto("person").values({ name: "Ed" }).execute()
  await after.commit().execute()
  const duplicate = await failureOf(db.insertInto("person").values({ name: "Ann" }).execute())
  const foreign = await failureOf(db.insertInto("pet").values({ owner_id: 99, name: "x" }).execute())
  const wrong = await failureOf(sql`select nosuch`.execute(db))
  const streamed: unknown[] = []
  const series: RawBuilder<{ n: number }> = sql`generate_series(1, 10)`
  for await (const row of db.selectNoFrom(series.as("n")).stream(3)) streamed.push(row)
  const early: unknown[] = []
  for await (const row of db.selectNoFrom(series.as("n")).stream(3)) {
    early.push(row)
    if (early.length === 4) break
  }
  const raw = await sql`select ${1}::int8 as big, ${[1, 2]}::int[] as list, now() is not null as now`.execute(db)
  const tables = (await db.introspection.getTables()).map(({ name, columns }) => [name, columns.map((c) => c.name)])
  const all = await db.selectFrom("person").selectAll().orderBy("id").execute()
  await db.destroy()
  return {
    up: up.results,
    down: down.results,
    ann,
    joined,
    updated: String(updated.numUpdatedRows),
    deleted: String(deleted.numDeletedRows),
    committed,
    rolledBack,
    duplicate,
    foreign,
    wrong,
    streamed,
    early,
    raw: raw.rows,
    tables,
    all,
  }
}
