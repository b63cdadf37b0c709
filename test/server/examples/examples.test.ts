/** The examples of the documentation run. */

import { mkdtemp, rm, writeFile } from "node:fs/promises"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { addJob, queueTable, runJobs, runOneJob } from "../../../docs/examples/job-queue.ts"
import { migrate } from "../../../docs/examples/migrate.ts"
import { createApp as createExpressApp, shutDown } from "../../../docs/examples/with-express.ts"
import { createApp as createFastifyApp } from "../../../docs/examples/with-fastify.ts"
import { connect, Pool } from "../../../src/index.ts"
import { sharedServer } from "../../support/test-server.ts"

const schema = "examples_test"
const options = { options: `-c search_path=${schema}` }
const { url } = sharedServer

beforeAll(async () => {
  await using db = await connect(url)
  await db.execute(`drop schema if exists ${schema} cascade; create schema ${schema}`)
})

afterAll(async () => {
  await using db = await connect(url)
  await db.execute(`drop schema ${schema} cascade`)
})

it("Fastify: the pool lives as long as the application", async () => {
  const app = await createFastifyApp(url)
  await app.ready()
  const health = await app.inject("/health")
  expect([health.statusCode, health.json()]).toEqual([200, { database: "up" }])
  const number = await app.inject("/numbers/21")
  expect(number.json()).toEqual({ id: 21, doubled: 42 })
  const pool = app.db
  await app.close()
  await expect(pool.query("select 1")).rejects.toThrow()
})

it("Express: the pool is closed behind the last request", async () => {
  const pool = new Pool(url)
  await pool.open({ wait: true })
  const server = createExpressApp(pool).listen(0)
  const { port } = server.address() as AddressInfo
  const get = async (path: string): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: "close" } })
    return await response.json()
  }
  expect(await get("/health")).toEqual({ database: "up" })
  expect(await get("/numbers/4")).toEqual({ id: 4, doubled: 8 })
  await shutDown(server, pool)
  await expect(pool.query("select 1")).rejects.toThrow()
})

it("migrations run once, in order, and two runners do not meet", async () => {
  const directory = await mkdtemp(join(tmpdir(), "pgline-migrations-"))
  await writeFile(join(directory, "002-second.sql"), "insert into thing values (1); insert into thing values (2)")
  await writeFile(join(directory, "001-first.sql"), "create table thing (id int)")
  await using one = await connect(url, options)
  await using two = await connect(url, options)
  const ran = await Promise.all([migrate(one, directory), migrate(two, directory)])
  expect(ran.flat()).toEqual(["001-first.sql", "002-second.sql"])
  expect(await one.value("select count(*)::int from thing")).toBe(2)
  await writeFile(join(directory, "003-wrong.sql"), "insert into thing values (3); select nosuch")
  await expect(migrate(one, directory)).rejects.toMatchObject({ code: "42703" })
  expect(await one.value("select count(*)::int from thing")).toBe(2)
  await rm(directory, { recursive: true })
})

it("jobs are done once, and stay when they fail", async () => {
  const pool = new Pool(url, { ...options, max: 3 })
  await pool.query(queueTable)
  const done: unknown[] = []
  await addJob(pool, { to: "Ann" })
  const failing = runOneJob(pool, () => Promise.reject(new RangeError("no")))
  await expect(failing).rejects.toThrow("no")
  const stop = new AbortController()
  const running = runJobs(
    pool,
    async ({ payload }) => {
      done.push(payload)
      if (done.length === 3) stop.abort()
    },
    stop.signal,
  )
  await expect.poll(() => done.length).toBe(1)
  await addJob(pool, { to: "Bo" })
  await expect.poll(() => done.length).toBe(2)
  await addJob(pool, { to: "Cy" })
  await running
  expect(done).toEqual([{ to: "Ann" }, { to: "Bo" }, { to: "Cy" }])
  expect(await pool.value("select count(*)::int from job")).toBe(0)
  await pool.close()
})
