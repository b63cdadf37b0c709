/** node-postgres, in the ways of `pg-code.ts`. */

import pg from "pg"
import type { BenchDriver } from "../driver.ts"
import { pgDriverOf } from "./pg-code.ts"

export const pgDriver: BenchDriver = pgDriverOf(pg, "named")
export const pgUnnamedDriver: BenchDriver = pgDriverOf(pg, "unnamed")
export const pgPipelineDriver: BenchDriver = pgDriverOf(pg, "pipeline")
