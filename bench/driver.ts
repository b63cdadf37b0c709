/**
 * What a driver must do to be measured: each operation in that driver's own idiom and its fastest fair way, all with
 * the same meaning. Results are the driver's own; `canonical.ts` compares them across drivers before anything is timed.
 */

import type { BulkRow } from "./bulk-dataset.ts"
import type { InsertRow, ServerAddress } from "./dataset.ts"

/**
 * The drivers, in the order of the report. `floor` is no driver but the limit: see `floor.ts`; `pgline-bun` is pgline
 * under Bun.
 */
export const driverNames = [
  "pgline",
  "pg",
  "pg-pipeline",
  "postgres",
  "floor",
  "pgline-bun",
  "bun-sql",
  "asyncpg",
  "pgx",
] as const

/** Drivers of other languages, which have workers of their own: see `contenders.ts`. */
export const foreignDriverNames = ["asyncpg", "pgx"] as const

export type ForeignDriverName = (typeof foreignDriverNames)[number]

/** The drivers that `worker.ts` runs. */
export type ScriptDriverName = Exclude<DriverName, ForeignDriverName>

/** The same code over `pg` and over pgline: the face of `pg`, and the query builders with our dialects. */
export const twins = [
  ["pg", "pgline-pg"],
  ["pg-unnamed", "pgline-pg-unnamed"],
  ["pg-pipeline", "pgline-pg-pipeline"],
  ["kysely-pg", "kysely-pgline"],
  ["drizzle-pg", "drizzle-pgline"],
] as const

export type TwinName = (typeof twins)[number][number]

/** The packages of the query builders that some drivers are made of. */
export function buildersAmong(names: readonly DriverName[]): string[] {
  return Object.entries({ kysely: "kysely-", "drizzle-orm": "drizzle-" }).flatMap(([name, prefix]) =>
    names.some((driver) => driver.startsWith(prefix)) ? [name] : [],
  )
}

/** Whatever can be measured. */
export type DriverName = (typeof driverNames)[number] | TwinName

/** What is compared with what: drivers with each other, or twins. */
export type Suite = "drivers" | "face"

/** Who takes part, in the order of the report. */
export const suites: Readonly<Record<Suite, readonly DriverName[]>> = {
  drivers: driverNames,
  face: twins.flat(),
}

/** The workloads, in the order of the report; `workloads.ts` says what they are. */
export const workloadNames = [
  "w1",
  "w2",
  "w3",
  "w3s",
  "w4",
  "w5",
  "w6",
  "w7b",
  "w8",
  "w8r",
  "w8b",
  "w9",
  "w10",
  "w11",
  "w12a",
  "w12b",
  "w13",
] as const

export type WorkloadName = (typeof workloadNames)[number]

/** One open connection. Calls may be made without awaiting earlier ones. */
export interface BenchClient {
  selectOne(): Promise<unknown>
  pointSelect(id: number): Promise<unknown>
  /** All of them sent together, under one Sync where the driver can. */
  pointSelects(ids: readonly number[]): Promise<unknown>
  catalog(): Promise<unknown>
  mixed(): Promise<unknown>
  insert(row: InsertRow): Promise<unknown>
  /** All or none of them. */
  insertMany(rows: readonly InsertRow[]): Promise<unknown>
  download(): Promise<unknown>
  upload(bytes: Uint8Array): Promise<unknown>
  /** Sends the chunks by a COPY … FROM STDIN, and resolves when the server has them. */
  copyIn(text: string, chunks: readonly Uint8Array[]): Promise<unknown>
  /** Hands over each piece of a COPY … TO STDOUT as it comes. */
  copyOut(text: string, take: (chunk: Uint8Array) => void): Promise<unknown>
  /** Hands over each row as it comes, in bounded memory. */
  stream(text: string, take: (row: unknown) => void): Promise<unknown>
  /** Copies rows that the driver encodes, for those that can. */
  copyRows?(table: string, rows: readonly BulkRow[]): Promise<unknown>
  close(): Promise<void>
}

/** A pool of connections. */
export interface BenchPool {
  pointSelect(id: number): Promise<unknown>
  close(): Promise<void>
}

/** A driver under measurement. */
export interface BenchDriver {
  /** What it takes part in. */
  readonly workloads: readonly WorkloadName[]
  connect(server: ServerAddress): Promise<BenchClient>
  /** For `w4`. */
  openPool?(server: ServerAddress, size: number): BenchPool
}

/** Loads one driver and no other: they share the process with nobody, for memory is measured too. */
export async function loadDriver(name: ScriptDriverName): Promise<BenchDriver> {
  switch (name) {
    case "pgline":
    case "pgline-bun":
      return (await import("./drivers/pgline.ts")).pglineDriver
    case "pg":
      return (await import("./drivers/pg.ts")).pgDriver
    case "pg-unnamed":
      return (await import("./drivers/pg.ts")).pgUnnamedDriver
    case "pg-pipeline":
      return (await import("./drivers/pg.ts")).pgPipelineDriver
    case "pgline-pg":
      return (await import("./drivers/pgline-pg.ts")).facedDriver
    case "pgline-pg-unnamed":
      return (await import("./drivers/pgline-pg.ts")).facedUnnamedDriver
    case "pgline-pg-pipeline":
      return (await import("./drivers/pgline-pg.ts")).facedPipelineDriver
    case "kysely-pg":
      return (await import("./drivers/kysely-pg.ts")).kyselyPgDriver
    case "kysely-pgline":
      return (await import("./drivers/kysely-pgline.ts")).kyselyPglineDriver
    case "drizzle-pg":
      return (await import("./drivers/drizzle-pg.ts")).drizzlePgDriver
    case "drizzle-pgline":
      return (await import("./drivers/drizzle-pgline.ts")).drizzlePglineDriver
    case "postgres":
      return (await import("./drivers/postgres.ts")).postgresDriver
    case "floor":
      return (await import("./floor.ts")).floorDriver
    case "bun-sql":
      return (await import("./drivers/bun-sql.ts")).bunSqlDriver
  }
}
