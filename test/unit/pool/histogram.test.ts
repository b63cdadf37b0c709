import { expect, it } from "vitest"
import { Histogram } from "../../../src/pool/histogram.ts"

it("counts each duration in the first bucket that takes it", () => {
  const histogram = new Histogram()
  const durations = [0, 0.1, 0.25, 0.2501, 0.5, 0.51, 1, 1.01, 2, 1000, 131_072, 131_073, 1e12]
  for (const ms of durations) histogram.record(ms)
  const { count, totalMs, maxMs, buckets } = histogram.snapshot()
  expect(count).toBe(durations.length)
  expect(maxMs).toBe(1e12)
  expect(totalMs).toBeCloseTo(durations.reduce((sum, ms) => sum + ms, 0))
  let below = Number.NEGATIVE_INFINITY
  for (const { upToMs, count } of buckets) {
    const expected = durations.filter((ms) => ms > below && ms <= upToMs).length
    expect({ upToMs, count }).toEqual({ upToMs, count: expected })
    below = upToMs
  }
  expect(below).toBe(Number.POSITIVE_INFINITY)
})
