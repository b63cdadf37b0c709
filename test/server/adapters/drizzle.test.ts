/** The driver for Drizzle, over a real server. */

import { count, eq, relations, sql, TransactionRollbackError } from "drizzle-orm"
import {
  bigint,
  boolean,
  customType,
  date,
  integer,
  interval,
  jsonb,
  line,
  numeric,
  pgSchema,
  point,
  serial,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core"
import { afterAll, beforeAll, expect, it } from "vitest"
import { drizzle } from "../../../src/adapters/drizzle.ts"
import { errors, Pool } from "../../../src/index.ts"
import { sharedServer } from "../../support/test-server.ts"

const own = pgSchema("adapters_drizzle")
const bytes = customType<{ data: Uint8Array }>({ dataType: () => "bytea" })

const person = own.table("person", {
  id: serial("id").primaryKey(),
  name: text("name").notNull().unique(),
  born: timestamp("born", { withTimezone: true }),
  local: timestamp("local"),
  seen: timestamp("seen", { mode: "string", withTimezone: true }),
  day: date("day"),
  moment: date("moment", { mode: "date" }),
  data: jsonb("data"),
  big: bigint("big", { mode: "bigint" }),
  small: bigint("small", { mode: "number" }),
  amount: numeric("amount"),
  active: boolean("active"),
  spent: interval("spent"),
  key: uuid("key"),
  photo: bytes("photo"),
  place: point("place"),
  way: line("way"),
  scores: integer("scores").array().array(),
})
const pet = own.table("pet", {
  id: serial("id").primaryKey(),
  ownerId: integer("owner_id").references(() => person.id),
  name: text("name").notNull(),
  tags: text("tags").array(),
})
const personRelations = relations(person, ({ many }) => ({ pets: many(pet) }))
const petRelations = relations(pet, ({ one }) => ({
  owner: one(person, { fields: [pet.ownerId], references: [person.id] }),
}))

const logged: string[] = []
const pool = new Pool(sharedServer.url, { max: 2 })
const db = drizzle(pool, {
  schema: { person, pet, personRelations, petRelations },
  logger: { logQuery: (query) => logged.push(query) },
})

const ann = {
  name: "Ann",
  born: new Date("2000-01-02T03:04:05.678Z"),
  local: new Date("2001-02-03T04:05:06.007Z"),
  seen: "2001-01-01 10:00:00.123456+00",
  day: "1990-05-06",
  moment: new Date("1991-02-03T00:00:00Z"),
  data: { a: [1, null, "x"] },
  big: 9007199254740993n,
  small: 5,
  amount: "12.50",
  active: true,
  spent: "1 day 02:03:04",
  key: "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
  photo: new Uint8Array([0, 255]),
  place: [1.5, -2] as [number, number],
  way: [1, 2, 3] as [number, number, number],
  scores: [
    [1, 2],
    [3, 4],
  ],
}

beforeAll(async () => {
  await pool.execute(`
    drop schema if exists adapters_drizzle cascade; create schema adapters_drizzle; set search_path = adapters_drizzle;
    create table person (id serial primary key, name text not null unique, born timestamptz, local timestamp,
      seen timestamptz, day date, moment date, data jsonb, big bigint, small bigint, amount numeric, active boolean,
      spent interval, key uuid, photo bytea, place point, way line, scores int[]);
    create table pet (id serial primary key, owner_id int references person, name text not null, tags text[]);
    reset search_path`)
})

afterAll(async () => {
  await pool.execute("drop schema adapters_drizzle cascade")
  await pool.close()
})

it("gives back the values of every kind of column", async () => {
  const [inserted] = await db.insert(person).values(ann).returning()
  expect({ ...inserted, photo: new Uint8Array(inserted!.photo!) }).toEqual({ id: 1, ...ann })
  await db.insert(pet).values([
    { ownerId: 1, name: "Rex", tags: ["a", 'b"c', ""] },
    { ownerId: 1, name: "Tom" },
  ])
  const found = await db
    .select({ name: pet.name, tags: pet.tags, owner: person.name })
    .from(pet)
    .leftJoin(person, eq(pet.ownerId, person.id))
    .orderBy(pet.id)
  expect(found).toEqual([
    { name: "Rex", tags: ["a", 'b"c', ""], owner: "Ann" },
    { name: "Tom", tags: null, owner: "Ann" },
  ])
  expect(logged.at(-1)).toContain("left join")
})

it("knows relations, counts and prepared queries", async () => {
  const related = await db.query.person.findMany({
    columns: { name: true },
    with: { pets: { columns: { name: true } } },
  })
  expect(related).toEqual([{ name: "Ann", pets: [{ name: "Rex" }, { name: "Tom" }] }])
  expect(await db.select({ n: count() }).from(pet)).toEqual([{ n: 2 }])
  expect(await db.$count(pet)).toBe(2)
  const prepared = db
    .select({ name: person.name })
    .from(person)
    .where(eq(person.id, sql.placeholder("id")))
    .prepare("p")
  expect([await prepared.execute({ id: 1 }), await prepared.execute({ id: 2 })]).toEqual([[{ name: "Ann" }], []])
})

it("gives pgline's results of raw SQL", async () => {
  const result = await db.execute(sql`select ${1}::int8 as big, ${"x"}::text as t, ${new Date(0)}::timestamptz as at`)
  expect(result.rows).toEqual([{ big: 1n, t: "x", at: "1970-01-01 00:00:00+00" }])
  const updated = await db.update(pet).set({ name: "Max" }).where(eq(pet.name, "Rex"))
  expect([updated.command, updated.rowCount]).toEqual(["UPDATE", 1])
})

it("commits, rolls back and nests", async () => {
  await db.transaction(async (tx) => {
    await tx.insert(person).values({ name: "Bo" })
    await expect(
      tx.transaction(async (inner) => {
        await inner.insert(person).values({ name: "Cy" })
        throw new RangeError("inner")
      }),
    ).rejects.toThrow("inner")
  })
  const rolledBack = db.transaction(
    async (tx) => {
      await tx.insert(person).values({ name: "Di" })
      tx.rollback()
    },
    { isolationLevel: "serializable", accessMode: "read write", deferrable: true },
  )
  await expect(rolledBack).rejects.toThrow(TransactionRollbackError)
  const names = await db.select({ name: person.name }).from(person).orderBy(person.id)
  expect(names).toEqual([{ name: "Ann" }, { name: "Bo" }])
})

it("refuses with the errors of pgline, as the cause of Drizzle's", async () => {
  const failure = await db
    .insert(person)
    .values({ name: "Ann" })
    .then(
      () => undefined,
      (error: Error) => error,
    )
  expect(failure?.cause).toBeInstanceOf(errors.UniqueViolation)
})

it("runs on a connection of one's own", async () => {
  await pool.use(async (connection) => {
    const own = drizzle(connection)
    expect(own.$client).toBe(connection)
    expect((await own.execute(sql`select 1 as one`)).rows).toEqual([{ one: 1 }])
  })
})
