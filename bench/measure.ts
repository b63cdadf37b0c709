/**
 * Drives an opened workload and takes its measures: wall time, calls, client CPU (user and system, all threads), the
 * latency of each call where there is one at a time, and peak memory. The same loop for every driver.
 */

import { readFileSync, writeFileSync } from "node:fs"
import type { Load, Workload } from "./workload.ts"

/** What one process measured. */
export interface Measurement {
  /** Operations, rows or megabytes. */
  readonly units: number
  readonly seconds: number
  /** Microseconds of CPU time of the client's process. */
  readonly cpuMicros: number
  /** Microseconds, where calls are made one by one. */
  readonly latency?: { readonly p50: number; readonly p99: number }
  /** Peak resident memory over the measured time; undefined where the system does not tell. */
  readonly peakRssBytes?: number
}

/** How long to run. */
export interface Duration {
  readonly warmUpMs: number
  readonly measureMs: number
}

/** However slow a call is, this many are measured, after one to warm up. */
const MIN_CALLS = 3

/** Latencies in a plain buffer that doubles: no object per call. */
class Latencies {
  #values: Float64Array = new Float64Array(1 << 16)
  #count = 0

  add(milliseconds: number): void {
    if (this.#count === this.#values.length) {
      const grown = new Float64Array(this.#count * 2)
      grown.set(this.#values)
      this.#values = grown
    }
    this.#values[this.#count++] = milliseconds
  }

  /** In microseconds. */
  quantiles(): { p50: number; p99: number } {
    const sorted = this.#values.subarray(0, this.#count).sort()
    const at = (quantile: number): number => sorted[Math.floor((this.#count - 1) * quantile)]! * 1000
    return { p50: at(0.5), p99: at(0.99) }
  }
}

/** Calls one by one for that long and returns how many there were. */
async function runOneByOne(load: Load, firstCall: number, ms: number, latencies?: Latencies): Promise<number> {
  const minCalls = latencies === undefined ? 1 : MIN_CALLS
  const deadline = performance.now() + ms
  let calls = 0
  for (let last = performance.now(); last < deadline || calls < minCalls; ) {
    await load.call(firstCall + calls++)
    const now = performance.now()
    latencies?.add(now - last)
    last = now
  }
  return calls
}

/** The same with several callers at once. */
async function runConcurrently(load: Load, firstCall: number, ms: number, callers: number): Promise<number> {
  const deadline = performance.now() + ms
  let calls = 0
  const runCaller = async (): Promise<void> => {
    while (performance.now() < deadline) await load.call(firstCall + calls++)
  }
  await Promise.all(Array.from({ length: callers }, runCaller))
  return calls
}

/** Makes the kernel count the peak from now on; false where it does not permit that. */
function resetPeakRss(): boolean {
  try {
    writeFileSync("/proc/self/clear_refs", "5")
    return true
  } catch {
    return false
  }
}

function readPeakRss(): number | undefined {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
}

/** Warms up, then measures. `around` runs the measured part, for a profiler. */
export async function measure(
  workload: Workload,
  load: Load,
  { warmUpMs, measureMs }: Duration,
  around: (run: () => Promise<void>) => Promise<void> = (run) => run(),
): Promise<Measurement> {
  const sequential = workload.callers === 1
  const run = (firstCall: number, ms: number, latencies?: Latencies): Promise<number> =>
    sequential ? runOneByOne(load, firstCall, ms, latencies) : runConcurrently(load, firstCall, ms, workload.callers)
  const warmUpCalls = await run(0, warmUpMs)
  globalThis.gc?.()
  const latencies = new Latencies()
  const knowsPeak = resetPeakRss()
  let calls = 0
  let seconds = 0
  let cpuMicros = 0
  await around(async () => {
    const cpu = process.cpuUsage()
    const start = performance.now()
    calls = await run(warmUpCalls, measureMs, latencies)
    seconds = (performance.now() - start) / 1000
    const { user, system } = process.cpuUsage(cpu)
    cpuMicros = user + system
  })
  const peakRssBytes = knowsPeak ? readPeakRss() : undefined
  return {
    units: calls * workload.unitsPerCall,
    seconds,
    cpuMicros,
    ...(sequential && { latency: latencies.quantiles() }),
    ...(peakRssBytes !== undefined && { peakRssBytes }),
  }
}
