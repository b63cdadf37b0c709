import { describe, expect, it } from "vitest"
import type { Entry } from "../../../src/pool/entry.ts"
import { settled } from "../../support/fake-clock.ts"
import type { FakeResource } from "../../support/fake-resources.ts"
import { PoolHarness } from "./harness.ts"

/** A pool of two that are open and idle. */
async function twoIdle(): Promise<PoolHarness> {
  const h = new PoolHarness({ max: 2 })
  for (const entry of await h.takeOpened(2)) h.pool.giveBack(entry)
  return h
}

const share = (h: PoolHarness): Entry<FakeResource> | undefined => h.pool.tryTake(3)

describe("sharing", () => {
  it("spreads over the idle ones first, then over the least used", async () => {
    const h = await twoIdle()
    const taken = Array.from({ length: 6 }, () => share(h)!)
    expect(new Set(taken.slice(0, 2)).size).toBe(2)
    expect(taken.map(({ users }) => users)).toEqual([3, 3, 3, 3, 3, 3])
    expect(share(h), "no more than may").toBeUndefined()
    expect(h.pool.counters.shared).toBe(4)
    for (const entry of taken) h.pool.giveBack(entry)
    expect(h.pool.gauges.idle).toBe(2)
    await h.end()
  })

  it("does not begin while more can be opened", async () => {
    const h = new PoolHarness({ max: 2 })
    const [entry] = await h.takeOpened(1)
    h.pool.giveBack(entry!)
    expect(share(h)).toBe(entry)
    expect(share(h)).toBeUndefined()
    const waiting = h.take({ share: 3 })
    h.resources.opens()
    expect(await waiting).not.toBe(entry)
    await h.end()
  })

  it("begins when opening does not work", async () => {
    const h = new PoolHarness({ max: 2 })
    const [entry] = await h.takeOpened(1)
    h.pool.giveBack(entry!)
    expect(share(h)).toBe(entry)
    const waiting = h.take({ share: 3 })
    h.resources.failsToOpen(new Error("too many connections"))
    expect(await waiting).toBe(entry)
    await h.end()
  })

  it("never joins one that somebody has alone, and never overtakes who waits", async () => {
    const h = await twoIdle()
    const alone = h.pool.tryTake(1)!
    const shared = share(h)!
    expect(shared).not.toBe(alone)
    const waiting = h.take()
    expect(share(h)).toBeUndefined()
    const behind = h.take({ share: 3 })
    h.pool.giveBack(shared)
    expect(await waiting).toBe(shared)
    h.pool.giveBack(alone)
    expect(await behind).toBe(alone)
    await h.end()
  })

  it("passes over one that has served nobody for a while", async () => {
    const h = await twoIdle()
    const slow = share(h)!
    await h.clock.advance(50)
    const quick = share(h)!
    expect(quick).not.toBe(slow)
    expect([share(h), share(h)]).toEqual([quick, quick])
    h.pool.giveBack(slow)
    expect(share(h), "it has answered").toBe(slow)
    await h.end()
  })

  it("passes over one that is to be closed, which so comes to its end", async () => {
    const h = await twoIdle()
    const [old, other] = [share(h)!, share(h)!]
    void h.pool.drain()
    await settled()
    expect(share(h)).toBeUndefined()
    h.pool.giveBack(old)
    h.pool.giveBack(other)
    expect(h.pool.gauges).toMatchObject({ open: 0, dying: 2 })
    await h.end()
  })

  it("is a crowd's when as many wait as there may be connections", async () => {
    const h = await twoIdle()
    const taken = [h.pool.tryTake(1)!, h.pool.tryTake(1)!]
    expect(h.pool.isCrowded).toBe(false)
    const first = h.take()
    expect(h.pool.isCrowded).toBe(false)
    const second = h.take()
    expect(h.pool.isCrowded).toBe(true)
    h.pool.giveBack(taken[0]!)
    expect(await first).toBe(taken[0])
    expect(h.pool.isCrowded).toBe(false)
    h.pool.giveBack(taken[1]!)
    h.pool.giveBack(await second)
    await h.end()
  })
})
