/** pgline's face of node-postgres, under the code that `pg` is measured with. */

import type { BenchDriver } from "../driver.ts"
import { entryOf } from "../entry.ts"
import { type PgLibrary, pgDriverOf } from "./pg-code.ts"

// Its declarations are its own; here it has to pass for the other package.
const face = (await import(entryOf("pg"))) as PgLibrary

export const facedDriver: BenchDriver = pgDriverOf(face, "named")
export const facedUnnamedDriver: BenchDriver = pgDriverOf(face, "unnamed")
export const facedPipelineDriver: BenchDriver = pgDriverOf(face, "pipeline")
