/**
 * Ages on a real server: connections are replaced and closed behind the backs of those who use the pool.
 */

import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Connection, connect } from "../../../src/index.ts"
import { sharedServer } from "../../support/test-server.ts"
import { openPool, pidOf, until } from "./open-pool.ts"

let admin: Connection

beforeAll(async () => {
  admin = await connect(sharedServer.url)
})

afterAll(() => admin.close())

const backends = (applicationName: string): Promise<number[]> =>
  admin.rows<number>(
    "select pid from pg_stat_activity where application_name = $1 order by backend_start",
    [applicationName],
    { rows: "scalar" },
  )

describe("maxLifetime", () => {
  it("replaces all connections again and again, one before the other where there is room, and nobody notices", async () => {
    const removed = new Map<unknown, unknown>()
    const pool = openPool({
      min: 3,
      max: 4,
      maxLifetime: 300,
      applicationName: "pool lifetimes",
      onRemove: ({ backendPid }, reason) => removed.set(backendPid, reason),
    })
    await pool.open({ wait: true })
    const first = await backends("pool lifetimes")
    let calls = 0
    let isOver = false
    const callers = [1, 2].map(async (n) => {
      while (!isOver) {
        expect(await pool.value("select $1::int4", [n])).toBe(n)
        calls++
      }
    })
    await until(() => pool.stats().closedByAge >= 9)
    isOver = true
    await Promise.all(callers)
    expect(calls).toBeGreaterThan(0)
    expect([...removed.values()].filter((reason) => reason !== undefined)).toEqual([])
    expect([...removed.keys()]).toEqual(expect.arrayContaining(first))
    expect(pool.stats()).toMatchObject({ lost: 0, unfit: 0, returnedBad: 0, refused: 0, closedByIdleness: 0 })
    await until(async () => (await backends("pool lifetimes")).length === pool.stats().size)
  })
})

describe("maxIdle", () => {
  it("closes what nobody needs down to the minimum, and keeps the one used last", async () => {
    const pool = openPool({ min: 1, max: 5, maxIdle: 100, applicationName: "pool idleness" })
    const connections = await Promise.all([1, 2, 3, 4, 5].map(() => pool.acquire()))
    const last = connections.map(pidOf).at(-1)
    for (const connection of connections) connection.release()
    await until(() => pool.stats().closedByIdleness === 4 && pool.stats().closing === 0)
    expect(pool.stats()).toMatchObject({ size: 1, idle: 1, closedByAge: 0 })
    await until(async () => (await backends("pool idleness")).length === 1)
    expect(await backends("pool idleness")).toEqual([last])
  })
})
