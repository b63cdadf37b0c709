/**
 * The packages as users get them: packed, installed into a project of its own whose dependencies declare `"pg": "^8"`, and
 * put in their place by `overrides`. The libraries find pgline there without knowing, and so does OpenTelemetry's
 * instrumentation, which looks for the packages by name.
 *
 * Needs a network for the libraries, or npm's cache of them.
 */

import { execFile } from "node:child_process"
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { promisify } from "node:util"
import pg from "pg"
import { afterAll, beforeAll, expect, it } from "vitest"
import { sharedServer } from "../../support/test-server.ts"
import { buildCopy, install, npm, pack } from "./packing.ts"

const run = promisify(execFile)
const root = join(import.meta.dirname, "../../..")
const { host, port, user, password } = sharedServer
/** What the libraries' own ranges ask for. */
const libraries = ["connect-pg-simple", "pg-boss", "graphile-worker"] as const
const telemetry = [
  "@opentelemetry/context-async-hooks",
  "@opentelemetry/instrumentation",
  "@opentelemetry/instrumentation-pg",
  "@opentelemetry/sdk-trace-base",
] as const

let directory = ""

async function versionOf(name: string): Promise<string> {
  return (JSON.parse(await readFile(join(root, "node_modules", name, "package.json"), "utf8")) as { version: string })
    .version
}

/** Makes a project with or without pgline in the place of `pg`. */
async function makeProject(
  name: string,
  packages: { readonly pgline: string; readonly pg: string } | undefined,
): Promise<string> {
  const project = join(directory, name)
  await mkdir(project)
  const versions = await Promise.all(
    [...libraries, "express-session", ...telemetry].map(
      async (library) => [library, await versionOf(library)] as const,
    ),
  )
  const manifest = {
    name,
    private: true,
    type: "module",
    dependencies: {
      ...Object.fromEntries(versions),
      pg: packages === undefined ? "^8" : `file:${packages.pg}`,
      ...(packages === undefined ? {} : { pgline: `file:${packages.pgline}` }),
    },
    ...(packages === undefined ? {} : { overrides: { pg: `file:${packages.pg}`, pgline: `file:${packages.pgline}` } }),
  }
  await writeFile(join(project, "package.json"), JSON.stringify(manifest, undefined, 2))
  await install(project)
  return project
}

async function runProgram(project: string, program: string, database: string): Promise<unknown> {
  const client = new pg.Client({ host, port, user, password, database: sharedServer.database })
  await client.connect()
  const url = `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}`
  try {
    await client.query(`drop database if exists ${database} with (force)`)
    await client.query(`create database ${database}`)
    const file = join(project, program)
    await writeFile(file, await readFile(join(import.meta.dirname, program), "utf8"))
    const { stdout } = await run(process.execPath, [file, url], { cwd: project, timeout: 60_000 })
    return JSON.parse(stdout.trim().split("\n").at(-1)!)
  } finally {
    await client.query(`drop database if exists ${database} with (force)`)
    await client.end()
  }
}

let real = ""
let overridden = ""

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "pgline-installed-"))
  const copy = await buildCopy(directory)
  const packages = { pgline: await pack(copy, directory), pg: await pack(join(copy, "dist/pgline-pg"), directory) }
  real = await makeProject("real", undefined)
  overridden = await makeProject("overridden", packages)
}, 300_000)

afterAll(async () => {
  await rm(directory, { recursive: true, force: true })
})

it("there is one pg in the project, and it is pgline", async () => {
  const told = JSON.parse(await npm(["ls", "pg", "pgline", "--all", "--json"], overridden)) as { problems?: string[] }
  expect(told.problems ?? []).toEqual([])
  const manifest = await readFile(join(overridden, "node_modules/pg/package.json"), "utf8")
  expect(JSON.parse(manifest)).toMatchObject({ name: "pgline-pg" })
  for (const library of libraries) {
    const own = join(overridden, "node_modules", library, "node_modules/pg/package.json")
    await expect(readFile(own)).rejects.toMatchObject({ code: "ENOENT" })
    expect(dirname(own)).toContain(library)
  }
})

it("connect-pg-simple, pg-boss and graphile-worker work unchanged", { timeout: 120_000 }, async () => {
  const theirs = await runProgram(real, "use-libraries.mjs", "installed_real")
  const ours = await runProgram(overridden, "use-libraries.mjs", "installed_pgline")
  expect(ours).toEqual({ ...(theirs as object), face: "pgline" })
  expect(theirs).toMatchObject({ face: "pg" })
})

it("OpenTelemetry's instrumentation makes the same spans", { timeout: 120_000 }, async () => {
  const theirs = await runProgram(real, "use-telemetry.mjs", "traced_real")
  const ours = await runProgram(overridden, "use-telemetry.mjs", "traced_pgline")
  expect(ours).toEqual(theirs)
  expect((theirs as unknown[]).length).toBeGreaterThan(5)
})
