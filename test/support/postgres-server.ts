/**
 * Real PostgreSQL servers for tests and examples: started in about a tenth of a second on a port and a directory of
 * their own, as another user when the caller is root, and never left behind (see `watchdog.ts`). Plain `node` runs this
 * file, so it keeps to TypeScript that only needs its types taken out.
 *
 * @see https://www.postgresql.org/docs/current/server-shutdown.html
 */

import { type ChildProcess, execFile, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { appendFile, chmod, chown, mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { type PostgresBinaries, type PostgresVersion, postgresBinaries, serverUser } from "./postgres-binaries.ts"
import { copyTemplate } from "./postgres-template.ts"
import { forgetServer, watchServer } from "./watchdog.ts"

const run = promisify(execFile)

/** Certificates as PEM text. */
export interface ServerTls {
  readonly cert: string
  readonly key: string
  /** Whom client certificates must be signed by. */
  readonly ca?: string
  /** Client certificates taken back. */
  readonly crl?: string
}

/** What kind of server. */
export interface PostgresOptions {
  /** Default 18. */
  readonly version?: PostgresVersion
  /** Settings for `postgresql.conf`, as text. */
  readonly settings?: Readonly<Record<string, string>>
  /** The lines of `pg_hba.conf` instead of SCRAM for everybody. */
  readonly hba?: readonly string[]
  readonly tls?: ServerTls
  /** More arguments for `initdb`. */
  readonly initdbArgs?: readonly string[]
  /** The superuser. Default `postgres`. */
  readonly user?: string
  /** The superuser's password. Default `secret`. */
  readonly password?: string
  /** Become a streaming standby of this server, which restarts once to be copied. Version and users are the same. */
  readonly standbyOf?: PostgresServer
}

/** How a server is told to stop: wait for clients, roll them back, or stop at once as in a crash. */
export type StopMode = "smart" | "fast" | "immediate"

const stopSignals: Readonly<Record<StopMode, NodeJS.Signals>> = {
  smart: "SIGTERM",
  fast: "SIGINT",
  immediate: "SIGQUIT",
}

/** For short-lived servers: nothing needs to survive a power cut. Settings of the caller come after these. */
const quickSettings: Readonly<Record<string, string>> = {
  fsync: "off",
  full_page_writes: "off",
  synchronous_commit: "off",
  max_connections: "200",
  shared_buffers: "32MB",
  max_wal_size: "256MB",
  timezone: "UTC",
  log_timezone: "UTC",
  logging_collector: "off",
  max_prepared_transactions: "20",
}

const scramForAll: readonly string[] = [
  "local all all scram-sha-256",
  "host all all 127.0.0.1/32 scram-sha-256",
  "host all all ::1/128 scram-sha-256",
  "local replication all scram-sha-256",
  "host replication all 127.0.0.1/32 scram-sha-256",
]

/** A setting's value as `postgresql.conf` wants it. */
function quote(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(0, "127.0.0.1", resolve)
  })
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === "string") {
    throw new Error("a TCP server has no port")
  }
  return address.port
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** One running (or stopped) server. Made by {@link startPostgres}. */
export class PostgresServer {
  readonly host = "127.0.0.1"
  readonly database = "postgres"
  readonly user: string
  readonly password: string
  readonly version: PostgresVersion
  /** Holds the unix socket, `.s.PGSQL.<port>`. */
  readonly socketDirectory: string
  readonly dataDirectory: string
  readonly #binaries: PostgresBinaries
  readonly #logFile: string
  #port = 0
  #process: ChildProcess | undefined
  #exited: Promise<void> = Promise.resolve()

  /** Use {@link startPostgres}. */
  constructor(binaries: PostgresBinaries, root: string, user: string, password: string) {
    this.#binaries = binaries
    this.version = binaries.version
    this.user = user
    this.password = password
    this.socketDirectory = root
    this.dataDirectory = join(root, "data")
    this.#logFile = join(root, "log")
  }

  /** The TCP port; the same after a restart. */
  get port(): number {
    return this.#port
  }

  /** `postgres://user:password@host:port/database` */
  get url(): string {
    const user = `${encodeURIComponent(this.user)}:${encodeURIComponent(this.password)}`
    return `postgres://${user}@${this.host}:${this.port}/${this.database}`
  }

