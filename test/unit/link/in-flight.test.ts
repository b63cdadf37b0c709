import { expect, test } from "vitest"
import type { Exchange } from "../../../src/exchange/exchange.ts"
import { InFlight } from "../../../src/link/in-flight.ts"

function exchange(): Exchange {
  return { write: () => {}, onRow: () => {}, onFrame: () => {}, onReady: () => "done", fail: () => {} }
}

test("answers go to the front, in the order of writing", () => {
  const queue = new InFlight()
  const [a, b] = [exchange(), exchange()]
  queue.push(a)
  queue.push(b)
  expect([queue.front, queue.size]).toEqual([a, 2])
  queue.shift()
  expect([queue.front, queue.size]).toEqual([b, 1])
  queue.shift()
  expect([queue.front, queue.size]).toEqual([undefined, 0])
})

test("what was written after the last flush has not been seen", () => {
  const queue = new InFlight()
  const [a, b, c] = [exchange(), exchange(), exchange()]
  queue.push(a)
  queue.push(b)
  queue.markFlushed()
  queue.push(c)
  queue.shift()
  expect(queue.drain()).toEqual([
    { exchange: b, seen: true },
    { exchange: c, seen: false },
  ])
  expect(queue.drain()).toEqual([])
})

test("after it was drained it counts anew", () => {
  const queue = new InFlight()
  queue.push(exchange())
  queue.drain()
  const next = exchange()
  queue.push(next)
  queue.markFlushed()
  expect(queue.drain()).toEqual([{ exchange: next, seen: true }])
})
