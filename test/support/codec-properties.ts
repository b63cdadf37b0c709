/** What holds for every codec, whatever it is given: it takes it, or says in its own words that it does not. */

import fc, { type Arbitrary } from "fast-check"
import { expect } from "vitest"
import { DecodeError, EncodeError } from "../../src/errors/client-error.ts"
import type { Codec } from "../../src/types/codec.ts"
import { fromText, toHex } from "./codec-bytes.ts"

/** Any text is a value or a DecodeError. */
export function readOrRefuse(codecs: readonly Codec[], texts: Arbitrary<string>): void {
  const property = fc.property(texts, (text) => {
    for (const codec of codecs) {
      try {
        fromText(codec, text)
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error
      }
    }
  })
  fc.assert(property, { numRuns: 20_000 })
}

/** Any value is written in one of the two formats, or is an EncodeError. */
export function writeOrRefuse(codecs: readonly Codec[], more: Arbitrary<unknown> = fc.string()): void {
  const anything = fc.anything({ withBigInt: true, withDate: true, withTypedArray: true })
  const property = fc.property(fc.oneof(anything, more), (value) => {
    fc.pre(value !== null && value !== undefined)
    for (const codec of codecs) {
      try {
        if (toHex(codec, value) === undefined) expect(typeof codec.encodeText(value)).toBe("string")
      } catch (error) {
        if (!(error instanceof EncodeError)) throw error
      }
    }
  })
  fc.assert(property, { numRuns: 5000 })
}
