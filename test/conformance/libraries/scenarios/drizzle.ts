/** Drizzle over its node-postgres driver. */

import { count, eq, relations, sql } from "drizzle-orm"
import { drizzle } from "drizzle-orm/node-postgres"
import {
  bigint,
  boolean,
  customType,
  date,
  integer,
  interval,
  jsonb,
  numeric,
  pgTable,
  serial,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core"
import { failureOf, newPool, type ScenarioServer } from "../scenario.ts"

const bytes = customType<{ data: Buffer }>({ dataType: () => "bytea" })

const person = pgTable("person", {
  id: serial("id").primaryKey(),
  name: text("name").notNull().unique(),
  born: timestamp("born", { withTimezone: true }),
  seen: timestamp("seen", { mode: "string" }),
  day: date("day"),
  data: jsonb("data"),
  big: bigint("big", { mode: "bigint" }),
  amount: numeric("amount"),
  active: boolean("active"),
  spent: interval("spent"),
  key: uuid("key"),
  photo: bytes("photo"),
})
const pet = pgTable("pet", {
  id: serial("id").primaryKey(),
  ownerId: integer("owner_id").references(() => person.id),
  name: text("name").notNull(),
  tags: text("tags").array(),
})
const personRelations = relations(person, ({ many }) => ({ pets: many(pet) }))
const petRelations = relations(pet, ({ one }) => ({
  owner: one(person, { fields: [pet.ownerId], references: [person.id] }),
}))

const DDL = sql`
  create table person (id serial primary key, name text not null unique, born timestamptz, seen timestamp, day date,
    data jsonb, big bigint, amount numeric, active boolean, spent interval, key uuid, photo bytea);
  create table pet (id serial primary key, owner_id int references person, name text not null, tags text[])`

export async function run(server: ScenarioServer): Promise<unknown> {
  const pool = newPool(server)
  const db = drizzle(pool, { schema: { person, pet, personRelations, petRelations } })
  await db.execute(DDL)
  const [ann] = await db
    .insert(person)
    .values({
      name: "Ann",
      born: new Date("2000-01-02T03:04:05.678Z"),
      seen: "2001-01-01 10:00:00",
      day: "1990-05-06",
      data: { a: [1, null, "x"] },
      big: 9007199254740993n,
      amount: "12.50",
      active: true,
      spent: "1 day 02:03:04",
      key: "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
      photo: Buffer.from([0, 255]),
    })
    .returning()
  await db.insert(pet).values([
    { ownerId: ann!.id, name: "Rex", tags: ["a", 'b"c', ""] },
    { ownerId: ann!.id, name: "Tom" },
  ])
  const joined = await db.select().from(pet).leftJoin(person, eq(pet.ownerId, person.id)).orderBy(pet.id)
  const related = await db.query.person.findMany({ with: { pets: { columns: { name: true } } } })
  const counted = await db.select({ n: count() }).from(pet)
  const prepared = db
    .select({ name: person.name })
    .from(person)
    .where(eq(person.id, sql.placeholder("id")))
    .prepare("p1")
  const byId = [await prepared.execute({ id: 1 }), await prepared.execute({ id: 2 })]
  const updated = await db.update(pet).set({ name: "Max" }).where(eq(pet.name, "Rex"))
  const committed = await db.transaction(async (tx) => {
    await tx.insert(person).values({ name: "Bo" })
    await failureOf(
      tx.transaction(async (inner) => {
        await inner.insert(person).values({ name: "Cy" })
        throw new RangeError("inner")
      }),
    )
    return await tx.select({ name: person.name }).from(person).orderBy(person.id)
  })
  const rolledBack = await failureOf(
    db.transaction(
      async (tx) => {
        await tx.insert(person).values({ name: "Di" })
        tx.rollback()
      },
      { isolationLevel: "serializable" },
    ),
  )
  const causeOf = async (promise: PromiseLike<unknown>): Promise<unknown> =>
    await failureOf(
      (async () => {
        try {
          await promise
        } catch (error) {
          throw (error as Error).cause ?? error
        }
      })(),
    )
  const duplicate = await causeOf(db.insert(person).values({ name: "Ann" }))
  const wrong = await causeOf(db.execute(sql`select nosuch`))
  const raw = await db.execute(sql`select ${1}::int8 as big, ${"x"}::text as t, now() is not null as now`)
  await pool.end()
  const text = JSON.stringify(
    {
      ann,
      joined,
      related,
      counted,
      byId,
      updated: updated.rowCount,
      committed,
      rolledBack,
      duplicate,
      wrong,
      raw: raw.rows,
    },
    (_, value) => (typeof value === "bigint" ? `${value}n` : value),
  )
  return JSON.parse(text)
}
