import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { Flow } from "../../../src/exchange/flow.ts"
import { GULP_MS } from "../../../src/exchange/gulps.ts"

class CountedValve {
  readonly moves: string[] = []
  pause(): void {
    this.moves.push("pause")
  }
  resume(): void {
    this.moves.push("resume")
  }
}

function flowWithValve(): { flow: Flow<number>; moves: string[] } {
  const flow = new Flow<number>()
  const valve = new CountedValve()
  flow.attach(valve)
  return { flow, moves: valve.moves }
}

const LIMIT = 256 * 1024

describe("a flow", () => {
  test("gives what has come, all of it, and then its end", async () => {
    const { flow } = flowWithValve()
    flow.push(1, 1)
    flow.push(2, 1)
    expect(await flow.take()).toEqual([1, 2])
    const waiting = flow.take()
    flow.push(3, 1)
    flow.push(4, 1)
    expect(await waiting).toEqual([3, 4])
    flow.push(5, 1)
    flow.end()
    expect(await flow.take()).toEqual([5])
    expect(await flow.take()).toBeUndefined()
    expect(await flow.take()).toBeUndefined()
  })

  test("stops what fills it at its limit, once, and starts it again when it is emptied", async () => {
    const { flow, moves } = flowWithValve()
    flow.push(1, LIMIT - 1)
    expect(moves).toEqual([])
    flow.push(2, 1)
    flow.push(3, 5)
    expect(moves).toEqual(["pause"])
    expect(await flow.take()).toEqual([1, 2, 3])
    expect(moves).toEqual(["pause", "resume"])
    flow.push(4, LIMIT)
    expect(moves).toEqual(["pause", "resume", "pause"])
  })

  test.each(["end", "fail", "discard"] as const)("never stays stopped behind %s", (way) => {
    const { flow, moves } = flowWithValve()
    flow.push(1, LIMIT)
    flow[way](new Error("x"))
    expect(moves).toEqual(["pause", "resume"])
    flow.push(2, LIMIT)
    expect(moves).toEqual(["pause", "resume"])
  })

  test("tells a failure behind what has come before it, once", async () => {
    const { flow } = flowWithValve()
    flow.push(1, 1)
    flow.fail(new Error("broken"))
    expect(await flow.take()).toEqual([1])
    await expect(flow.take()).rejects.toThrow("broken")
    expect(await flow.take()).toBeUndefined()
  })

  test("drops everything when it is discarded, and tells a reason at once", async () => {
    const { flow } = flowWithValve()
    flow.push(1, 1)
    flow.discard(new Error("enough"))
    flow.push(2, 1)
    expect(flow.isDiscarded).toBe(true)
    await expect(flow.take()).rejects.toThrow("enough")
    const quiet = flowWithValve().flow
    const waiting = quiet.take()
    quiet.discard()
    expect(await waiting).toBeUndefined()
  })
})

describe("a flow that is taken from as fast as it fills, a little at a time", () => {
  const SHORT = 8 * 1024

  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  async function takeShort(flow: Flow<number>, times: number, apartMs = 0): Promise<void> {
    for (let i = 0; i < times; i++) {
      flow.push(i, SHORT)
      expect(await flow.take()).toEqual([i])
      vi.advanceTimersByTime(apartMs)
    }
  }

  test("stops what fills it for a moment", async () => {
    const { flow, moves } = flowWithValve()
    await takeShort(flow, 3)
    expect(moves).toEqual([])
    await takeShort(flow, 1)
    expect(moves).toEqual(["pause"])
    vi.advanceTimersByTime(GULP_MS)
    expect(moves).toEqual(["pause", "resume"])
    expect(vi.getTimerCount()).toBe(0)
    await takeShort(flow, 3)
    expect(moves).toEqual(["pause", "resume"])
  })

  test("goes on at once when what comes is much, or comes slowly", async () => {
    const { flow, moves } = flowWithValve()
    for (let i = 0; i < 10; i++) {
      await takeShort(flow, 3)
      flow.push(0, 64 * 1024)
      expect(await flow.take()).toEqual([0])
    }
    await takeShort(flow, 20, 1)
    expect(moves).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })

  test.each(["end", "fail", "discard"] as const)("lets it go on at %s, and leaves no timer", async (way) => {
    const { flow, moves } = flowWithValve()
    await takeShort(flow, 4)
    flow[way](new Error("x"))
    expect(moves).toEqual(["pause", "resume"])
    expect(vi.getTimerCount()).toBe(0)
  })

  test("stays stopped when what was on its way fills it, until it is emptied", async () => {
    const { flow, moves } = flowWithValve()
    await takeShort(flow, 4)
    flow.push(9, LIMIT)
    expect(vi.getTimerCount()).toBe(0)
    vi.advanceTimersByTime(10 * GULP_MS)
    expect(moves).toEqual(["pause"])
    expect(await flow.take()).toEqual([9])
    expect(moves).toEqual(["pause", "resume"])
  })
})
