/**
 * What a workload is: what is called, how many calls are in flight, what is counted, which cores it runs on, and what
 * pgline is to reach. One open workload is a Load; `measure.ts` drives all of them the same way.
 */

import type { ServerAddress } from "./dataset.ts"
import type { BenchClient, BenchDriver, WorkloadName } from "./driver.ts"

/** So many calls are checked before anything is timed; the third runs what the second has prepared. */
export const CHECKED_CALLS = 3

/** What is counted: calls, rows or millions of bytes. */
export type Unit = "op" | "row" | "MB"

/** How its speed is given. */
export const rateUnit: Readonly<Record<Unit, string>> = { op: "ops/s", row: "rows/s", MB: "MB/s" }

/** One core for client and server, or one for each. */
export type Cores = "shared" | "separate"

/** An opened workload. */
export interface Load {
  call(i: number): Promise<unknown>
  /** What the check runs instead: the same, and it looks at what the call only counts. */
  check?(i: number): Promise<unknown>
  close(): Promise<void>
}

/** A line of the report. */
export interface Workload {
  readonly name: WorkloadName
  readonly title: string
  readonly unit: Unit
  readonly unitsPerCall: number
  /** How many callers there are, each making its next call when its last is answered. */
  readonly callers: number
  readonly cores: Cores
  /** Run by the suite before each process. */
  readonly resetSql?: string
  /** Run by the suite after the check's calls: the answer must be the same after every driver. */
  readonly digestSql?: string
  /** What that answer has to be. */
  readonly expectedSql?: string
  /** Workloads whose best rival counts as well, where rivals have no such mode. */
  readonly rivalsOf?: readonly WorkloadName[]
  /** Where no rival takes part: the workload that pgline's own is held against. */
  readonly against?: WorkloadName
  /** What pgline is to reach against the best rival: times its speed, or so many units a second; times its CPU. */
  readonly target?: { readonly speed: number; readonly rate?: number; readonly cpu?: number }
  open(driver: BenchDriver, server: ServerAddress): Promise<Load>
}

/** A load on one connection. */
export function onConnection(call: (client: BenchClient, i: number) => Promise<unknown>): Workload["open"] {
  return async (driver, server) => {
    const client = await driver.connect(server)
    return { call: (i) => call(client, i), close: () => client.close() }
  }
}
