/**
 * How pgline stands to drivers that are not for Node: no rivals of the targets, but what native code reaches.
 */

import type { Line } from "./comparison.ts"
import type { DriverName } from "./driver.ts"

/** Whom pgline is compared with, and which pgline: under Bun it runs in the runtime of Bun's own client. */
interface Pair {
  readonly own: DriverName
  readonly peer: DriverName
  readonly title: string
}

const pairs: readonly Pair[] = [
  { own: "pgline-bun", peer: "bun-sql", title: "Bun's SQL, both under Bun" },
  { own: "pgline", peer: "bun-sql", title: "Bun's SQL, pgline under Node" },
  { own: "pgline", peer: "asyncpg", title: "asyncpg" },
  { own: "pgline", peer: "pgx", title: "pgx" },
]

/** Ratios this near to 1 are within the noise. */
const LEVEL = 0.05

/** One workload that both took part in: pgline's speed and CPU, times the peer's. */
interface Standing {
  readonly title: string
  readonly speed: number
  readonly cpu: number
}

function standingOf({ workload, cells }: Line, { own, peer }: Pair): Standing | undefined {
  const ours = cells.find(({ driver }) => driver === own)
  const theirs = cells.find(({ driver }) => driver === peer)
  if (ours === undefined || theirs === undefined) return undefined
  return {
    title: workload.title,
    speed: ours.speed.median / theirs.speed.median,
    cpu: ours.cpu.median / theirs.cpu.median,
  }
}

/** One sentence for one peer. */
function summarizePair(pair: Pair, standings: readonly Standing[]): string {
  const slower = standings.filter(({ speed }) => speed < 1 - LEVEL)
  const dearer = standings.filter(({ cpu }) => cpu > 1 + LEVEL)
  const count = (behind: readonly Standing[]): string => `${standings.length - behind.length} of ${standings.length}`
  const list = (behind: readonly Standing[], show: (standing: Standing) => number): string =>
    behind.map((standing) => `${standing.title} (${show(standing).toFixed(2)}×)`).join("; ")
  return [
    `- **${pair.title}**: level or faster in ${count(slower)} workloads, level or cheaper in client CPU in ${count(dearer)}.`,
    ...(slower.length > 0 ? [`  Slower: ${list(slower, ({ speed }) => speed)}.`] : []),
    ...(dearer.length > 0 ? [`  More CPU: ${list(dearer, ({ cpu }) => cpu)}.`] : []),
  ].join("\n")
}

/** The report's section on them. */
export function describePeers(lines: readonly Line[], absent: Readonly<Partial<Record<DriverName, string>>>): string {
  const present = pairs.filter((pair) => lines.some((line) => standingOf(line, pair) !== undefined))
  const missing = Object.entries(absent).map(([name, reason]) => `- \`${name}\` is left out: ${reason}.`)
  if (present.length === 0) return missing.join("\n") || "None of them took part in this run."
  const summaries = present.map((pair) =>
    summarizePair(
      pair,
      lines.flatMap((line) => standingOf(line, pair) ?? []),
    ),
  )
  const rows = lines.flatMap((line) => {
    const standings = present.map((pair) => standingOf(line, pair))
    if (standings.every((standing) => standing === undefined)) return []
    const cells = standings.map((standing) =>
      standing === undefined ? "n/a" : `${standing.speed.toFixed(2)}× · ${standing.cpu.toFixed(2)}×`,
    )
    return [`| ${line.workload.title} | ${cells.join(" | ")} |`]
  })
  return [
    "pgline's speed · client CPU, times the other's: more is better in the first, less in the second. Level is within 5 %.",
    "Each is used by its own idiom. Bun's SQL has no cursor; asyncpg sends a connection's queries one after the other, and",
    "its rows come as records; pgx sends 64 queries as one batch, and its rows are scanned into structs. Neither of the",
    "last two runs JavaScript.",
    "",
    ...summaries,
    ...missing,
    "",
    `| | ${present.map(({ title }) => title).join(" | ")} |`,
    `|---|${present.map(() => "---:|").join("")}`,
    ...rows,
  ].join("\n")
}
