/**
 * A timestamp whose year had hundreds of digits, in another DateStyle than ISO, ended in the RangeError of a Date that
 * cannot be, instead of a DecodeError.
 */

import { expect, it } from "vitest"
import { DecodeError } from "../../src/errors/client-error.ts"
import { inAnyStyle } from "../../src/types/date-styles.ts"
import { timestamptzCodec } from "../../src/types/timestamp.ts"
import { fromText } from "../support/codec-bytes.ts"

const settings = new Map([
  ["DateStyle", "SQL, MDY"],
  ["TimeZone", "Europe/Berlin"],
])

it("is refused like any other text that is no timestamp", () => {
  const codec = inAnyStyle(timestamptzCodec, settings)
  expect(fromText(codec, "11/20/2026 10:00:00 CET")).toEqual(new Date("2026-11-20T09:00:00Z"))
  for (const year of ["9".repeat(400), "9".repeat(8)]) {
    expect(() => fromText(codec, `11/20/${year} 10:00:00 CET`)).toThrow(DecodeError)
    expect(() => fromText(codec, `Fri Nov 20 10:00:00 ${year} CET`)).toThrow(DecodeError)
  }
})