  /** The postmaster's process id, `undefined` while it does not run. */
  get pid(): number | undefined {
    return this.#process?.pid
  }

  /** All that the server has logged. */
  async logs(): Promise<string> {
    return readFile(this.#logFile, "utf8")
  }

  /** Starts the stopped server: for the first time on a free port, later on the same. */
  async start(): Promise<void> {
    if (this.#process) {
      throw new Error("the server runs already")
    }
    const fixedPort = this.#port
    for (const deadline = Date.now() + 30_000; ; ) {
      const port = fixedPort || (await freePort())
      if (await this.#launch(port)) {
        this.#port = port
        return
      }
      const log = await this.logs()
      // Another process took the port in between, or a killed server's last children still hold the memory.
      if (Date.now() > deadline || !/could not bind|could not create any TCP|still in use/.test(log.slice(-2000))) {
        throw new Error(`PostgreSQL ${this.version} did not start:\n${log.slice(-4000)}`)
      }
      await pause(100)
    }
  }

  /** Runs the postmaster; true once it takes connections, false when it ended instead. */
  async #launch(port: number): Promise<boolean> {
    const log = await open(this.#logFile, "a", 0o644)
    try {
      const child = spawn(
        join(this.#binaries.directory, "bin", "postgres"),
        ["-D", this.dataDirectory, "-p", String(port), "-k", this.socketDirectory],
        {
          ...serverUser(),
          cwd: "/",
          detached: true, // Ctrl-C in the terminal is for the tests; the watchdog stops the server
          stdio: ["ignore", log.fd, log.fd],
          env: { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" },
        },
      )
      child.unref()
      this.#process = child
      this.#exited = new Promise((resolve) => {
        const ended = (): void => {
          if (this.#process === child) {
            this.#process = undefined
          }
          resolve()
        }
        child.once("exit", ended)
        child.once("error", ended)
      })
    } finally {
      await log.close()
    }
    for (const deadline = Date.now() + 60_000; Date.now() < deadline; ) {
      if (!this.#process) {
        return false
      }
      const status = await this.#status()
      if (status === "ready" || status === "standby") {
        return true
      }
      await pause(10)
    }
    throw new Error(`PostgreSQL ${this.version} is not ready after a minute:\n${(await this.logs()).slice(-4000)}`)
  }

  /** What the running postmaster says of itself in line 8 of its lock file. */
  async #status(): Promise<string | undefined> {
    try {
      const lines = (await readFile(join(this.dataDirectory, "postmaster.pid"), "utf8")).split("\n")
      return Number(lines[0]) === this.pid ? lines[7]?.trim() : undefined
    } catch {
      return undefined
    }
  }

  /** Ends the postmaster and leaves the data. Waits until it has ended; `smart` waits for the clients. */
  async halt(mode: StopMode = "fast"): Promise<void> {
    this.#process?.kill(stopSignals[mode])
    await this.#waitForExit()
  }

  /** SIGKILL to the postmaster: its backends notice and end on their own. The data stays for {@link start}. */
  async kill(): Promise<void> {
    this.#process?.kill("SIGKILL")
    await this.#waitForExit()
  }

  /** Waits for the postmaster's end with this process kept alive. */
  async #waitForExit(): Promise<void> {
    this.#process?.ref()
    await this.#exited
  }

  /** Stops the server and starts it again on the same port with the same data. */
  async restart(mode: StopMode = "fast"): Promise<void> {
    await this.halt(mode)
    await this.start()
  }

  /** Makes the server read its configuration files again. */
  reload(): void {
    this.#process?.kill("SIGHUP")
  }

  /** Adds settings to the configuration file; they count from the next {@link reload} or {@link restart} on. */
  async configure(settings: Readonly<Record<string, string>>): Promise<void> {
    const lines = Object.entries(settings).map(([name, value]) => `${name} = ${quote(value)}\n`)
    await appendFile(join(this.dataDirectory, "postgresql.conf"), lines.join(""))
  }

  /** Makes a standby a primary; returns when it takes writes. */
  async promote(): Promise<void> {
    const before = (await this.logs()).length
    const trigger = join(this.dataDirectory, "promote")
    // It may be taken away the moment it is there.
    await writeFile(`${trigger}.new`, "")
    await own(`${trigger}.new`)
    await rename(`${trigger}.new`, trigger)
    this.#process?.kill("SIGUSR1")
    // The lock file says "ready" of a hot standby too; only the log tells the two apart.
    while (!(await this.logs()).includes("database system is ready to accept connections", before)) {
      if (!this.#process) {
        throw new Error(`the server ended instead of being promoted:\n${(await this.logs()).slice(-2000)}`)
      }
      await pause(10)
    }
  }

  /** Stops the server and removes its data. Harmless when it has been stopped. */
  async stop(mode: StopMode = "fast"): Promise<void> {
    await this.halt(mode)
    await rm(this.socketDirectory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
    forgetServer(this.socketDirectory)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop("immediate")
  }
}

