/** Kysely, whatever its dialect. */

import { type Dialect, Kysely } from "kysely"
import type { InsertRow } from "../dataset.ts"
import type { QueryBuilder } from "./query-builder.ts"

interface Database {
  bench_points: { id: unknown; name: string; amount: string; created_at: Date; active: boolean }
  bench_mixed: {
    id: number
    label: string
    created_at: Date
    score: number
    active: boolean
    payload: unknown
    token: string
    numbers: number[]
  }
  bench_inserts: { id: number; name: string; created_at: Date; score: number }
}

const pointColumns = ["id", "name", "amount", "created_at", "active"] as const
const mixedColumns = ["id", "label", "created_at", "score", "active", "payload", "token", "numbers"] as const

const valuesOf = ({ id, name, createdAt, score }: InsertRow): Database["bench_inserts"] => {
  return { id, name, created_at: createdAt, score }
}

/** The workloads over one dialect. */
export function kyselyOver(dialect: Dialect): QueryBuilder {
  const db = new Kysely<Database>({ dialect })
  return {
    pointSelect: (id) => db.selectFrom("bench_points").select(pointColumns).where("id", "=", id).execute(),
    mixed: () => db.selectFrom("bench_mixed").select(mixedColumns).execute(),
    insert: (row) => db.insertInto("bench_inserts").values(valuesOf(row)).execute(),
    insertMany: (rows) =>
      db.transaction().execute(async (tx) => {
        for (const row of rows) await tx.insertInto("bench_inserts").values(valuesOf(row)).execute()
      }),
    close: () => db.destroy(),
  }
}
