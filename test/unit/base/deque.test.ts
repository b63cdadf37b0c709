import fc from "fast-check"
import { expect, test } from "vitest"
import { Deque } from "../../../src/base/deque.ts"

test("does what an array does, over any sequence of operations", () => {
  const operation = fc.oneof(
    { weight: 6, arbitrary: fc.record({ name: fc.constant("push" as const), item: fc.integer({ min: 0, max: 5 }) }) },
    {
      weight: 2,
      arbitrary: fc.record({ name: fc.constant("unshift" as const), item: fc.integer({ min: 0, max: 5 }) }),
    },
    { weight: 4, arbitrary: fc.constant({ name: "shift" as const, item: 0 }) },
    {
      weight: 1,
      arbitrary: fc.record({ name: fc.constant("remove" as const), item: fc.integer({ min: 0, max: 5 }) }),
    },
    { weight: 1, arbitrary: fc.constant({ name: "drain" as const, item: 0 }) },
  )
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 120 }), (operations) => {
      const deque = new Deque<number>()
      let model: number[] = []
      for (const { name, item } of operations) {
        switch (name) {
          case "push":
            deque.push(item)
            model.push(item)
            break
          case "unshift":
            deque.unshift(item)
            model.unshift(item)
            break
          case "shift":
            expect(deque.shift()).toBe(model.shift())
            break
          case "remove": {
            const at = model.indexOf(item)
            expect(deque.remove(item)).toBe(at !== -1)
            if (at !== -1) model.splice(at, 1)
            break
          }
          case "drain":
            expect(deque.drain()).toEqual(model)
            model = []
        }
        expect([deque.size, deque.peek()]).toEqual([model.length, model[0]])
      }
    }),
  )
})

test("loses many from its front in time in proportion to their number, or this one runs out of it", () => {
  const deque = new Deque<number>()
  const many = 100_000
  for (let i = 0; i < many; i++) deque.push(i)
  for (let i = 1; i < many; i++) deque.remove(i) // all but the first
  expect([deque.size, deque.peek()]).toEqual([1, 0])
})

test("grows with its content wrapped around the ring's end", () => {
  const deque = new Deque<number>()
  for (let i = 0; i < 12; i++) deque.push(i)
  for (let i = 0; i < 10; i++) deque.shift()
  for (let i = 12; i < 1000; i++) deque.push(i)
  expect(deque.drain()).toEqual(Array.from({ length: 990 }, (_, i) => i + 10))
})
