/**
 * The pools alone, next to those of pg and postgres: what it costs to take a connection and give it back, how long calls
 * take when twenty callers compete for each connection, and what a thousand idle pools cost.
 *
 * Each measurement is a process of its own on the client's core, the server on the other. Rounds go over the pools in
 * turn, each round beginning with another one; the medians count.
 *
 *   node bench/pool.ts [--rounds N] [--seconds N] [--write]
 */

import { spawn } from "node:child_process"
import { writeFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { startPostgres } from "../test/support/postgres-server.ts"
import { findCores, pinServer } from "./pinning.ts"
import type { IdleAnswer, IdleJob } from "./pool-idle-worker.ts"
import type { PoolAnswer, PoolJob } from "./pool-worker.ts"
import { describeEnvironment } from "./results.ts"
import { writeResultsFile } from "./results-file.ts"
import { summarize } from "./statistics.ts"

const SIZE = 10
const CALLERS = 200
const IDLE_POOLS = 1000

const pools = ["pgline", "pg.Pool", "postgres"] as const
const loads = [
  { title: "acquire and release", text: undefined },
  { title: "`select pg_sleep(0.002)`", text: "select pg_sleep(0.002)" },
  { title: "`select pg_sleep(0.01)`", text: "select pg_sleep(0.01)" },
  { title: "`select 1`", text: "select 1" },
] as const
const idle = [
  { title: "none", pools: 0, options: {} },
  { title: "as by default", pools: IDLE_POOLS, options: {} },
  {
    title: "`min` 1, `maxIdle` and `leakTimeout` of a second",
    pools: IDLE_POOLS,
    options: { min: 1, maxIdle: 1000, leakTimeout: 1000 },
  },
] as const

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "2" },
    write: { type: "boolean", default: false },
  },
})
const rounds = Number(options.rounds)
const measureMs = Number(options.seconds) * 1000

async function runWorker<T>(core: number, file: string, job: PoolJob | IdleJob): Promise<T> {
  const worker = fileURLToPath(new URL(file, import.meta.url))
  const args = ["-c", String(core), process.execPath, worker, JSON.stringify(job)]
  const child = spawn("taskset", args, { stdio: ["ignore", "pipe", "inherit"] })
  let output = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text))
  const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve))
  if (code !== 0) throw new Error(`${file} failed: ${JSON.stringify(job)}`)
  return JSON.parse(output) as T
}

const round = (value: number, digits: number): string =>
  value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })

/** The median and how far the rounds lie apart. */
function spread(values: readonly number[], digits: number): string {
  const { median, min, max } = summarize(values)
  return `${round(median, digits)} (${round(min, digits)}–${round(max, digits)})`
}

const cores = await findCores()
const server = await startPostgres({ version: 18, settings: { max_connections: String(IDLE_POOLS + 50) } })
const lines: string[] = []
const print = (line: string): void => {
  lines.push(line)
  console.info(line)
}
try {
  if (server.pid !== undefined) await pinServer(server.pid, cores, "separate")
  const { node, drivers, cpu, cores: count } = describeEnvironment("18", "", true, { found: new Map(), absent: {} })
  print("# Pools\n")
  print(`Written by \`node bench/pool.ts --rounds ${rounds} --seconds ${options.seconds} --write\`; Node ${node},`)
  print(
    `PostgreSQL 18, pgline ${drivers["pgline"]}, pg ${drivers["pg"]}, postgres ${drivers["postgres"]}; ${cpu}, ${count} cores, shared`,
  )
  print(
    `with other work: compare within a row, and CPU rather than rates. Medians of ${rounds} rounds (lowest–highest).\n`,
  )
  print(`## ${CALLERS} callers over ${SIZE} connections\n`)
  print("| | | per second | µs of CPU each | p50 in ms | p99 in ms |")
  print("| --- | --- | ---: | ---: | ---: | ---: |")
  for (const { title, text } of loads) {
    const answers = new Map<string, PoolAnswer[]>(pools.map((pool) => [pool, []]))
    for (let i = 0; i < rounds * pools.length; i++) {
      const pool = pools[(i + Math.floor(i / pools.length)) % pools.length]!
      const job = { pool, url: server.url, size: SIZE, callers: CALLERS, text, warmUpMs: measureMs / 2, measureMs }
      answers.get(pool)?.push(await runWorker<PoolAnswer>(cores.client, "pool-worker.ts", job))
    }
    for (const pool of pools) {
      const all = answers.get(pool) ?? []
      const latencies = ["p50", "p99"] as const
      const cells = [
        spread(
          all.map((answer) => answer.perSecond),
          0,
        ),
        spread(
          all.map((answer) => answer.cpuMicros),
          2,
        ),
        ...latencies.map((key) =>
          text === undefined
            ? ""
            : spread(
                all.map((answer) => answer[key]),
                1,
              ),
        ),
      ]
      print(`| ${title} | ${pool} | ${cells.join(" | ")} |`)
    }
  }
  print(`\n## ${IDLE_POOLS} idle pools\n`)
  print("Each was used once and has one connection since. The process that has none tells what a process costs.\n")
  print("| pools | ms of CPU in a second | timers | of them keep the process alive | fired in ten seconds |")
  print("| --- | ---: | ---: | ---: | ---: |")
  for (const { title, pools, options } of idle) {
    const job = { url: server.url, pools, options, measureMs: 10_000 }
    const { cpuMs, armed, referenced, fired } = await runWorker<IdleAnswer>(cores.client, "pool-idle-worker.ts", job)
    print(`| ${title} | ${round(cpuMs, 2)} | ${armed} | ${referenced} | ${fired} |`)
  }
} finally {
  await server.stop()
}
if (options.write) {
  await writeFile(new URL("results/pool.md", import.meta.url), `${lines.join("\n")}\n`)
  await writeResultsFile()
}
