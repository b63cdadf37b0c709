/**
 * Which drivers can be had on this machine, and what runs their workers. Those of other runtimes are no dependencies of
 * this repository: who has them measures against them, who has not is told how to get them.
 */

import { execFile } from "node:child_process"
import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import {
  type DriverName,
  type ForeignDriverName,
  loadDriver,
  type ScriptDriverName,
  type WorkloadName,
} from "./driver.ts"

const run = promisify(execFile)
const root = fileURLToPath(new URL("..", import.meta.url))
const pgxPackage = "golang-github-jackc-pgx-v4-dev"
const scriptWorker = fileURLToPath(new URL("worker.ts", import.meta.url))

/** A driver that can be measured. */
export interface Contender {
  readonly workloads: readonly WorkloadName[]
  /** What starts its worker; the job is the next argument. */
  readonly command: readonly string[]
  /** The driver's version with its runtime's, where that is not the suite's own. */
  readonly version?: string
}

/** What there is, and what there is not, with how to get it. */
export interface Contenders {
  readonly found: ReadonlyMap<DriverName, Contender>
  readonly absent: Readonly<Partial<Record<DriverName, string>>>
}

/** Looks for those drivers. */
export async function findContenders(names: readonly DriverName[]): Promise<Contenders> {
  const found = new Map<DriverName, Contender>()
  const absent: Partial<Record<DriverName, string>> = {}
  for (const name of names) {
    const contender = await find(name)
    if (typeof contender === "string") absent[name] = contender
    else found.set(name, contender)
  }
  return { found, absent }
}

function find(name: DriverName): Promise<Contender | string> {
  switch (name) {
    case "asyncpg":
      return findAsyncpg()
    case "pgx":
      return findPgx()
    case "pgline-bun":
    case "bun-sql":
      return findUnderBun(name)
    default:
      return findUnderNode(name)
  }
}

async function findUnderNode(name: ScriptDriverName): Promise<Contender> {
  const { workloads } = await loadDriver(name)
  return { workloads, command: [process.execPath, "--expose-gc", scriptWorker] }
}

async function findUnderBun(name: ScriptDriverName): Promise<Contender | string> {
  for (const bun of [join(root, "node_modules/.bin/bun"), "bun"]) {
    const version = await outputOf(bun, ["--version"])
    if (version === undefined) continue
    const { workloads } = await loadDriver(name)
    return { workloads, command: [bun, "--expose-gc", scriptWorker], version: `Bun ${version}` }
  }
  return "there is no `bun` in node_modules or on the PATH: `npm install --no-save bun`"
}

/** Debian's package belongs to the system's Python, which need not be the first on the PATH. */
async function findAsyncpg(): Promise<Contender | string> {
  const ask = "import asyncpg, platform; print(asyncpg.__version__ + ', Python ' + platform.python_version())"
  for (const python of ["python3", "/usr/bin/python3"]) {
    const version = await outputOf(python, ["-c", ask])
    if (version === undefined) continue
    const worker = fileURLToPath(new URL("drivers/asyncpg/worker.py", import.meta.url))
    return { workloads: foreignWorkloads.asyncpg, command: [python, "-B", worker], version }
  }
  return "no `python3` can import asyncpg: `pip install asyncpg` or `apt-get install python3-asyncpg`"
}

/** Builds pgx's worker from Debian's packages, which are sources for Go's mode without modules. */
async function findPgx(): Promise<Contender | string> {
  const env = { ...process.env, GO111MODULE: "off", GOPATH: "/usr/share/gocode" }
  const [installed, go] = await Promise.all([
    outputOf("dpkg-query", ["-W", pgxPackage]),
    outputOf("go", ["env", "GOVERSION"]),
  ])
  const pgx = installed?.split("\t")[1]
  if (pgx === undefined || go === undefined) {
    return `there is no Go, or no Debian package of pgx for it: \`apt-get install golang-go ${pgxPackage}\``
  }
  await mkdir(join(root, ".tmp"), { recursive: true })
  const binary = join(root, ".tmp/bench-pgx")
  await run("go", ["build", "-o", binary, "."], { cwd: fileURLToPath(new URL("drivers/pgx", import.meta.url)), env })
  return { workloads: foreignWorkloads.pgx, command: [binary], version: `${pgx}, Go ${go.replace("go", "")}` }
}

/** What the workers in other languages take part in: what their drivers have an idiom for. */
const foreignWorkloads: Readonly<Record<ForeignDriverName, readonly WorkloadName[]>> = {
  asyncpg: ["w1", "w2", "w3", "w4", "w5", "w6", "w7b", "w8", "w8b", "w9", "w10", "w11", "w12a", "w12b", "w13"],
  pgx: ["w1", "w2", "w3s", "w4", "w5", "w6", "w7b", "w8", "w8b", "w9", "w10", "w11", "w12a", "w12b", "w13"],
}

/** What a program prints; undefined when there is no such program, or it fails. */
async function outputOf(program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    return (await run(program, args)).stdout.trim()
  } catch {
    return undefined
  }
}
