import fc from "fast-check"
import { describe, it } from "vitest"
import { PoolHistory, type Step, stepKinds } from "./pool-history.ts"

const step: fc.Arbitrary<Step> = fc.tuple(fc.constantFrom(...stepKinds), fc.nat(99), fc.nat(99))

const limits = fc.record({
  min: fc.constantFrom(0, 0, 1, 2),
  max: fc.constantFrom(2, 3, 5),
  maxLifetimeMs: fc.constantFrom(0, 300, 3000),
  maxIdleMs: fc.constantFrom(0, 200),
  leakTimeoutMs: fc.constantFrom(0, 300),
})

/** How many histories there are; each ends with the end of its pool. */
const HISTORIES = 20_000

describe("a pool of anything", () => {
  it(`keeps its promises in ${HISTORIES} random histories`, async () => {
    const share = fc.constantFrom(1, 3)
    const property = fc.asyncProperty(
      limits,
      share,
      fc.array(step, { maxLength: 80, size: "max" }),
      async (given, most, steps) => {
        const history = new PoolHistory(given, most)
        for (const each of steps) await history.step(each)
        await history.end()
      },
    )
    await fc.assert(property, { numRuns: HISTORIES })
  }, 300_000)
})
