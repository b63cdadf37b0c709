/** Knex with its pg client. */

import knexModule from "knex"
import { failureOf, type ScenarioServer } from "../scenario.ts"

const migrations = [
  {
    name: "first",
    up: (k: knexModule.Knex) =>
      k.schema.createTable("person", (t) => {
        t.increments("id")
        t.string("name").notNullable().unique()
        t.timestamp("born")
        t.jsonb("data")
        t.bigInteger("big")
      }),
    down: (k: knexModule.Knex) => k.schema.dropTable("person"),
  },
  {
    name: "second",
    up: (k: knexModule.Knex) =>
      k.schema.createTable("pet", (t) => {
        t.increments("id")
        t.integer("owner_id").references("person.id")
        t.string("name")
        t.specificType("tags", "text[]")
      }),
    down: (k: knexModule.Knex) => k.schema.dropTable("pet"),
  },
]

type Migration = (typeof migrations)[number]

export async function run(server: ScenarioServer): Promise<unknown> {
  const k = knexModule({ client: "pg", connection: server.url, pool: { min: 0, max: 1 } })
  const migrationSource = {
    getMigrations: async () => migrations,
    getMigrationName: (migration: Migration) => migration.name,
    getMigration: async (migration: Migration) => migration,
  }
  const up = await k.migrate.latest({ migrationSource })
  const ann = await k("person")
    .insert({ name: "Ann", born: new Date(0), data: JSON.stringify({ a: 1 }), big: "9007199254740993" })
    .returning("*")
  await k("pet").insert([
    { owner_id: 1, name: "Rex", tags: ["a", 'b"c'] },
    { owner_id: 1, name: "Tom", tags: null },
  ])
  const joined = await k("pet")
    .join("person", "person.id", "pet.owner_id")
    .select("pet.*", "person.name as owner")
    .orderBy("pet.id")
  const updated = await k("pet").where({ name: "Rex" }).update({ name: "Max" })
  const deleted = await k("pet").where({ name: "nobody" }).del()
  const committed = await k.transaction(async (trx) => {
    await trx("person").insert({ name: "Bo" })
    await failureOf(
      trx.transaction(async (inner) => {
        await inner("person").insert({ name: "Cy" })
        throw new RangeError("inner")
      }),
    )
    return await trx("person").select("name").orderBy("id")
  })
  const rolledBack = await failureOf(
    k.transaction(async (trx) => {
      await trx("person").insert({ name: "Di" })
      throw new RangeError("outer")
    }),
  )
  const duplicate = await failureOf(k("person").insert({ name: "Ann" }))
  const wrong = await failureOf(k.raw("select nosuch"))
  const streamed: unknown[] = []
  for await (const row of k.select(k.raw("generate_series(1, 300) as n")).stream()) streamed.push(row)
  const raw = await k.raw("select ?::int as n, ?? from person limit 1", [5, "name"])
  const timedOut = await failureOf(k.raw("select pg_sleep(2)").timeout(50, { cancel: true }))
  const alive = await k.raw("select 'alive' as it")
  const down = await k.migrate.rollback({ migrationSource }, true)
  await k.destroy()
  return {
    up,
    ann,
    joined,
    updated,
    deleted,
    committed,
    rolledBack,
    duplicate,
    wrong,
    streamed: streamed.length,
    raw: [raw.command, raw.rowCount, raw.rows],
    timedOut,
    alive: alive.rows,
    down,
  }
}
