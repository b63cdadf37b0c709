import { expect, test } from "vitest"
import { DecodeError, EncodeError } from "../../../src/errors/client-error.ts"
import { int2vectorCodec, oidvectorCodec } from "../../../src/types/int-vector.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"

const TWO = "0000000100000000000000150000000200000000000000020001000000020002"
const EMPTY = "0000000100000000000000150000000000000000"

test("both formats, both directions", () => {
  expect([fromText(int2vectorCodec, "1 2"), fromHex(int2vectorCodec, TWO)]).toEqual([
    [1, 2],
    [1, 2],
  ])
  expect(toHex(int2vectorCodec, [1, 2])).toBe(TWO)
  expect(int2vectorCodec.encodeText([1, 2])).toBe("1 2")
  expect(fromText(oidvectorCodec, "23 4294967295")).toEqual([23, 4294967295])
})

test("an empty one goes as text, because the server refuses its own binary form", () => {
  expect([fromText(int2vectorCodec, ""), fromHex(int2vectorCodec, EMPTY)]).toEqual([[], []])
  expect(toHex(int2vectorCodec, [])).toBeUndefined()
  expect(int2vectorCodec.encodeText([])).toBe("")
})

test("refuses what does not fit", () => {
  expect(toHex(int2vectorCodec, [1, 99999])).toBeUndefined()
  for (const value of [[1.5], [null], [99999], 1, {}]) {
    expect(() => int2vectorCodec.encodeText(value)).toThrow(EncodeError)
  }
  expect(int2vectorCodec.encodeText("1 2")).toBe("1 2")
  expect(() => fromText(int2vectorCodec, "1 x")).toThrow(DecodeError)
})
