/**
 * The libraries that speak `pg`, each in a scenario of its own, over real `pg` first and over pgline second: what the
 * application gets and the SQL that the server sees must be the same. The versions that pass stand in the table of
 * `docs/from-node-postgres.md`, which `PGLINE_WRITE_DOCS=1` has written anew.
 */

import { execFile } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import pg from "pg"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { writePgPackage } from "../../generate/pg-package.ts"
import { sharedServer } from "../../support/test-server.ts"
import { type Library, libraries, tableOf } from "./libraries.ts"
import { startRecordingProxy } from "./recording-proxy.ts"

const execute = promisify(execFile)
const root = join(import.meta.dirname, "../../..")
const packageDirectory = mkdtempSync(join(tmpdir(), "pgline-pg-"))
const { host, port, user, password } = sharedServer

/** What a run has shown. */
interface Outcome {
  readonly result: unknown
  readonly statements: readonly string[]
}

beforeAll(() => writePgPackage(packageDirectory))
afterAll(() => rmSync(packageDirectory, { recursive: true, force: true }))

async function inMaintenance(sql: string): Promise<void> {
  const client = new pg.Client({ host, port, user, password, database: sharedServer.database })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

async function runOver(face: "pg" | "pgline", library: Library): Promise<Outcome> {
  const database = `library_${library.scenario.replaceAll("-", "_")}`
  await inMaintenance(`drop database if exists ${database} with (force)`)
  await inMaintenance(`create database ${database}`)
  const proxy = await startRecordingProxy(host, port)
  const url = `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${proxy.port}/${database}`
  const server = JSON.stringify({ host: "127.0.0.1", port: proxy.port, user, password, database, url })
  const hook = face === "pgline" ? ["--import", join(import.meta.dirname, "face-hook.ts")] : []
  const program = join(import.meta.dirname, "run-scenario.ts")
  try {
    const { stdout } = await execute(process.execPath, [...hook, program, library.scenario, server], {
      cwd: root,
      maxBuffer: 1 << 26,
      timeout: 60_000,
      env: { ...process.env, PGLINE_PG_PACKAGE: packageDirectory, NODE_NO_WARNINGS: "1", TZ: "Europe/Berlin" },
    })
    const told: { face: string; result: unknown } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "")
    expect(told.face).toBe(face)
    return { result: told.result, statements: library.normalize(proxy.statements) }
  } finally {
    await proxy.close()
    await inMaintenance(`drop database if exists ${database} with (force)`)
  }
}

describe.each(libraries)("$name", (library) => {
  it("gives the same over pg and over pgline, and the server sees the same SQL", { timeout: 120_000 }, async () => {
    const theirs = await runOver("pg", library)
    const ours = await runOver("pgline", library)
    expect(ours.result).toEqual(theirs.result)
    expect(theirs.statements.length).toBeGreaterThan(0)
    expect(ours.statements).toEqual(theirs.statements)
  })
})

it("the table in docs/from-node-postgres.md names these versions", () => {
  const document = readFileSync(join(root, "docs/from-node-postgres.md"), "utf8")
  expect(document).toContain(tableOf(root))
})
