import { describe, expect, it } from "vitest"
import { PoolHarness } from "./harness.ts"

describe("maxLifetime", () => {
  it("ends each at its own age, between nine tenths of the limit and the limit", async () => {
    const removed: [id: number, at: number][] = []
    const h = new PoolHarness({ maxLifetimeMs: 10_000 }, { onRemoved: ({ id }) => removed.push([id, h.clock.now()]) })
    const chances = [0, 0.25, 0.5, 0.999]
    const entries = []
    for (const chance of chances) {
      h.clock.chance = chance
      entries.push(...(await h.takeOpened(1)))
    }
    for (const entry of entries) h.pool.giveBack(entry)
    await h.live(8990)
    expect(removed).toEqual([])
    await h.live(1100)
    expect(removed.map(([id]) => id)).toEqual([4, 3, 2, 1])
    for (const [i, [, at]] of removed.entries()) expect(at).toBeCloseTo(10_000 * (1 - 0.1 * chances[3 - i]!), 0)
    expect(h.pool.counters.closedByAge).toBe(4)
    expect(await h.end()).toBe(0)
  })

  it("ends one on time, too, that comes to its end while another one is being ended", async () => {
    const ended: number[] = []
    const h = new PoolHarness(
      { maxLifetimeMs: 10_000 },
      {
        onRemoved: () => {
          ended.push(h.clock.now())
          h.clock.spend(5)
        },
      },
    )
    h.clock.chance = 0
    const [first] = await h.takeOpened(1)
    await h.clock.advance(2)
    const [second] = await h.takeOpened(1)
    for (const entry of [first, second]) h.pool.giveBack(entry!)
    await h.clock.advance(10_010)
    expect(ended).toEqual([10_000, 10_005])
    await h.end()
  })

  it("interrupts nobody: who uses an old one keeps it, and it is closed when it comes back", async () => {
    const h = new PoolHarness({ maxLifetimeMs: 1000 })
    const [entry] = await h.takeOpened(1)
    await h.live(5000)
    expect(entry!.resource.isAlive).toBe(true)
    h.pool.giveBack(entry!)
    expect(entry!.resource.isAlive).toBe(false)
    await h.end()
  })

  it("has the successor opened first, where there is room and one is needed", async () => {
    const h = new PoolHarness({ maxLifetimeMs: 1000, min: 1, max: 2 })
    h.pool.open()
    h.resources.opens()
    await h.clock.advance(1000)
    expect(h.resources.openings).toHaveLength(1)
    expect(h.pool.gauges).toMatchObject({ idle: 1, opening: 1, dying: 0 })
    await h.clock.advance(5000)
    expect(h.pool.gauges, "however long that takes").toMatchObject({ idle: 1, opening: 1, dying: 0 })
    h.resources.opens()
    await h.clock.advance(1)
    expect(h.pool.gauges).toMatchObject({ idle: 1, dying: 1 })
    await h.end()
  })

  it("closes it without a successor when none is needed any more", async () => {
    const h = new PoolHarness({ maxLifetimeMs: 1000, min: 1, max: 2 })
    h.pool.open()
    h.resources.opens()
    await h.clock.advance(1000)
    for (let i = 0; i < 50; i++) {
      h.resources.failsToOpen(new Error("refused"))
      await h.clock.advance(100)
    }
    expect(h.pool.gauges, "its successor cannot be opened").toMatchObject({ open: 1, dying: 0 })
    h.pool.resize(0, 2)
    await h.clock.advance(2000)
    expect(h.pool.gauges).toMatchObject({ open: 0, dying: 1 })
    await h.end()
  })

  it("closes it first where there is no room", async () => {
    const h = new PoolHarness({ maxLifetimeMs: 1000, min: 1, max: 1 })
    h.pool.open()
    h.resources.opens()
    await h.clock.advance(1000)
    expect(h.pool.gauges).toMatchObject({ open: 0, opening: 0, dying: 1 })
    h.resources.closed()
    await h.clock.advance(1)
    expect(h.pool.gauges).toMatchObject({ opening: 1, dying: 0 })
    await h.end()
  })
})

describe("maxIdle", () => {
  it("closes those that lie idle down to the minimum; what is lent is the one used last", async () => {
    const h = new PoolHarness({ maxIdleMs: 500, min: 1, max: 5 })
    const entries = await h.takeOpened(5)
    for (const entry of entries) h.pool.giveBack(entry)
    const busiest = entries[4]!
    for (let i = 0; i < 100; i++) {
      const entry = await h.take()
      expect(entry).toBe(busiest)
      await h.clock.advance(10)
      h.pool.giveBack(entry)
      if (i === 45) expect(h.pool.gauges.open).toBe(5)
      while (h.resources.closings.length > 0) h.resources.closed()
    }
    expect(h.pool.gauges).toMatchObject({ open: 1, idle: 1 })
    expect(h.pool.counters.closedByIdleness).toBe(4)
    await h.live(10_000)
    expect(h.pool.gauges, "the minimum stays").toMatchObject({ open: 1, idle: 1 })
    expect(await h.end()).toBe(0)
  })
})

describe("maxIdle of what is checked from time to time", () => {
  it("is counted from its last use all the same", async () => {
    const h = new PoolHarness({ maxIdleMs: 500, min: 1, max: 3 })
    const [first, second, third] = await h.takeOpened(3)
    for (const entry of [third, first, second]) h.pool.giveBack(entry!)
    for (let i = 0; i < 4; i++) {
      await h.clock.advance(100)
      const checked = h.pool.check()
      // The answers come in another order.
      while (h.resources.checks.length > 0) h.resources.checked(undefined, h.resources.checks.length - 1)
      await checked
    }
    expect(h.pool.gauges.idle).toBe(3)
    await h.clock.advance(100)
    expect(h.pool.gauges).toMatchObject({ idle: 1, dying: 2 })
    expect(second!.resource.isAlive, "the one used last is kept").toBe(true)
    await h.end()
  })

  it("is not forgotten when it ends in the middle of a check", async () => {
    const h = new PoolHarness({ maxIdleMs: 60_000, max: 1 })
    const [entry] = await h.takeOpened(1)
    h.pool.giveBack(entry!)
    await h.clock.advance(59_999)
    const checked = h.pool.check()
    await h.clock.advance(10)
    h.resources.checked()
    await checked
    expect(h.pool.gauges.idle).toBe(1)
    await h.clock.advance(1000)
    expect(h.pool.gauges).toMatchObject({ open: 0, dying: 1 })
    await h.end()
  })
})

describe("leakTimeout", () => {
  it("reports one that does not come back, once, with where it was taken", async () => {
    const leaks: [id: number, heldMs: number, takenBy: Error][] = []
    const h = new PoolHarness(
      { leakTimeoutMs: 1000 },
      { onLeak: ({ id }, heldMs, takenBy) => leaks.push([id, heldMs, takenBy]) },
    )
    const [kept, returned] = await h.takeOpened(2)
    const here = new Error("here")
    h.pool.watch(kept!, here)
    h.pool.watch(returned!, here)
    await h.live(500)
    h.pool.giveBack(returned!)
    await h.live(5000)
    expect(leaks).toEqual([[kept!.resource.id, 1000, here]])
    h.pool.giveBack(kept!)
    expect(h.clock.pending, "nobody is left to be watched").toBe(0)
    await h.end()
  })
})
