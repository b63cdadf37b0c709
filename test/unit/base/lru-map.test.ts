import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { LruMap } from "../../../src/base/lru-map.ts"

/** The same in a few lines and in linear time: keys from the one used longest ago to the newest. */
class Model {
  entries: [key: number, value: string][] = []
  readonly capacity: number

  constructor(capacity: number) {
    this.capacity = capacity
  }

  get(key: number): string | undefined {
    const entry = this.entries.find(([known]) => known === key)
    if (entry !== undefined) this.entries = [...this.entries.filter((other) => other !== entry), entry]
    return entry?.[1]
  }

  set(key: number, value: string): string | undefined {
    this.entries = [...this.entries.filter(([known]) => known !== key), [key, value]]
    return this.entries.length > this.capacity ? this.entries.shift()![1] : undefined
  }
}

describe("LruMap", () => {
  test("forgets what was used longest ago, over any sequence of operations", () => {
    const operation = fc.tuple(fc.constantFrom("get", "set", "delete"), fc.nat({ max: 6 }), fc.string({ maxLength: 3 }))
    fc.assert(
      fc.property(fc.nat({ max: 5 }), fc.array(operation, { maxLength: 80 }), (capacity, operations) => {
        const map = new LruMap<number, string>(capacity)
        const model = new Model(capacity)
        for (const [name, key, value] of operations) {
          if (name === "get") expect(map.get(key)).toBe(model.get(key))
          else if (name === "set") expect(map.set(key, value)).toBe(model.set(key, value))
          else {
            map.delete(key)
            model.entries = model.entries.filter(([known]) => known !== key)
          }
          expect([...map.values()]).toEqual(model.entries.map(([, kept]) => kept))
          expect(map.size).toBe(model.entries.length)
        }
      }),
    )
  })

  test("with a capacity of 0 keeps nothing and hands back what it was given", () => {
    const map = new LruMap<string, number>(0)
    expect(map.set("a", 1)).toBe(1)
    expect([map.size, map.get("a")]).toEqual([0, undefined])
  })
})
