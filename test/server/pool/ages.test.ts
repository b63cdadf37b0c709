/**
 * Ages on a real server: connections are replaced and closed behind the backs of those who use the pool.
 */

import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Connection, connect, type PoolOptions } from "../../../src/index.ts"
import { sharedServer } from "../../support/test-server.ts"
import { openPool, pidOf, until } from "./open-pool.ts"
import { afterTimersOf } from "./timers.ts"

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

/** How long connections were open: from before they were lent for the first time until the pool let them go. */
class Lives {
  readonly agesMs: Map<number, number> = new Map()
  readonly reasons: unknown[] = []
  readonly #bornAt: Map<number, number> = new Map()

  readonly hooks: Pick<PoolOptions, "onConnect" | "onRemove"> = {
    onConnect: ({ info }) => {
      this.#bornAt.set(info.backendPid as number, performance.now())
    },
    onRemove: ({ backendPid }, reason) => {
      this.agesMs.set(backendPid as number, performance.now() - (this.#bornAt.get(backendPid as number) ?? 0))
      this.reasons.push(reason)
    },
  }
}

describe("maxLifetime", () => {
  it("ends those that nobody uses between nine tenths of it and all of it", async () => {
    const maxLifetime = 2000
    const lives = new Lives()
    const pool = openPool({ max: 12, maxLifetime, applicationName: "pool ages", ...lives.hooks })
    const connections = await Promise.all(Array.from({ length: 12 }, () => pool.acquire()))
    const pids = connections.map(pidOf)
    for (const connection of connections) connection.release()
    expect(await backends("pool ages")).toHaveLength(12)
    await afterTimersOf(maxLifetime)
    expect([...lives.agesMs.keys()].sort(), "none is older than it may get").toEqual(pids.sort())
    const youngest = Math.min(...lives.agesMs.values())
    expect(youngest).toBeGreaterThanOrEqual(0.9 * maxLifetime)
    expect(lives.reasons.filter((reason) => reason !== undefined)).toEqual([])
    await until(() => pool.stats().size === 0)
    expect(pool.stats()).toMatchObject({ opened: 12, closedByAge: 12, lost: 0 })
    await until(async () => (await backends("pool ages")).length === 0)
  })

  it("ends them at ages of their own, which lie all over the last tenth", async () => {
    const maxLifetime = 1500
    const generations = 4
    const lives = new Lives()
    const smallest = { size: Number.POSITIVE_INFINITY }
    const pool = openPool({
      min: 8,
      max: 40, // room for successors, and for those that are not gone yet
      maxLifetime,
      applicationName: "pool generations",
      ...lives.hooks,
      onRemove: (info, reason) => {
        lives.hooks.onRemove?.(info, reason)
        const { idle, busy } = pool.stats()
        smallest.size = Math.min(smallest.size, idle + busy)
      },
    })
    await pool.open({ wait: true })
    const ages = (): number[] => [...lives.agesMs.values()]
    let isOver = false
    const callers = [1, 2, 3].map(async (n) => {
      while (!isOver) expect(await pool.value("select $1::int4", [n])).toBe(n)
    })
    await until(() => ages().length >= generations * 8)
    isOver = true
    await Promise.all(callers)
    expect(Math.min(...ages())).toBeGreaterThanOrEqual(0.9 * maxLifetime)
    expect(Math.max(...ages()) - Math.min(...ages())).toBeGreaterThan((0.1 * maxLifetime) / 3)
    expect(smallest.size, "each has its successor first").toBeGreaterThanOrEqual(8)
    expect(lives.reasons.filter((reason) => reason !== undefined)).toEqual([])
    expect(pool.stats()).toMatchObject({ lost: 0, unfit: 0, returnedBad: 0, refused: 0, closedByIdleness: 0 })
    const open = await backends("pool generations")
    expect(open.length).toBeGreaterThanOrEqual(8)
    expect(open.length).toBeLessThanOrEqual(40)
  })

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

  it("ends each when nobody has used it for as long, in the order they came back, and no other", async () => {
    const maxIdle = 700
    const ended: number[] = []
    const releasedAt = new Map<number, number>()
    const idleMs: number[] = []
    const pool = openPool({
      min: 3,
      max: 8,
      maxIdle,
      applicationName: "pool spells",
      onRemove: ({ backendPid }) => {
        ended.push(backendPid as number)
        idleMs.push(performance.now() - (releasedAt.get(backendPid as number) ?? 0))
      },
    })
    const connections = await Promise.all(Array.from({ length: 8 }, () => pool.acquire()))
    const pids = connections.map(pidOf)
    for (const connection of connections) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      releasedAt.set(pidOf(connection), performance.now())
      connection.release()
    }
    // The one that came back last is used all the time, which the others have no part in.
    let isOver = false
    const caller = (async () => {
      while (!isOver) expect(await pool.value`select pg_backend_pid()`).toBe(pids.at(-1))
    })()
    await afterTimersOf(maxIdle)
    expect(ended, "all that are more than the minimum, and not later").toEqual(pids.slice(0, 5))
    await afterTimersOf(maxIdle)
    isOver = true
    await caller
    expect(ended, "the minimum stays").toHaveLength(5)
    expect(Math.min(...idleMs)).toBeGreaterThanOrEqual(maxIdle)
    expect(pool.stats()).toMatchObject({ size: 3, closedByIdleness: 5, closedByAge: 0, lost: 0 })
    const open = await backends("pool spells")
    expect(open.sort()).toEqual(pids.slice(5).sort())
  })
})
