import { expect, test } from "vitest"
import { offsetAt } from "../../../src/types/time-zones.ts"

test.each([
  ["Europe/Paris", Date.UTC(2026, 10, 20, 10), "CET", 3600],
  ["Europe/Paris", Date.UTC(2026, 6, 20, 10), "CEST", 7200],
  ["Europe/Paris", Date.UTC(2026, 9, 25, 2, 30), "CET", 3600],
  ["Europe/Paris", Date.UTC(2026, 9, 25, 2, 30), "CEST", 7200],
  ["America/New_York", Date.UTC(2026, 10, 1, 1, 30), "EST", -18_000],
  ["America/New_York", Date.UTC(2026, 10, 1, 1, 30), "EDT", -14_400],
  ["Asia/Kathmandu", Date.UTC(2026, 0, 1), "+0545", 20_700],
  ["Europe/Paris", Date.UTC(1850, 0, 1), "LMT", 561],
  ["Europe/Paris", Date.UTC(-43, 2, 15), "LMT", 561],
  ["UTC", 0.5, "UTC", 0],
])("%s at %d, called %s, is %d seconds east", (zone, wallClock, abbreviation, seconds) => {
  expect(offsetAt(zone, wallClock, abbreviation)).toBe(seconds)
})

test("what cannot be known is left open", () => {
  const twice = Date.UTC(2026, 9, 25, 2, 30)
  expect(offsetAt("Europe/Paris", twice, "???")).toBeUndefined()
  const never = Date.UTC(2026, 2, 29, 2, 30)
  expect(offsetAt("Europe/Paris", never, "CET")).toBeUndefined()
  expect(offsetAt("Nowhere/At_All", 0, "CET")).toBeUndefined()
})
