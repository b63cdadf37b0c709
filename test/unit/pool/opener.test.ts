import { describe, expect, it } from "vitest"
import { PoolClosedError, PoolTimeoutError } from "../../../src/errors/pool-error.ts"
import { LONGEST_PAUSE_MS, pauseAfter } from "../../../src/pool/backoff.ts"
import { settled } from "../../support/fake-clock.ts"
import { PoolHarness } from "./harness.ts"

const refused = new Error("refused")

async function reasonOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  )
}

describe("the pause after failures", () => {
  it("doubles up to a ceiling, and is drawn from the upper half", () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 50].map((failures) => pauseAfter(failures, 1))).toEqual([
      100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000,
    ])
    expect(pauseAfter(3, 0)).toBe(200)
    expect(pauseAfter(1000, 0.999)).toBeLessThanOrEqual(LONGEST_PAUSE_MS)
  })
})

describe("while the server is down", () => {
  it.each([
    [null, "null"],
    ["no", "a string of 2 characters"],
  ])("those who wait are told of whatever was thrown: %o", async (thrown, told) => {
    const h = new PoolHarness({ max: 1 })
    const taken = reasonOf(h.take({ timeoutMs: 50 }))
    h.resources.failsToOpen(thrown)
    await h.clock.advance(50)
    expect(await taken).toMatchObject({ cause: thrown, message: expect.stringContaining(`connecting throws ${told}`) })
    await h.end()
  })

  it("one is tried at a time, with growing pauses, and all are opened when it is back", async () => {
    const h = new PoolHarness({ max: 5 })
    h.clock.chance = 0.999999
    const waiting = Array.from({ length: 5 }, () => h.take())
    expect(h.resources.openings, "nothing is known yet").toHaveLength(5)
    while (h.resources.openings.length > 0) h.resources.failsToOpen(refused)
    await settled()
    const attempts: number[] = []
    for (let last = h.clock.now(); attempts.length < 8; ) {
      await h.clock.advance(1)
      expect(h.resources.openings.length).toBeLessThanOrEqual(1)
      if (h.resources.openings.length === 0) continue
      attempts.push(h.clock.now() - last)
      last = h.clock.now()
      h.resources.failsToOpen(refused)
      await settled()
    }
    expect(attempts).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000])
    await h.clock.advance(LONGEST_PAUSE_MS)
    h.resources.opens()
    await settled()
    expect(h.resources.openings, "the others follow at once").toHaveLength(4)
    while (h.resources.openings.length > 0) h.resources.opens()
    for (const entry of await Promise.all(waiting)) h.pool.giveBack(entry)
    expect(h.pool.lastError).toBeUndefined()
    await h.end()
  })

  it("those who wait fail at their own deadlines, with the last reason as cause", async () => {
    const h = new PoolHarness({ max: 2 })
    const soon = reasonOf(h.take({ timeoutMs: 50 }))
    const later = reasonOf(h.take({ timeoutMs: 500 }))
    while (h.resources.openings.length > 0) h.resources.failsToOpen(refused)
    await h.clock.advance(50)
    const error = await soon
    expect(error).toBeInstanceOf(PoolTimeoutError)
    expect(error).toMatchObject({
      cause: refused,
      message: expect.stringContaining("within 50 ms: connecting fails: refused"),
    })
    expect(h.pool.gauges.waiting).toBe(1)
    for (let i = 0; i < 50; i++) {
      await h.clock.advance(10)
      h.resources.failsToOpen(new Error(`refused ${i}`))
      await settled()
    }
    expect(await later).toMatchObject({ cause: { message: expect.stringMatching(/refused \d+/) } })
    await h.end()
  })

  it("somebody is told after reconnectTimeout, and without anybody who waits it ends there", async () => {
    const told: unknown[] = []
    const h = new PoolHarness(
      { min: 1, reconnectTimeoutMs: 3000 },
      { onReconnectFailed: (error) => told.push([error, h.clock.now()]) },
    )
    h.pool.open()
    for (let i = 0; i < 2000; i++) {
      h.resources.failsToOpen(refused)
      await h.clock.advance(10)
    }
    expect(told).toHaveLength(1)
    expect(told[0]).toEqual([refused, expect.any(Number)])
    expect(h.resources.openings).toHaveLength(0)
    const taken = h.take()
    expect(h.resources.openings, "the next demand tries again").toHaveLength(1)
    h.resources.opens()
    h.pool.giveBack(await taken)
    await h.end()
  })

  it("nobody waits for what trying again cannot help", async () => {
    const permanent = new Error("permanent")
    const h = new PoolHarness({ max: 2 })
    const [entry] = await h.takeOpened(1)
    const patient = h.take()
    h.resources.failsToOpen(permanent)
    await settled()
    expect(h.pool.gauges.waiting, "one of those that are open may come free").toBe(1)
    h.pool.giveBack(entry!)
    h.pool.giveBack(await patient, new Error("broken"))
    h.resources.closed()
    const hopeless = reasonOf(h.take())
    await h.clock.advance(LONGEST_PAUSE_MS)
    h.resources.failsToOpen(permanent)
    expect(await hopeless).toBe(permanent)
    await h.end()
  })

  it("after a loss that may have hit others, idle ones are checked and one is opened before the rest", async () => {
    const h = new PoolHarness({ max: 6 })
    const entries = await h.takeOpened(2)
    for (const entry of entries) h.pool.giveBack(entry)
    h.pool.suspect()
    await h.clock.advance(1)
    const waiting = Array.from({ length: 6 }, () => h.take())
    expect(h.resources.checks).toHaveLength(2)
    expect(h.resources.openings).toHaveLength(1)
    h.resources.checked(new Error("dead"))
    h.resources.checked()
    h.resources.opens()
    await h.live(50)
    const granted = await Promise.all(waiting)
    expect(new Set(granted).size).toBe(6)
    expect(h.pool.counters.unfit).toBe(1)
    for (const entry of granted) h.pool.giveBack(entry)
    await h.end()
  })
})

