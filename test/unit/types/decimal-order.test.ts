import fc from "fast-check"
import { expect, test } from "vitest"
import { compareDecimal } from "../../../src/types/decimal-order.ts"

test.each([
  ["0.1", 0.1, -1],
  ["0.5", 0.5, 0],
  ["0.50000000000000000000001", 0.5, 1],
  ["-0.1", -0.1, 1],
  ["1e23", 1e23, 1],
  ["9007199254740993", 9007199254740992, 1],
  ["5e-324", 5e-324, 1],
  ["4.9406564584124654e-324", 5e-324, -1],
  ["0", 0, 0],
  ["1.7976931348623157e308", Number.MAX_VALUE, -1],
  [".5", 0.5, 0],
  ["5.", 5, 0],
])("%s lies to %d as %d", (text, double, order) => {
  expect(compareDecimal(text, double)).toBe(order)
})

test("a double's exact decimal is equal to it, and one digit more is greater", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0 }), fc.integer({ min: -60, max: 60 }), (mantissa, power) => {
      const double = mantissa * 2 ** power
      const exact =
        power >= 0 ? String(BigInt(mantissa) << BigInt(power)) : `${BigInt(mantissa) * 5n ** BigInt(-power)}e${power}`
      expect(compareDecimal(exact, double)).toBe(0)
      expect(compareDecimal(`${exact.replace(/e.*/, "")}.0001${/e.*/.exec(exact)?.[0] ?? ""}`, double)).toBe(1)
    }),
  )
})
