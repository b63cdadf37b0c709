/**
 * How often an idle pool wakes up: a thousand of them in one process must cost nothing.
 */

import { describe, expect, it } from "vitest"
import { PoolTimeoutError } from "../../../src/errors/pool-error.ts"
import { resolvePoolSettings } from "../../../src/pool/options.ts"
import { PoolHarness } from "./harness.ts"

const HOUR_MS = 3_600_000
const defaults = resolvePoolSettings({}).limits

/** A pool that was used by so many at once, and by nobody since. */
async function usedBy(users: number, h: PoolHarness): Promise<PoolHarness> {
  for (const entry of await h.takeOpened(users)) {
    if (h.pool.limits.leakTimeoutMs > 0) h.pool.watch(entry, new Error("here"))
    h.pool.giveBack(entry)
  }
  return h
}

/** Lets a time pass in which everything that is asked for is done at once; the number of wake-ups. */
async function wakeUps(h: PoolHarness, ms: number): Promise<number> {
  const before = h.clock.calls
  await h.live(ms, 1000)
  return h.clock.calls - before
}

describe("the timers of a pool", () => {
  it("are none before it is used", async () => {
    const pools = Array.from({ length: 1000 }, () => new PoolHarness(defaults))
    expect(pools.reduce((sum, { clock }) => sum + clock.pending, 0)).toBe(0)
  })

  it("are none when it has no more than its minimum and nothing grows old", async () => {
    const h = await usedBy(2, new PoolHarness({ ...defaults, min: 2, maxLifetimeMs: 0, acquireTimeoutMs: 0 }))
    await h.live(HOUR_MS, 1000)
    expect(h.clock.pending).toBe(0)
    expect(await wakeUps(h, HOUR_MS)).toBe(0)
    await h.end()
  })

  it("is one, for the next age, when it has no more than its minimum", async () => {
    const h = await usedBy(2, new PoolHarness({ ...defaults, min: 2, leakTimeoutMs: 5000 }))
    await h.clock.advance(defaults.acquireTimeoutMs) // the deadline of those who waited when nothing was open
    expect(h.clock.pending).toBe(1)
    expect(h.clock.referenced, "it does not keep the process alive").toBe(0)
    expect(await wakeUps(h, 0.9 * HOUR_MS)).toBe(0)
    expect(h.clock.pending).toBe(1)
    // All are replaced twice: once for their age, once to see whether their successors are there.
    expect(await wakeUps(h, HOUR_MS)).toBe(4)
    await h.end()
  })

  it("are none once the surplus is gone", async () => {
    const h = await usedBy(10, new PoolHarness({ ...defaults, leakTimeoutMs: 5000 }))
    expect(h.clock.pending).toBe(2)
    // The watch for leaks, the deadline of those who had to wait, the end of the surplus.
    expect(await wakeUps(h, defaults.maxIdleMs + 1000)).toBe(3)
    expect(h.pool.gauges.open).toBe(0)
    expect(h.clock.pending).toBe(0)
    expect(await wakeUps(h, 24 * HOUR_MS)).toBe(0)
    await h.end()
  })

  it("keep the process alive while somebody waits, and only then", async () => {
    const h = new PoolHarness({ max: 1, acquireTimeoutMs: 1000 })
    const [entry] = await h.takeOpened(1)
    const waiting = h.take()
    expect(h.clock.referenced).toBe(1)
    h.pool.giveBack(entry!)
    h.pool.giveBack(await waiting)
    expect(h.clock.referenced).toBe(0)
    await h.end()
  })

  it("do so for those, too, who wait without a deadline, before and behind others", async () => {
    const h = new PoolHarness({ max: 1 })
    const [entry] = await h.takeOpened(1)
    expect(h.clock.pending).toBe(0)
    const forEver = h.take()
    expect(h.clock.referenced).toBe(1)
    const late = h.take({ timeoutMs: 50 }).catch((error: unknown) => error)
    expect(h.clock.referenced).toBe(1)
    await h.clock.advance(50)
    expect(await late).toBeInstanceOf(PoolTimeoutError)
    expect(h.clock.referenced).toBe(1)
    h.pool.giveBack(entry!)
    h.pool.giveBack(await forEver)
    expect(h.clock.pending).toBe(0)
    await h.end()
  })
})
