/** Drizzle over pgline, by our driver. */

import type { BenchDriver } from "../driver.ts"
import { entryOf } from "../entry.ts"
import { drizzleOver } from "./drizzle.ts"
import { builderDriver } from "./query-builder.ts"

const { Pool } = (await import(entryOf("index"))) as typeof import("../../src/index.ts")
const { drizzle } = (await import(entryOf("drizzle"))) as typeof import("../../src/adapters/drizzle.ts")

export const drizzlePglineDriver: BenchDriver = builderDriver((server, size) => {
  const pool = new Pool({ ...server, sslmode: "disable", max: size })
  return drizzleOver(drizzle(pool), () => pool.close())
})
