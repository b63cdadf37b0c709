/**
 * The part of the report about the same code over two drivers: each pair of twins in each workload, by the ratios of
 * their turns in the same round, so that what the machine does meanwhile hits both.
 */

import { type Cell, linesOf } from "./comparison.ts"
import { buildersAmong, type TwinName, twins } from "./driver.ts"
import type { Results, RunRecord } from "./results.ts"
import { type Summary, summarize } from "./statistics.ts"
import { rateUnit, type Workload } from "./workload.ts"

/** Where this part of the report begins. */
export const FACE_HEADING = "# The same code over `pg` and over pgline"

/** What the face of `pg` promises. */
const SLOWEST = 0.95
const MOST_CPU = 1.05

/** The first of the twins runs on `pg`, the second on pgline. */
interface Pair {
  readonly workload: Workload
  readonly names: readonly [TwinName, TwinName]
  readonly cells: readonly [Cell, Cell]
  readonly speed: Summary
  readonly cpu: Summary
}

function pairsOf(results: Results): Pair[] {
  return linesOf(results).flatMap(({ workload, cells }) =>
    twins.flatMap((names) => {
      const [first, second] = names.map((name) => cells.find(({ driver }) => driver === name))
      if (first === undefined || second === undefined) return []
      const runsOf = (name: TwinName): RunRecord[] =>
        results.runs.filter((record) => record.workload === workload.name && record.driver === name)
      const rivals = runsOf(names[0])
      const ratios = runsOf(names[1]).map(({ round, measurement: own }) => {
        const rival = rivals.find((record) => record.round === round)!.measurement
        const speed = own.units / own.seconds / (rival.units / rival.seconds)
        return { speed, cpu: own.cpuMicros / own.units / (rival.cpuMicros / rival.units) }
      })
      const speed = summarize(ratios.map((ratio) => ratio.speed))
      const cpu = summarize(ratios.map((ratio) => ratio.cpu))
      return [{ workload, names, cells: [first, second], speed, cpu }]
    }),
  )
}

function digits(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en", { maximumSignificantDigits: 3 })
}

function ratio({ median, min, max }: Summary, isKept: boolean): string {
  return `${isKept ? "" : "**missed** "}${median.toFixed(2)}× (${min.toFixed(2)}–${max.toFixed(2)})`
}

/** The comparison as a table. */
export function faceTable(results: Results): string {
  const rows = pairsOf(results).map(({ workload, names, cells: [first, second], speed, cpu }) =>
    [
      `| ${workload.title}, ${rateUnit[workload.unit]} | ${names[1]}`,
      `${digits(first.speed.median)} → ${digits(second.speed.median)}`,
      ratio(speed, speed.median >= SLOWEST),
      `${digits(first.cpu.median)} → ${digits(second.cpu.median)}`,
      `${ratio(cpu, cpu.median <= MOST_CPU)} |`,
    ].join(" | "),
  )
  return [
    `| | over pgline | speed | of \`pg\`'s (at least ${SLOWEST}×) | CPU, µs a unit | of \`pg\`'s (at most ${MOST_CPU}×) |`,
    "|---|---|---:|---:|---:|---:|",
    ...rows,
  ].join("\n")
}

/** What the twins are made of, with versions; runs of old have not noted those of the query builders. */
function versionsOf({ environment, runs }: Results, builders: readonly string[]): string {
  const packages = ["pgline", "pg", ...(hasFace(runs) ? ["pg-copy-streams", "pg-cursor"] : []), ...builders]
  return packages.map((name) => `${name} ${environment.drivers[name] ?? "of a version that was not noted"}`).join(", ")
}

function hasFace(runs: readonly RunRecord[]): boolean {
  return runs.some(({ driver }) => driver.startsWith("pgline-pg"))
}

/** That part of the report as Markdown. @param notes what was found out about what is missed, written by hand */
export function formatFace(results: Results, notes: string): string {
  const { environment: e, options, runs } = results
  const builders = buildersAmong(runs.map(({ driver }) => driver))
  const legend = [
    ...(hasFace(runs)
      ? [
          "- `pgline-pg` is the face of `pg` under the very code that `pg` is measured with: statements prepared by name, `pg-copy-streams`, `pg-cursor`. `-unnamed` sends the same statements without a name, `-pipeline` has the pipeline mode on.",
        ]
      : []),
    ...(builders.length > 0
      ? [
          "- `kysely-pgline` and `drizzle-pgline` are those query builders over our dialects, against the same over `pg` by theirs.",
        ]
      : []),
  ]
  return `${FACE_HEADING}

One run, made at ${results.takenAt} with \`${results.command}\`. Node ${e.node.slice(1)}, PostgreSQL ${e.postgres}, ${versionsOf(results, builders)}. Measured as above: ${options.rounds} rounds of ${options.seconds} s each; the ratios are those of the turns in one round, their median (lowest–highest).

${legend.join("\n")}

${faceTable(results)}

${notes.trim()}
`
}
