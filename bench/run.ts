/**
 * The benchmark suite: `npm run bench`, with `--help` for what can be chosen.
 *
 * Every driver does every workload in a process of its own, once a round; rounds go over the drivers in turn, so that
 * what the machine does meanwhile hits all of them. Before a workload is timed all drivers have to give equal results.
 */

import { execFile, spawn } from "node:child_process"
import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { promisify } from "node:util"
import pg from "pg"
import { startPostgres } from "../test/support/postgres-server.ts"
import { createBulkTables } from "./bulk-dataset.ts"
import { type Contenders, findContenders } from "./contenders.ts"
import { createTables, type ServerAddress } from "./dataset.ts"
import { type DriverName, foreignDriverNames } from "./driver.ts"
import { entrySources } from "./entry.ts"
import { type Answer, foreignJob, type Job } from "./job.ts"
import { type BenchOptions, readOptions, usage } from "./options.ts"
import { type CorePair, findCores, pinServer } from "./pinning.ts"
import { printProfile } from "./profile.ts"
import { writeReport } from "./report.ts"
import { describeEnvironment, type Results, type RunRecord } from "./results.ts"
import { summarize } from "./statistics.ts"
import type { Workload } from "./workload.ts"
import { countCatalogRows, workloads } from "./workloads.ts"

const run = promisify(execFile)
const root = fileURLToPath(new URL("..", import.meta.url))
const scratch = join(root, ".tmp")
/** This long after its time a process is taken for hung. */
const PATIENCE_MS = 120_000

/** Nothing the server does by itself may fall into a measurement. */
const quietSettings = {
  autovacuum: "off",
  checkpoint_timeout: "1h",
  max_wal_size: "8GB",
  shared_buffers: "256MB",
  jit: "off",
  synchronize_seqscans: "off",
}

/** What all measurements of a run have in common. */
interface Bench {
  readonly options: BenchOptions
  readonly server: ServerAddress
  /** Undefined for an existing server, which stays where it is. */
  readonly postmaster: number | undefined
  readonly cores: CorePair
  readonly admin: pg.Client
  readonly catalogRows: number
  readonly contenders: Contenders
  readonly environment: NodeJS.ProcessEnv
}

/** Builds the package as it is published and returns its folder. */
async function build(): Promise<string> {
  const output = join(scratch, "bench-build")
  const entries = Object.entries(entrySources).map(([name, source]) => `${name}=${source}`)
  const settings = ["--bundle", "--splitting", "--platform=node", "--format=esm", "--target=node20", "--minify-syntax"]
  const places = ["--packages=external", `--outdir=${output}`, "--log-level=warning"]
  await run(join(root, "node_modules/.bin/esbuild"), [...entries, ...settings, ...places], { cwd: root })
  return pathToFileURL(`${output}/`).href
}

/**
 * Runs one job in a process of its own on the client's core. One that is profiled may use both: where its sampler has to
 * wait for the client's core, it only ever sees it idle.
 */
async function runWorker(bench: Bench, workload: Workload, job: Job): Promise<Answer> {
  const { command } = bench.contenders.found.get(job.driver)!
  const isForeign = foreignDriverNames.some((name) => name === job.driver)
  const argument = JSON.stringify(isForeign ? foreignJob(job, workload) : job)
  const { client, server } = bench.cores
  const isProfiled = "profile" in job
  const child = spawn("taskset", ["-c", isProfiled ? `${client},${server}` : String(client), ...command, argument], {
    stdio: ["ignore", "pipe", "pipe"],
    env: bench.environment,
    timeout: job.duration.warmUpMs + job.duration.measureMs + PATIENCE_MS,
    killSignal: "SIGKILL",
  })
  let output = ""
  let complaints = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text))
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaints += text))
  const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve))
  if (code !== 0) {
    throw new Error(
      `${job.driver} failed in ${job.workload} (${job.task}):\n${complaints.trim() || `exit code ${code}`}`,
    )
  }
  return JSON.parse(output) as Answer
}

function jobOf(bench: Bench, task: Job["task"], workload: Workload, driver: DriverName): Job {
  const { server, catalogRows, options } = bench
  const duration = { warmUpMs: options.warmUpSeconds * 1000, measureMs: options.seconds * 1000 }
  return { task, driver, workload: workload.name, server, catalogRows, duration }
}

/** Lets each driver do the workload a few times and compares what came out. @throws Error when two differ */
async function checkEqual(bench: Bench, workload: Workload, drivers: readonly DriverName[]): Promise<void> {
  let first: { driver: string; digest: string; sample: string } | undefined
  if (workload.expectedSql !== undefined) {
    const digest = String((await bench.admin.query(workload.expectedSql)).rows[0].digest)
    first = { driver: "expected", digest, sample: digest }
  }
  for (const driver of drivers) {
    if (workload.resetSql !== undefined) await bench.admin.query(workload.resetSql)
    const answer = await runWorker(bench, workload, jobOf(bench, "check", workload, driver))
    if (answer.task !== "check") throw new Error("the worker has not understood")
    let { digest, sample } = answer
    if (workload.digestSql !== undefined) {
      // What was written counts, not what the driver says about it.
      digest = sample = String((await bench.admin.query(workload.digestSql)).rows[0].digest)
    } else if (driver === "floor") {
      continue
    }
    first ??= { driver, digest, sample }
    if (first.digest !== digest) {
      throw new Error(`${workload.name}: results differ.\n${first.driver}: ${first.sample}\n${driver}: ${sample}`)
    }
  }
}

