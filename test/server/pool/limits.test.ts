/**
 * What a pool meets at the edges: a server that takes no more connections, one that shuts down, and a process that has
 * nothing left to do.
 */

import { execFile } from "node:child_process"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { promisify } from "node:util"
import { describe, expect, it } from "vitest"
import { connect, errors, Pool } from "../../../src/index.ts"
import { type PostgresServer, startPostgres } from "../../support/postgres-server.ts"
import { sharedServer, testVersion } from "../../support/test-server.ts"

describe("a server that takes no more connections", () => {
  it("has the pool do with those it has, and grow when there is room again", async () => {
    await using server: PostgresServer = await startPostgres({ version: testVersion })
    await using admin = await connect(server.url)
    await admin.execute("create role narrow login password 'secret' connection limit 2")
    await using pool = new Pool(server.url, { user: "narrow", password: "secret", max: 6 })
    const sums = Array.from({ length: 60 }, (_, i) =>
      pool.transaction(async (tx) => (await tx.value<number>("select $1::int4 from pg_sleep(0.002)", [i])) as number),
    )
    expect(await Promise.all(sums)).toEqual(sums.map((_, i) => i))
    expect(pool.stats()).toMatchObject({ opened: 2, lost: 0, refused: 0 })
    expect(pool.stats().openingFailures).toBeGreaterThan(0)
    const held = await Promise.all([pool.acquire(), pool.acquire()])
    const late = await pool.acquire({ timeout: 300 }).catch((error: unknown) => error)
    expect(late).toBeInstanceOf(errors.PoolTimeoutError)
    expect((late as Error).cause).toBeInstanceOf(errors.TooManyConnections)
    await admin.execute("alter role narrow connection limit 6")
    const third = await pool.acquire()
    for (const connection of [...held, third]) connection.release()
    expect(pool.stats().lastError).toBeUndefined()
  })
})

describe("a server that shuts down", () => {
  it("costs those who wait nothing but the time until it is back", async () => {
    await using server: PostgresServer = await startPostgres({ version: testVersion })
    await using pool = new Pool(server.url, { min: 3, max: 3 })
    await pool.open({ wait: true })
    await server.halt("fast")
    const waiting = Array.from({ length: 30 }, (_, i) => pool.value("select $1::int4", [i]))
    const transaction = pool.transaction((tx) => tx.value`select 'inside'`)
    await server.start()
    expect(await Promise.all(waiting)).toEqual(waiting.map((_, i) => i))
    expect(await transaction).toBe("inside")
    expect(pool.stats()).toMatchObject({ size: 3, refused: 0 })
  })
})

/** What a process prints that runs a program until it ends, or for so long. */
async function outputOf(program: string): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), "pgline-exit-"))
  const entry = pathToFileURL(join(import.meta.dirname, "../../../src/index.ts")).href
  try {
    const file = join(directory, "program.ts")
    await writeFile(
      file,
      `import { Pool } from ${JSON.stringify(entry)}
      process.once("beforeExit", () => console.log("ends by itself"))
      ${program}`,
    )
    const { stdout } = await promisify(execFile)(process.execPath, [file])
    return stdout.trim().split("\n")
  } finally {
    await rm(directory, { recursive: true })
  }
}

describe("a process that has nothing left to do", () => {
  it("but to wait for ever for a server that is not there stays", async () => {
    const output = await outputOf(`
      const pool = new Pool("host=127.0.0.1 port=1", { acquireTimeout: 0 })
      setTimeout(() => process.exit(), 700).unref()
      pool.value("select 1")`)
    expect(output).toEqual([""])
  })

  it.each([
    [true, "ends with idle connections"],
    [false, "is kept alive by them otherwise"],
  ])("allowExitOnIdle: %s", async (allowExitOnIdle) => {
    const output = await outputOf(`
      const pool = new Pool(${JSON.stringify(sharedServer.url)}, { min: 2, allowExitOnIdle: ${allowExitOnIdle} })
      await pool.open({ wait: true })
      await pool.transaction((tx) => tx.value\`select 1\`)
      const values = await Promise.all([1, 2, 3].map((n) => pool.value("select $1::int4", [n])))
      console.log(values.join())
      setTimeout(() => process.exit(), 700).unref()`)
    expect(output).toEqual(allowExitOnIdle ? ["1,2,3", "ends by itself"] : ["1,2,3"])
  })
})
