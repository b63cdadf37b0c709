/**
 * A run's measurements summed up: medians and spread for each driver and workload, and how pgline stands to the best of
 * the others.
 */

import { type DriverName, suites, type WorkloadName } from "./driver.ts"
import type { Measurement } from "./measure.ts"
import type { Results } from "./results.ts"
import { type Summary, summarize } from "./statistics.ts"
import type { Workload } from "./workload.ts"
import { workloads } from "./workloads.ts"

/** The drivers pgline is held against. */
const rivals: readonly DriverName[] = ["pg", "pg-pipeline", "postgres"]

/** One driver in one workload. */
export interface Cell {
  readonly driver: DriverName
  readonly speed: Summary
  readonly cpu: Summary
  readonly latency: { readonly p50: number; readonly p99: number } | undefined
  readonly peakRssMb: number | undefined
}

/** One workload with all who took part, and how pgline compares with the best rival. */
export interface Line {
  readonly workload: Workload
  readonly cells: readonly Cell[]
  /** The speed of the fastest rival, or of what pgline is held against instead. */
  readonly bestRival: number | undefined
  readonly speedRatio: number | undefined
  readonly cpuRatio: number | undefined
}

/** Medians and ratios of a run. */
export function linesOf(results: Results): Line[] {
  const all = workloads(results.catalogRows)
  const cellsOf = (name: WorkloadName): Cell[] =>
    suites[results.options.suite ?? "drivers"].flatMap((driver) => {
      const runs = results.runs.filter((record) => record.workload === name && record.driver === driver)
      return runs.length === 0
        ? []
        : [
            summarizeCell(
              driver,
              runs.map(({ measurement }) => measurement),
            ),
          ]
    })
  return all.flatMap((workload) => {
    const cells = cellsOf(workload.name)
    if (cells.length === 0) return []
    const against =
      workload.against === undefined
        ? [workload.name, ...(workload.rivalsOf ?? [])]
            .flatMap((name) => cellsOf(name))
            .filter(({ driver }) => rivals.includes(driver))
        : cellsOf(workload.against).filter(({ driver }) => driver === "pgline")
    const own = cells.find(({ driver }) => driver === "pgline")
    const bestRival = against.length > 0 ? Math.max(...against.map(({ speed }) => speed.median)) : undefined
    return {
      workload,
      cells,
      bestRival,
      speedRatio: own && bestRival && own.speed.median / bestRival,
      cpuRatio: own && bestRival && own.cpu.median / Math.min(...against.map(({ cpu }) => cpu.median)),
    }
  })
}

function summarizeCell(driver: DriverName, runs: readonly Measurement[]): Cell {
  const latencies = runs.flatMap(({ latency }) => latency ?? [])
  const peaks = runs.flatMap(({ peakRssBytes }) => peakRssBytes ?? [])
  return {
    driver,
    speed: summarize(runs.map(({ units, seconds }) => units / seconds)),
    cpu: summarize(runs.map(({ units, cpuMicros }) => cpuMicros / units)),
    latency:
      latencies.length === 0
        ? undefined
        : {
            p50: summarize(latencies.map(({ p50 }) => p50)).median,
            p99: summarize(latencies.map(({ p99 }) => p99)).median,
          },
    peakRssMb: peaks.length === 0 ? undefined : summarize(peaks).median / 1e6,
  }
}