/** One process's measurement. */
async function measureOnce(bench: Bench, workload: Workload, driver: DriverName, round: number): Promise<RunRecord> {
  if (workload.resetSql !== undefined) await bench.admin.query(workload.resetSql)
  const job = jobOf(bench, "measure", workload, driver)
  const profile = join(scratch, "profiles", `${workload.name}-${driver}-${round}.cpuprofile`)
  // Only V8 is asked for profiles.
  const isProfiled = bench.options.profile && bench.contenders.found.get(driver)?.version === undefined
  const answer = await runWorker(bench, workload, isProfiled ? { ...job, profile } : job)
  if (answer.task !== "measure") throw new Error("the worker has not understood")
  if (isProfiled) await printProfile(`${workload.name} ${driver}`, profile, root, answer.measurement.units)
  return { workload: workload.name, driver, round, measurement: answer.measurement }
}

/** All rounds of a workload, each beginning with another driver. */
async function runWorkload(bench: Bench, workload: Workload): Promise<RunRecord[]> {
  const drivers = [...bench.contenders.found].flatMap(([name, { workloads }]) =>
    workloads.includes(workload.name) ? name : [],
  )
  if (drivers.length === 0) return []
  if (bench.postmaster !== undefined) await pinServer(bench.postmaster, bench.cores, workload.cores)
  await checkEqual(bench, workload, drivers)
  const records: RunRecord[] = []
  for (let round = 0; round < bench.options.rounds; round++) {
    for (let turn = 0; turn < drivers.length; turn++) {
      records.push(await measureOnce(bench, workload, drivers[(round + turn) % drivers.length]!, round))
    }
  }
  tell(workload, drivers, records)
  return records
}

/** One line per driver on the terminal, as they come. */
function tell(workload: Workload, drivers: readonly DriverName[], records: readonly RunRecord[]): void {
  console.log(`\n${workload.name}  ${workload.title}`)
  for (const driver of drivers) {
    const own = records.filter((record) => record.driver === driver).map(({ measurement }) => measurement)
    const speed = summarize(own.map(({ units, seconds }) => units / seconds))
    const cpu = summarize(own.map(({ units, cpuMicros }) => cpuMicros / units))
    const rate = `${Math.round(speed.median).toLocaleString("en")} ${workload.unit}/s`
    console.log(`  ${driver.padEnd(19)} ${rate.padStart(18)} ${cpu.median.toPrecision(3).padStart(9)} µs CPU`)
  }
}

/** The server to use: an existing one by URL, else one of our own. */
async function findServer(): Promise<{ server: ServerAddress; postmaster?: number; stop(): Promise<void> }> {
  const url = process.env["PGLINE_BENCH_URL"]
  if (url !== undefined) {
    const { hostname, port, username, password, pathname } = new URL(url)
    const [user = "", secret = "", database = ""] = [username, password, pathname.slice(1)].map(decodeURIComponent)
    const server = { host: hostname, port: Number(port || 5432), user, password: secret, database }
    return { server, stop: async () => undefined }
  }
  const started = await startPostgres({ version: 18, settings: quietSettings })
  const { host, port, user, password, database, pid } = started
  const server = { host, port, user, password, database }
  return { server, ...(pid !== undefined && { postmaster: pid }), stop: () => started.stop() }
}

function describePinning(postmaster: number | undefined, { client, server }: CorePair): string {
  const shared = `core ${client} for both where calls are made one by one`
  return postmaster === undefined
    ? `client on core ${client}; the existing server is not pinned`
    : `client on core ${client}, server on core ${server}; ${shared}`
}

/** Fills the database, runs what was chosen and describes where. */
async function runAll(
  options: BenchOptions,
  environment: NodeJS.ProcessEnv,
  cores: CorePair,
  { server, postmaster }: { server: ServerAddress; postmaster?: number },
): Promise<Pick<Results, "environment" | "catalogRows" | "runs">> {
  const admin = new pg.Client({ ...server })
  await admin.connect()
  try {
    for (const statement of `${createTables};\n${createBulkTables}`.split(";\n")) await admin.query(statement)
    const version = String((await admin.query("show server_version")).rows[0].server_version)
    const catalogRows = Number((await admin.query(countCatalogRows)).rows[0].count)
    const contenders = await findContenders(options.drivers)
    for (const [name, reason] of Object.entries(contenders.absent)) console.log(`${name} is left out: ${reason}`)
    const bench: Bench = { options, server, postmaster, cores, admin, catalogRows, contenders, environment }
    const runs: RunRecord[] = []
    const all = workloads(catalogRows)
    const chosen = all.filter(({ name }) => options.workloads.includes(name))
    for (const workload of all) {
      const isNeeded = chosen.includes(workload) || chosen.some(({ against }) => against === workload.name)
      if (isNeeded) runs.push(...(await runWorkload(bench, workload)))
    }
    const pinning = describePinning(postmaster, cores)
    return { environment: describeEnvironment(version, pinning, options.sources, contenders), catalogRows, runs }
  } finally {
    await admin.end()
  }
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2))
  if (options === "help") return console.log(usage)
  const cores = await findCores()
  await mkdir(join(scratch, "profiles"), { recursive: true })
  const environment = options.sources ? process.env : { ...process.env, PGLINE_BENCH_BUILD: await build() }
  const { stop, ...found } = await findServer()
  try {
    const takenAt = new Date().toISOString()
    const command = ["npm run bench --", ...process.argv.slice(2)].join(" ")
    const results: Results = { takenAt, command, options, ...(await runAll(options, environment, cores, found)) }
    await mkdir(join(root, "bench/results"), { recursive: true })
    const path = join(
      root,
      "bench/results",
      `${options.suite === "drivers" ? "" : `${options.suite}-`}${takenAt.slice(0, 16).replace(":", "-")}.json`,
    )
    await writeFile(path, `${JSON.stringify(results, undefined, 1)}\n`)
    await writeReport(results, options.write)
  } finally {
    await stop()
  }
}

await main()
