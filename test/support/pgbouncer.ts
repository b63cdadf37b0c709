/**
 * A PgBouncer in front of a test server, on a port and in a directory of its own. It comes from the system's packages:
 * where there is none, its tests fail and say how to get it.
 *
 * @see https://www.pgbouncer.org/config.html
 */

import { type ChildProcess, spawn } from "node:child_process"
import { accessSync, chownSync, constants } from "node:fs"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { connect, createServer } from "node:net"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { serverUser } from "./postgres-binaries.ts"
import type { TestServer } from "./server-source.ts"

/** Where packages put it, when the PATH has it not. */
const SYSTEM_DIRECTORIES = ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"]

/** A running PgBouncer. */
export interface PgBouncer {
  readonly port: number
  /** A connection string to the same database, through it. */
  readonly url: string
  [Symbol.asyncDispose](): Promise<void>
}

/** Finds the program: PGLINE_PGBOUNCER, or by its name. */
function findProgram(): string {
  const given = process.env["PGLINE_PGBOUNCER"]
  if (given) return given
  for (const directory of [...(process.env["PATH"] ?? "").split(delimiter), ...SYSTEM_DIRECTORIES]) {
    const path = join(directory, "pgbouncer")
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // Not here.
    }
  }
  throw new Error("there is no pgbouncer: install it (apt-get install pgbouncer), or name it in PGLINE_PGBOUNCER")
}

/**
 * Starts one.
 * @param settings more lines for the section [pgbouncer]
 */
export async function startPgBouncer(
  server: Pick<TestServer, "host" | "port" | "user" | "password" | "database">,
  settings: Readonly<Record<string, string | number>>,
): Promise<PgBouncer> {
  const program = findProgram()
  const directory = await mkdtemp(join(tmpdir(), "pgline-pgbouncer-"))
  const port = await freePort()
  const all = {
    listen_addr: "127.0.0.1",
    listen_port: port,
    unix_socket_dir: "",
    auth_type: "plain",
    auth_file: join(directory, "users"),
    ignore_startup_parameters: "extra_float_digits",
    ...settings,
  }
  const target = `dbname=${server.database} host=${server.host} port=${server.port} user=${server.user} password=${server.password}`
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`)
  const configuration = join(directory, "pgbouncer.ini")
  await writeFile(configuration, `[databases]\n* = ${target}\n[pgbouncer]\n${lines.join("\n")}\n`)
  await writeFile(join(directory, "users"), `"${server.user}" "${server.password}"\n`)
  const account = serverUser()
  if (account) {
    for (const path of [directory, configuration, join(directory, "users")]) chownSync(path, account.uid, account.gid)
  }
  const child = spawn(program, [configuration], { ...account, cwd: "/", stdio: ["ignore", "ignore", "pipe"] })
  let log = ""
  child.stderr.on("data", (chunk: Buffer) => {
    log += chunk.toString()
  })
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()))
  await untilListening(port, child, () => log)
  return {
    port,
    url: `postgres://${server.user}:${server.password}@127.0.0.1:${port}/${server.database}`,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL")
      await exited
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function untilListening(port: number, child: ChildProcess, log: () => string): Promise<void> {
  for (let i = 0; i < 500; i++) {
    if (child.exitCode !== null) throw new Error(`PgBouncer did not start:\n${log()}`)
    const isListening = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1")
      socket.once("connect", () => resolve(true))
      socket.once("error", () => resolve(false))
      socket.once("connect", () => socket.destroy())
    })
    if (isListening) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`PgBouncer does not listen:\n${log()}`)
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === "string") throw new Error("a TCP server has no port")
  return address.port
}
