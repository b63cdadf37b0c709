/**
 * The package as users get it, on every runtime that it is for: the same program does the same on each, over TCP, TLS and
 * a unix socket, and ends by itself.
 *
 * Needs a network for the runtimes, or npm's cache of them.
 */

import { execFile } from "node:child_process"
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { PASSWORD, TlsServer } from "../../server/connecting/tls-server.ts"
import { cachedDirectory } from "../../support/cached-directory.ts"
import { buildCopy, install, pack } from "../install/packing.ts"

const run = promisify(execFile)

/** A runtime as npm has it. */
interface Runtime {
  readonly name: string
  readonly source: string
  /** Its program, in the package. */
  readonly program: string
  readonly args: readonly string[]
}

const { platform, arch } = process
const node = (version: string): Runtime => ({
  name: `node-${version.split(".")[0]}`,
  source: `npm:node-${platform}-${arch}@${version}`,
  program: "bin/node",
  args: [],
})
const runtimes: readonly Runtime[] = [
  node("20.20.2"),
  node("22.23.3"),
  node("24.21.0"),
  {
    name: "bun",
    source: `npm:@oven/bun-${platform}-${arch === "arm64" ? "aarch64" : arch}@1.4.5`,
    program: "bin/bun",
    args: [],
  },
  {
    name: "deno",
    source: `npm:@deno/${platform}-${arch}${platform === "linux" ? "-glibc" : ""}@2.9.6`,
    program: "deno",
    args: ["run", "--allow-all"],
  },
]

/** The runtimes take hundreds of megabytes, so they are kept. */
function installRuntimes(): Promise<string> {
  const sources = runtimes.map(({ source }) => source.replace(/^.*@/, "")).join("-")
  return cachedDirectory(`runtimes-${sources}`, async (directory) => {
    const dependencies = Object.fromEntries(runtimes.map(({ name, source }) => [name, source]))
    await writeFile(join(directory, "package.json"), JSON.stringify({ private: true, dependencies }))
    await install(directory)
  })
}

let server: TlsServer
let directory = ""
let installed = ""
let places = ""

beforeAll(async () => {
  server = await TlsServer.start()
  await server.show("server")
  const { port, user, socketDirectory } = server.server
  const tcp = {
    host: "127.0.0.1",
    port,
    user: "by_scram",
    password: PASSWORD,
    database: "postgres",
    sslmode: "disable",
  }
  const trusted = { sslmode: "verify-full", sslrootcert: server.file("ca.crt") }
  const tls = { ...tcp, host: "localhost", hostaddr: "127.0.0.1", ...trusted }
  places = JSON.stringify({ tcp, tls, unix: { host: socketDirectory, port, user, database: "postgres" } })

  installed = await installRuntimes()
  directory = await mkdtemp(join(tmpdir(), "pgline-runtimes-"))
  const dependencies = { pgline: `file:${await pack(await buildCopy(directory), directory)}` }
  await writeFile(join(directory, "package.json"), JSON.stringify({ private: true, dependencies }))
  await install(directory)
  await copyFile(join(import.meta.dirname, "scenario.mjs"), join(directory, "scenario.mjs"))
}, 300_000)

afterAll(async () => {
  await server.stop()
  await rm(directory, { recursive: true, force: true })
})

async function runOn(program: string, args: readonly string[]): Promise<unknown> {
  const scenario = join(directory, "scenario.mjs")
  const { stdout } = await run(program, [...args, scenario, places], { timeout: 60_000, maxBuffer: 1 << 24 })
  return JSON.parse(stdout)
}

describe("the package", () => {
  let expected: unknown

  it("does what it is for on this Node", async () => {
    expected = await runOn(process.execPath, [])
    const { tls, types } = (expected as { tls: { tls: unknown; types: unknown } }).tls
    expect(tls).toEqual([expect.stringMatching(/^TLSv1\.[23]$/), true])
    expect(types).toMatchObject([{ large: "the bigint 9007199254740993", exact: "1.10", words: "ünï ✓ 𝒳" }])
    expect(expected).toMatchObject({
      refusals: ["28P01", "TlsFailure", "ConnectionError", true],
      pool: [50, 49, true, true, true, [{ n: 1 }, { n: 2 }]],
      face: [[{ n: 1, t: true }], ["n", "t"], "42703", true],
    })
  })

  it.each(runtimes)("does the same on $name", async ({ name, program, args }) => {
    expect(await runOn(join(installed, "node_modules", name, program), args)).toEqual(expected)
  })
})
