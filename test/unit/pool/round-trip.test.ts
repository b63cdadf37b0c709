import { expect, it } from "vitest"
import { RoundTrip } from "../../../src/pool/round-trip.ts"

it("is not known before anything was measured", () => {
  expect(new RoundTrip().ms).toBe(Number.POSITIVE_INFINITY)
})

it("is the quickest, whatever a busy machine adds to the others", () => {
  const roundTrip = new RoundTrip()
  for (let i = 0; i < 20_000; i++) {
    roundTrip.note(i % 900 === 0 ? 0.1 : 5)
    expect(roundTrip.ms).toBe(0.1)
  }
})

it("follows the network: at once when it is nearer, after one or two windows when it is farther", () => {
  const roundTrip = new RoundTrip()
  roundTrip.note(20)
  roundTrip.note(2)
  expect(roundTrip.ms).toBe(2)
  for (let i = 0; i < 2000; i++) roundTrip.note(80)
  expect(roundTrip.ms).toBe(80)
  roundTrip.note(30)
  expect(roundTrip.ms).toBe(30)
})
