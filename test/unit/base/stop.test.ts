import { expect, test } from "vitest"
import { Stop } from "../../../src/base/stop.ts"
import { alone, Waiter } from "../../../src/pool/waiter.ts"

const MANY = 60_000

test("many on one signal are stopped in time in proportion to their number, or this one runs out of it", () => {
  const abort = new AbortController()
  const stops = Array.from({ length: MANY }, () => new Stop(abort.signal, undefined, () => new Error("late")))
  abort.abort("enough")
  expect(stops.every(({ isStopped, reason }) => isStopped && reason === "enough")).toBe(true)
})

test("so are many who wait for a resource", () => {
  const abort = new AbortController()
  let refused = 0
  for (let i = 0; i < MANY; i++) {
    const waiter = new Waiter(alone, 0, 0, expect.unreachable, () => refused++)
    waiter.watch(abort.signal, () => waiter.refuse("enough"))
  }
  abort.abort()
  expect(refused).toBe(MANY)
})
