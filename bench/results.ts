/**
 * What a run of the suite leaves behind: every single measurement and all that is needed to judge and repeat it.
 */

import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { cpus, release, totalmem } from "node:os"
import type { Contenders } from "./contenders.ts"
import { buildersAmong, type DriverName, type WorkloadName } from "./driver.ts"
import type { Measurement } from "./measure.ts"
import type { BenchOptions } from "./options.ts"

/** One process. */
export interface RunRecord {
  readonly workload: WorkloadName
  readonly driver: DriverName
  readonly round: number
  readonly measurement: Measurement
}

/** Where it ran. */
export interface Environment {
  readonly node: string
  readonly postgres: string
  readonly drivers: Readonly<Record<string, string>>
  /** Drivers that were wanted and could not be had, with why; runs of old do not tell. */
  readonly absent?: Readonly<Partial<Record<DriverName, string>>>
  readonly cpu: string
  readonly cores: number
  readonly memoryGb: number
  readonly kernel: string
  readonly pinning: string
}

/** A whole run. */
export interface Results {
  readonly takenAt: string
  readonly command: string
  readonly environment: Environment
  readonly catalogRows: number
  readonly options: BenchOptions
  readonly runs: readonly RunRecord[]
}

/** Describes this machine and the versions under test. */
export function describeEnvironment(
  postgres: string,
  pinning: string,
  sources: boolean,
  { found, absent }: Contenders,
): Environment {
  const builders = buildersAmong([...found.keys()])
  const elsewhere = [...found].flatMap(([name, { version }]) => (version === undefined ? [] : [[name, version]]))
  const processors = cpus()
  return {
    node: process.version,
    postgres,
    drivers: {
      pgline: `${versionOf("")} (${commit()}, ${sources ? "sources" : "build"})`,
      pg: versionOf("node_modules/pg/"),
      "pg-copy-streams": versionOf("node_modules/pg-copy-streams/"),
      "pg-cursor": versionOf("node_modules/pg-cursor/"),
      postgres: versionOf("node_modules/postgres/"),
      ...Object.fromEntries(builders.map((name) => [name, versionOf(`node_modules/${name}/`)])),
      ...Object.fromEntries(elsewhere),
    },
    absent,
    cpu: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    pinning,
  }
}

/** The version in the manifest of a folder of this repository: not every package exports its own. */
function versionOf(folder: string): string {
  const manifest = readFileSync(new URL(`../${folder}package.json`, import.meta.url), "utf8")
  return (JSON.parse(manifest) as { version: string }).version
}

/** The commit, with a plus when tracked files differ from it. */
function commit(): string {
  const git = (...args: string[]): string => execFileSync("git", args, { encoding: "utf8", stdio: "pipe" }).trim()
  try {
    return git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain", "-uno", "--", "src") === "" ? "" : "+")
  } catch {
    return "no repository"
  }
}
