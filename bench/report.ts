/**
 * Results as tables: `bench/RESULTS.md` holds one run that was really made, with all that is needed to repeat it. As a
 * program it renders a saved run anew: `node bench/report.ts bench/results/<file>.json [--write]`.
 */

import { readFile, writeFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { drawChart } from "./chart.ts"
import { type Cell, type Line, linesOf } from "./comparison.ts"
import { driverNames } from "./driver.ts"
import { faceTable, formatFace } from "./face-report.ts"
import { describePeers } from "./peers.ts"
import type { Results } from "./results.ts"
import { writeResultsFile } from "./results-file.ts"
import type { Summary } from "./statistics.ts"
import { rateUnit, type Workload } from "./workload.ts"

/** The distance to the floor that is wanted at most. */
const NEAR_FLOOR = 1.25

/** Three significant digits, with thousands separated. */
function digits(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en", { maximumSignificantDigits: 3 })
}

function spread({ median, min, max }: Summary): string {
  return `${digits(median)} (${digits(min)}–${digits(max)})`
}

/** A table with a row per workload and a column per driver that took part. */
function table(lines: readonly Line[], unit: (workload: Workload) => string, show: (cell: Cell) => string): string {
  const names = driverNames.filter((name) => lines.some(({ cells }) => cells.some(({ driver }) => driver === name)))
  const header = `| | ${names.join(" | ")} |\n|---|${names.map(() => "---:|").join("")}`
  const rows = lines.map(({ workload, cells }) => {
    const columns = names.map((name) => {
      const cell = cells.find(({ driver }) => driver === name)
      return cell === undefined ? "n/a" : show(cell)
    })
    return `| ${workload.title}, ${unit(workload)} | ${columns.join(" | ")} |`
  })
  return [header, ...rows].join("\n")
}

/** How pgline stands, against the targets. */
function verdicts(lines: readonly Line[]): string {
  const compared = lines.filter(({ bestRival }) => bestRival !== undefined)
  const rows = compared.map(({ workload, cells, speedRatio, cpuRatio }) => {
    const { target } = workload
    const floor = cells.find(({ driver }) => driver === "floor")
    const own = cells.find(({ driver }) => driver === "pgline")
    const toFloor = floor && own ? `${(floor.speed.median / own.speed.median).toFixed(2)}×` : "n/a"
    const isFast = (speedRatio ?? 0) >= (target?.speed ?? 0) || (own?.speed.median ?? 0) >= (target?.rate ?? Infinity)
    const rate = target?.rate === undefined ? "" : ` or ${target.rate.toLocaleString("en")} ${rateUnit[workload.unit]}`
    const speed = verdict(speedRatio, target?.speed, isFast, rate)
    const cpu = verdict(cpuRatio, target?.cpu, (cpuRatio ?? Infinity) <= (target?.cpu ?? Infinity))
    return `| ${workload.title} | ${speed} | ${cpu} | ${toFloor} |`
  })
  return [
    "| | speed (wanted at least) | client CPU (wanted at most) | the floor's speed |",
    "|---|---:|---:|---:|",
    ...rows,
  ].join("\n")
}

/** How near the floor pgline is, in one sentence. */
function distanceToFloor(lines: readonly Line[]): string {
  const distances = lines.flatMap(({ workload, cells }) => {
    const floor = cells.find(({ driver }) => driver === "floor")
    const own = cells.find(({ driver }) => driver === "pgline")
    return floor && own ? [{ title: workload.title, ratio: floor.speed.median / own.speed.median }] : []
  })
  if (distances.length === 0) return "The floor took no part in this run."
  const far = distances.filter(({ ratio }) => ratio > NEAR_FLOOR)
  const farther = far.map(({ title, ratio }) => `${title} (${ratio.toFixed(2)}×)`).join("; ")
  const near = `Within ${NEAR_FLOOR}× of the floor in ${distances.length - far.length} of ${distances.length} workloads`
  return far.length === 0 ? `${near}.` : `${near}; farther from it: ${farther}.`
}

function verdict(ratio: number | undefined, target: number | undefined, reached: boolean, otherwise = ""): string {
  if (ratio === undefined) return "n/a"
  const text = `${ratio.toFixed(2)}×`
  return target === undefined ? text : `${reached ? "" : "**missed** "}${text} (${target}×${otherwise})`
}

/** The whole report as Markdown. @param notes what was found out about targets that are missed, written by hand */
export function formatReport(results: Results, notes: string): string {
  const lines = linesOf(results)
  const { environment: e, options } = results
  const withLatency = lines.filter(({ cells }) => cells.some(({ latency }) => latency !== undefined))
  const drivers = Object.entries(e.drivers).map(([name, version]) => `${name} ${version}`)
  return `# Benchmark results

One run, made at ${results.takenAt} with \`${results.command}\`; every figure below comes from it. Node ${e.node.slice(1)}, PostgreSQL ${e.postgres}, ${drivers.join(", ")}; ${e.cpu}, ${e.cores} cores, ${e.memoryGb} GB, Linux ${e.kernel}.

- Each driver does each workload in a process of its own, ${options.rounds} times, in turn with the others: ${options.warmUpSeconds} s of warming up, then ${options.seconds} s measured. Shown are the medians (lowest–highest).
- TCP over loopback without TLS (\`sslmode=disable\`), SCRAM, fsync off. Pinned: ${e.pinning}.
- Before a workload is timed all drivers have to give equal results (or leave equal rows).
- \`pg\` runs statements prepared by name, copies by \`pg-copy-streams\` and streams by \`pg-cursor\`; \`pg-pipeline\` is the same with its pipeline mode; \`postgres\` has its defaults. \`floor\` is no driver: it sends bytes encoded beforehand and only walks the headers of the replies. Those of other runtimes (\`pgline-bun\`, \`bun-sql\`, \`asyncpg\`, \`pgx\`) are no rivals of the targets; they have a section of their own.
- CPU is user and system time of the client's process, all threads. Machines differ, and so do their figures; ratios within a run hold.

![Speed against the best other driver](results.svg)

## pgline against the best of \`pg\` and \`postgres\`

${verdicts(lines)}

${distanceToFloor(lines)}

${notes.trim()}

## pgline against Bun's SQL, asyncpg and pgx

${describePeers(lines, e.absent ?? {})}

## Throughput

${table(
  lines,
  ({ unit }) => rateUnit[unit],
  ({ speed }) => spread(speed),
)}

## Client CPU

${table(
  lines,
  ({ unit }) => `µs per ${unit}`,
  ({ cpu }) => spread(cpu),
)}

## Latency, p50 / p99

${table(
  withLatency,
  () => "µs per call",
  ({ latency }) => (latency === undefined ? "n/a" : `${digits(latency.p50)} / ${digits(latency.p99)}`),
)}

## Peak memory of the client

${table(
  lines,
  () => "MB",
  ({ peakRssMb }) => (peakRssMb === undefined ? "n/a" : digits(peakRssMb)),
)}
`
}

/** Prints what has come out; with `write`, keeps the whole as RESULTS.md with its chart. */
export async function writeReport(results: Results, write: boolean): Promise<void> {
  if (results.options.suite === "face") {
    console.log(`\n${faceTable(results)}`)
    if (write) await writeResultsFile({ suite: "face", text: formatFace(results, await readNotes("face-notes.md")) })
    return
  }
  const lines = linesOf(results)
  console.log(`\n${verdicts(lines)}`)
  if (!write) return
  await writeResultsFile({ suite: "drivers", text: formatReport(results, await readNotes("notes.md")) })
  await writeFile(new URL("results.svg", import.meta.url), drawChart(lines))
}

function readNotes(name: string): Promise<string> {
  return readFile(new URL(name, import.meta.url), "utf8")
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = process.argv[2]
  if (path === undefined) throw new Error("node bench/report.ts bench/results/<file>.json [--write]")
  await writeReport(JSON.parse(await readFile(path, "utf8")) as Results, process.argv.includes("--write"))
}
