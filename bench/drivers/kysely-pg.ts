/** Kysely over `pg`, by the dialect that Kysely brings along. */

import { PostgresDialect } from "kysely"
import pg from "pg"
import type { BenchDriver } from "../driver.ts"
import { kyselyOver } from "./kysely.ts"
import { builderDriver } from "./query-builder.ts"

export const kyselyPgDriver: BenchDriver = builderDriver((server, size) =>
  kyselyOver(new PostgresDialect({ pool: new pg.Pool({ ...server, max: size }) })),
)