describe("opening", () => {
  it("never opens more than there may be when somebody else asks for one in the middle of it", async () => {
    const h = new PoolHarness({ min: 2, max: 2 })
    let taken: Promise<unknown> | undefined
    h.resources.onOpening = () => {
      h.resources.onOpening = () => {}
      taken = h.take()
    }
    h.pool.open()
    expect(h.resources.openings).toHaveLength(2)
    h.resources.opens()
    await taken
    await h.end()
  })
})

describe("draining", () => {
  it("is over when the old ones are gone, whatever else is on its way out", async () => {
    const h = new PoolHarness({ max: 2 })
    const [old] = await h.takeOpened(1)
    h.pool.giveBack(old!)
    let isOver = false
    const drained = h.pool.drain().then(() => {
      isOver = true
    })
    const [young] = await h.takeOpened(1)
    h.pool.giveBack(young!, new Error("broken"))
    await settled()
    expect(isOver).toBe(false)
    h.resources.closed()
    await settled()
    expect(isOver).toBe(true)
    expect(h.pool.gauges.dying).toBe(1)
    await drained
    await h.end()
  })
})

describe("waiting until so many are open", () => {
  it("resolves, times out, and ends with the pool", async () => {
    const h = new PoolHarness({ min: 2 })
    h.pool.open()
    const late = reasonOf(h.pool.untilOpen(2, 100))
    const open = h.pool.untilOpen(2, 0)
    h.resources.opens()
    await h.clock.advance(100)
    expect(await late).toBeInstanceOf(PoolTimeoutError)
    h.resources.opens()
    await open
    const never = reasonOf(h.pool.untilOpen(3, 0))
    expect(await h.end()).toBe(0)
    expect(await never).toBeInstanceOf(PoolClosedError)
  })
})
