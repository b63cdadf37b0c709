/** Kysely over pgline, by our dialect. */

import type { BenchDriver } from "../driver.ts"
import { entryOf } from "../entry.ts"
import { kyselyOver } from "./kysely.ts"
import { builderDriver } from "./query-builder.ts"

const { Pool } = (await import(entryOf("index"))) as typeof import("../../src/index.ts")
const { PglineDialect } = (await import(entryOf("kysely"))) as typeof import("../../src/adapters/kysely.ts")

export const kyselyPglineDriver: BenchDriver = builderDriver((server, size) =>
  kyselyOver(new PglineDialect({ pool: new Pool({ ...server, sslmode: "disable", max: size }) })),
)
