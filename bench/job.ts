/**
 * What the suite and its workers say to each other: one JSON argument there, one line of JSON back.
 */

import { BLOCK_ROWS, bulkStatements, CHUNK_BYTES } from "./bulk-dataset.ts"
import { CHECKED_EVERY } from "./bulk-workloads.ts"
import { BLOB_BYTES, POINT_ROWS, type ServerAddress, statements } from "./dataset.ts"
import type { DriverName, ScriptDriverName, WorkloadName } from "./driver.ts"
import type { Duration, Measurement } from "./measure.ts"
import { CHECKED_CALLS, type Workload } from "./workload.ts"
import { IN_FLIGHT, MANY_ROWS, POOL_SIZE } from "./workloads.ts"

/** What the suite asks for. */
export interface Job {
  readonly task: "check" | "measure"
  readonly driver: DriverName
  readonly workload: WorkloadName
  readonly server: ServerAddress
  readonly catalogRows: number
  readonly duration: Duration
  /** Where to write a CPU profile of the measured part. */
  readonly profile?: string
}

/** A job for `worker.ts`. */
export interface ScriptJob extends Job {
  readonly driver: ScriptDriverName
}

/** What it gets. */
export type Answer =
  | { readonly task: "check"; readonly digest: string; readonly sample: string }
  | { readonly task: "measure"; readonly measurement: Measurement }

/** A job for a worker in another language: with what `worker.ts` imports, so that nothing is written down twice. */
export interface ForeignJob extends Job {
  readonly callers: number
  readonly unitsPerCall: number
  readonly checkedCalls: number
  readonly statements: Readonly<Record<keyof typeof statements, string>>
  readonly bulk: typeof bulkStatements
  readonly sizes: {
    readonly pointRows: number
    readonly inFlight: number
    readonly manyRows: number
    readonly pool: number
    readonly blobBytes: number
    /** Of the million rows: after how many they come again, in what pieces they are sent, and which the check sees. */
    readonly blockRows: number
    readonly chunkBytes: number
    readonly checkedEvery: number
  }
}

/** The same job for a worker that cannot import the workload. */
export function foreignJob(job: Job, { callers, unitsPerCall }: Workload): ForeignJob {
  const { point, catalog, mixed, insert, download, upload } = statements
  return {
    ...job,
    callers,
    unitsPerCall,
    checkedCalls: CHECKED_CALLS,
    statements: {
      point: point.text,
      catalog: catalog.text,
      mixed: mixed.text,
      insert: insert.text,
      download: download.text,
      upload: upload.text,
    },
    bulk: bulkStatements,
    sizes: {
      pointRows: POINT_ROWS,
      inFlight: IN_FLIGHT,
      manyRows: MANY_ROWS,
      pool: POOL_SIZE,
      blobBytes: BLOB_BYTES,
      blockRows: BLOCK_ROWS,
      chunkBytes: CHUNK_BYTES,
      checkedEvery: CHECKED_EVERY,
    },
  }
}