/** Gives a file to the server's user and closes it to everybody else. */
async function own(path: string): Promise<void> {
  const account = serverUser()
  if (account) {
    await chown(path, account.uid, account.gid)
  }
  await chmod(path, 0o600)
}

/** Writes the certificates into the data directory and returns the settings that name them. */
async function installTls(dataDirectory: string, tls: ServerTls): Promise<Record<string, string>> {
  const files: readonly (readonly [setting: string, name: string, text: string | undefined])[] = [
    ["ssl_cert_file", "server.crt", tls.cert],
    ["ssl_key_file", "server.key", tls.key],
    ["ssl_ca_file", "root.crt", tls.ca],
    ["ssl_crl_file", "root.crl", tls.crl],
  ]
  const settings: Record<string, string> = { ssl: "on" }
  for (const [setting, name, text] of files) {
    if (text !== undefined) {
      const path = join(dataDirectory, name)
      await writeFile(path, text)
      await own(path)
      settings[setting] = name
    }
  }
  return settings
}

/** Copies a primary, as it is between two runs, and points the copy at it. */
async function copyPrimary(primary: PostgresServer, dataDirectory: string): Promise<Record<string, string>> {
  await primary.halt()
  await run("cp", ["-a", primary.dataDirectory, dataDirectory])
  await primary.start()
  const signal = join(dataDirectory, "standby.signal")
  await writeFile(signal, "")
  await own(signal)
  const conninfo = { host: primary.host, port: String(primary.port), user: primary.user, password: primary.password }
  return {
    primary_conninfo: Object.entries(conninfo)
      .map(([key, value]) => `${key}='${value.replaceAll(/['\\]/g, "\\$&")}'`)
      .join(" "),
  }
}

/** Starts a server; it has to be stopped with `stop()` or `await using`, and is in any case when this process ends. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const primary = options.standbyOf
  const binaries = await postgresBinaries(primary?.version ?? options.version ?? 18)
  const user = primary?.user ?? options.user ?? "postgres"
  const password = primary?.password ?? options.password ?? "secret"
  // Short, because a unix socket's path has at most about a hundred bytes; on the watchdog's list before it exists.
  const root = join(tmpdir(), `pgline-server-${randomBytes(6).toString("hex")}`)
  const server = new PostgresServer(binaries, root, user, password)
  watchServer(root)
  try {
    await mkdir(root, { mode: 0o700 })
    const account = serverUser()
    if (account) {
      await chown(root, account.uid, account.gid)
    }
    let settings: Readonly<Record<string, string>> = { ...quickSettings, listen_addresses: server.host }
    if (primary) {
      settings = { ...settings, ...(await copyPrimary(primary, server.dataDirectory)) }
    } else {
      await copyTemplate(binaries, { user, password, initdbArgs: options.initdbArgs ?? [] }, server.dataDirectory)
      await writeFile(join(server.dataDirectory, "pg_hba.conf"), `${(options.hba ?? scramForAll).join("\n")}\n`)
    }
    if (options.tls) {
      settings = { ...settings, ...(await installTls(server.dataDirectory, options.tls)) }
    }
    await server.configure({ ...settings, ...options.settings })
    await server.start()
    return server
  } catch (error) {
    await server.stop("immediate")
    throw error
  }
}
