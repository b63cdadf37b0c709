/**
 * A real libpq to compare with: the one in the npm packages of the test servers, asked by a small C program that is
 * compiled when a test first needs it.
 */

import { type ChildProcess, execFile, spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { cachedDirectory } from "../support/cached-directory.ts"
import { type PostgresVersion, postgresBinaries } from "../support/postgres-binaries.ts"

const run = promisify(execFile)
const SOURCE = fileURLToPath(new URL("./libpq-oracle.c", import.meta.url))

/** libpq's opinion: the parameters, or the message of its refusal. */
export type OracleAnswer =
  | { readonly values: Readonly<Record<string, string>>; readonly error?: undefined }
  | { readonly values?: undefined; readonly error: string }

/** A running oracle. Questions are answered in order. */
export class LibpqOracle {
  readonly #process: ChildProcess
  readonly #waiting: { resolve(answer: OracleAnswer): void; reject(error: Error): void }[] = []
  #complaints = ""

  private constructor(process: ChildProcess) {
    this.#process = process
    createInterface({ input: process.stdout! }).on("line", (line) => this.#waiting.shift()!.resolve(readAnswer(line)))
    // libpq warns about password files there.
    process.stderr!.on("data", (chunk) => {
      this.#complaints += chunk
    })
    process.once("close", () => {
      for (const { reject } of this.#waiting) reject(new Error(`the libpq oracle has ended: ${this.#complaints}`))
    })
  }

  /** Starts one with libpq of `version` and an environment of its own. */
  static async start(version: PostgresVersion, env: Readonly<Record<string, string>> = {}): Promise<LibpqOracle> {
    const { directory } = await postgresBinaries(version)
    const library = join(directory, "lib", process.platform === "darwin" ? "libpq.5.dylib" : "libpq.so.5")
    return new LibpqOracle(
      spawn(await compiledProgram(), [library], { env: { ...env }, stdio: ["pipe", "pipe", "pipe"] }),
    )
  }

  /** What the string says, and nothing else. */
  parse(conninfo: string): Promise<OracleAnswer> {
    return this.#ask("P", conninfo)
  }

  /** What would be used to connect. */
  resolve(conninfo: string): Promise<OracleAnswer> {
    return this.#ask("C", conninfo)
  }

  /** Logs in, and out again at once. */
  async login(conninfo: string): Promise<"tls" | "none" | { readonly error: string }> {
    const { values, error } = await this.#ask("L", conninfo)
    if (error !== undefined) return { error }
    return values["encryption"] === "tls" ? "tls" : "none"
  }

  /** Changes the environment from here on; undefined removes a variable. */
  setEnv(name: string, value: string | undefined): void {
    this.#process.stdin!.write(`S ${name}${value === undefined ? "" : ` =${hex(value)}`}\n`)
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#process.once("close", () => resolve())
      this.#process.stdin!.end()
    })
  }

  #ask(command: string, conninfo: string): Promise<OracleAnswer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#process.stdin!.write(`${command} ${hex(conninfo)}\n`)
    })
  }
}

async function compiledProgram(): Promise<string> {
  const hash = createHash("sha256")
    .update(await readFile(SOURCE))
    .digest("hex")
    .slice(0, 16)
  const directory = await cachedDirectory(`libpq-oracle-${hash}-${process.platform}-${process.arch}`, async (place) => {
    try {
      await run("cc", ["-O1", "-o", join(place, "libpq-oracle"), SOURCE, "-ldl"])
    } catch (cause) {
      throw new Error(
        "the comparison with libpq needs a C compiler: apt-get install gcc libc6-dev, or on macOS xcode-select --install",
        { cause },
      )
    }
  })
  return join(directory, "libpq-oracle")
}

function hex(text: string): string {
  return Buffer.from(text).toString("hex")
}

function readAnswer(line: string): OracleAnswer {
  const unhex = (digits: string) => Buffer.from(digits, "hex").toString()
  if (line.startsWith("-")) return { error: unhex(line.slice(2)) }
  const pairs = line
    .split(" ")
    .slice(1)
    .map((pair) => pair.split("="))
  return { values: Object.fromEntries(pairs.map(([keyword, value]) => [keyword!, unhex(value!)])) }
}
