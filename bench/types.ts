/**
 * How fast each family of types is read by pgline, pg and postgres: `node bench/types.ts [--seconds N] [--rounds N]
 * [--write] [family…]`. Each measurement is a process of its own on the client's core, the server on the other; rounds go over the
 * drivers in turn, and the median counts. `--write` puts the table into `results/types.md`.
 */

import { spawn } from "node:child_process"
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import pg from "pg"
import { startPostgres } from "../test/support/postgres-server.ts"
import { findCores, pinServer } from "./pinning.ts"
import { describeEnvironment } from "./results.ts"
import { writeResultsFile } from "./results-file.ts"
import { summarize } from "./statistics.ts"
import { createTypeTables, typeFamilies } from "./type-families.ts"
import type { TypesAnswer, TypesJob } from "./types-worker.ts"

const drivers = ["pgline", "pg", "postgres"] as const
/** Arrays, ranges and composites in binary against the text parsing of pg. */
const WANTED = 3
const worker = fileURLToPath(new URL("types-worker.ts", import.meta.url))

const { values: options, positionals } = parseArgs({
  options: {
    seconds: { type: "string", default: "1" },
    rounds: { type: "string", default: "3" },
    write: { type: "boolean", default: false },
  },
  allowPositionals: true,
})
const seconds = Number(options.seconds)
const rounds = Number(options.rounds)
const families = typeFamilies.filter(({ name }) => positionals.length === 0 || positionals.includes(name))

async function measure(core: number, job: TypesJob): Promise<TypesAnswer> {
  const args = ["-c", String(core), process.execPath, worker, JSON.stringify(job)]
  const child = spawn("taskset", args, { stdio: ["ignore", "pipe", "inherit"] })
  let output = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text))
  const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve))
  if (code !== 0) throw new Error(`${job.driver} failed to read ${job.family}`)
  return JSON.parse(output) as TypesAnswer
}

const lines: string[] = []

/** Shows a line of the report, and keeps it to be written. */
function say(line: string): void {
  console.log(line)
  lines.push(line)
}

function ratio(name: string, times: number): string {
  return `${name.endsWith("[]") && times < WANTED ? "**missed** " : ""}${times.toFixed(1)}×`
}

const cores = await findCores()
const started = await startPostgres({ version: 18, settings: { autovacuum: "off", jit: "off" } })
try {
  const { host, port, user, password, database, pid } = started
  const server = { host, port, user, password, database }
  if (pid !== undefined) await pinServer(pid, cores, "separate")
  const admin = new pg.Client(server)
  await admin.connect()
  for (const statement of createTypeTables().split(";\n")) await admin.query(statement)
  const { rows } = await admin.query<{ server_version: string }>("show server_version")
  await admin.end()
  const environment = describeEnvironment(rows[0]!.server_version, "", true, { found: new Map(), absent: {} })
  const versions = drivers.map((driver) => `${driver} ${environment.drivers[driver]}`).join(", ")
  say("# Types, read by family\n")
  say(
    `Written by \`node bench/types.ts ${process.argv.slice(2).join(" ")}\`. Node ${process.versions.node}, PostgreSQL`,
  )
  say(`${environment.postgres}, ${versions}; ${environment.cpu}, ${environment.cores} cores.\n`)
  say(`Rows per second, and microseconds of client CPU per row: medians of ${rounds} rounds of ${seconds} s.`)
  say(
    `Arrays, also of ranges and composites, are wanted at ${WANTED} times less CPU than pg with its own array parser takes.\n`,
  )
  say("| type | pgline | pg | postgres | CPU of pg / pgline | CPU pgline | CPU pg | CPU postgres |")
  say("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
  for (const { name } of families) {
    const answers = new Map<string, TypesAnswer[]>(drivers.map((driver) => [driver, []]))
    for (let round = 0; round < rounds; round++) {
      for (let turn = 0; turn < drivers.length; turn++) {
        const driver = drivers[(round + turn) % drivers.length]!
        const job = { driver, family: name, server, warmUpMs: seconds * 500, measureMs: seconds * 1000 }
        answers.get(driver)!.push(await measure(cores.client, job))
      }
    }
    const speeds = drivers.map((driver) => summarize(answers.get(driver)!.map((a) => a.rows / a.seconds)).median)
    const cpu = drivers.map((driver) => summarize(answers.get(driver)!.map((a) => a.cpuMicros / a.rows)).median)
    const cells = [
      ...speeds.map((speed) => Math.round(speed).toLocaleString("en")),
      ratio(name, cpu[1]! / cpu[0]!),
      ...cpu.map((micros) => micros.toFixed(2)),
    ]
    say(`| ${name} | ${cells.join(" | ")} |`)
  }
  if (options.write) {
    writeFileSync(new URL("results/types.md", import.meta.url), `${lines.join("\n")}\n`)
    await writeResultsFile()
  }
} finally {
  await started.stop()
}
