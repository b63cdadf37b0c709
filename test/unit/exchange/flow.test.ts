import { describe, expect, test } from "vitest"
import { Flow } from "../../../src/exchange/flow.ts"

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
