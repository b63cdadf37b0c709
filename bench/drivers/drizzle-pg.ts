/** Drizzle over `pg`, by the driver that Drizzle brings along. */

import { drizzle } from "drizzle-orm/node-postgres"
import pg from "pg"
import type { BenchDriver } from "../driver.ts"
import { drizzleOver } from "./drizzle.ts"
import { builderDriver } from "./query-builder.ts"

export const drizzlePgDriver: BenchDriver = builderDriver((server, size) => {
  const pool = new pg.Pool({ ...server, max: size })
  return drizzleOver(drizzle(pool), () => pool.end())
})
