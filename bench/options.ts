/**
 * The command line: `npm run bench -- [workload…] [--drivers a,b] [--rounds n] [--seconds s] …`.
 */

import { parseArgs } from "node:util"
import { type DriverName, type Suite, suites, type WorkloadName, workloadNames } from "./driver.ts"

/** What to measure and how. */
export interface BenchOptions {
  readonly suite: Suite
  readonly workloads: readonly WorkloadName[]
  readonly drivers: readonly DriverName[]
  readonly rounds: number
  /** Measured time of one process. */
  readonly seconds: number
  readonly warmUpSeconds: number
  /** Measure `src` as it is instead of a fresh build. */
  readonly sources: boolean
  readonly profile: boolean
  readonly write: boolean
}

/** All workloads take about twelve minutes with these, and twice that with the drivers of other runtimes. */
const defaults = { rounds: "5", seconds: "1", warmUp: "0.5" }

/** What `--help` prints. */
export const usage: string = `npm run bench -- [workload…] [options]

  workload…             ${workloadNames.join(" ")}; default all
  --suite <name>        what is compared: drivers with each other (drivers, the default), or the same code over pg and
                        over pgline's face of it, and query builders over both (face)
  --drivers <a,b,…>     ${suites.drivers.join(" ")}; default all
                        of the face: ${suites.face.join(" ")}
  --rounds <n>          processes per driver and workload, interleaved; default ${defaults.rounds}
  --seconds <s>         measured time of each process; default ${defaults.seconds}
  --warm-up <s>         time before it; default ${defaults.warmUp}
  --sources             measure src/ by type stripping instead of a fresh build
  --profile             take CPU profiles of the measured time, keep them in .tmp/profiles and print their top
  --write               write bench/RESULTS.md and bench/results.svg
  --help

pgline-bun and bun-sql take part where there is a bun (npm install --no-save bun), asyncpg where a python3 can import it
(apt-get install python3-asyncpg), pgx where Go finds it (apt-get install golang-go golang-github-jackc-pgx-v4-dev).

PGLINE_BENCH_URL names an existing server; without it the suite starts a PostgreSQL 18 of its own.`

/** Reads the command line. @throws Error that says what is wrong */
export function readOptions(args: readonly string[]): BenchOptions | "help" {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      suite: { type: "string", default: "drivers" },
      drivers: { type: "string" },
      rounds: { type: "string", default: defaults.rounds },
      seconds: { type: "string", default: defaults.seconds },
      "warm-up": { type: "string", default: defaults.warmUp },
      sources: { type: "boolean", default: false },
      profile: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  })
  if (values.help) return "help"
  const { suite } = values
  if (suite !== "drivers" && suite !== "face") throw new Error(`no suite "${suite}": there are drivers, face`)
  return {
    suite,
    workloads: choose("workload", positionals, workloadNames),
    drivers: choose("driver", values.drivers?.split(",") ?? [], suites[suite]),
    rounds: Math.ceil(positive("--rounds", values.rounds)),
    seconds: positive("--seconds", values.seconds),
    warmUpSeconds: positive("--warm-up", values["warm-up"]),
    sources: values.sources,
    profile: values.profile,
    write: values.write,
  }
}

/** The known names among those given, in the report's order; all when none is given. */
function choose<T extends string>(kind: string, given: readonly string[], known: readonly T[]): readonly T[] {
  for (const name of given) {
    if (!known.some((one) => one === name)) throw new Error(`no ${kind} "${name}": there are ${known.join(", ")}`)
  }
  return given.length === 0 ? known : known.filter((name) => given.includes(name))
}

function positive(option: string, text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new Error(`${option} takes a number above 0, got "${text}"`)
  return value
}
