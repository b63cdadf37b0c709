/** Drizzle, whatever its driver. */

import { eq } from "drizzle-orm"
import {
  bigint,
  boolean,
  doublePrecision,
  integer,
  jsonb,
  numeric,
  type PgDatabase,
  type PgQueryResultHKT,
  pgTable,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core"
import type { InsertRow } from "../dataset.ts"
import type { QueryBuilder } from "./query-builder.ts"

const createdAt = timestamp("created_at", { withTimezone: true }).notNull()

const points = pgTable("bench_points", {
  id: bigint("id", { mode: "bigint" }).primaryKey(),
  name: text("name").notNull(),
  amount: numeric("amount").notNull(),
  created_at: createdAt,
  active: boolean("active").notNull(),
})

const mixed = pgTable("bench_mixed", {
  id: integer("id").primaryKey(),
  label: text("label").notNull(),
  created_at: createdAt,
  score: doublePrecision("score").notNull(),
  active: boolean("active").notNull(),
  payload: jsonb("payload").notNull(),
  token: uuid("token").notNull(),
  numbers: integer("numbers").array().notNull(),
})

const inserts = pgTable("bench_inserts", {
  id: integer("id").notNull(),
  name: text("name").notNull(),
  created_at: createdAt,
  score: doublePrecision("score").notNull(),
})

const valuesOf = (row: InsertRow): typeof inserts.$inferInsert => {
  return { id: row.id, name: row.name, created_at: row.createdAt, score: row.score }
}

/** The workloads over one driver of Drizzle's. */
export function drizzleOver(db: PgDatabase<PgQueryResultHKT>, close: () => Promise<void>): QueryBuilder {
  return {
    pointSelect: async (id) =>
      await db
        .select()
        .from(points)
        .where(eq(points.id, BigInt(id))),
    mixed: async () => await db.select().from(mixed),
    insert: async (row) => await db.insert(inserts).values(valuesOf(row)),
    insertMany: (rows) =>
      db.transaction(async (tx) => {
        for (const row of rows) await tx.insert(inserts).values(valuesOf(row))
      }),
    close,
  }
}
