import { expect, test } from "vitest"
import { DecodeError, EncodeError } from "../../../src/errors/client-error.ts"
import { sparsevecCodec } from "../../../src/types/sparsevec.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"

const HEX = "00000005 00000002 00000000 00000000 00000002 3fc00000 c0000000".replaceAll(" ", "")

test("indices begin at 0 in binary and at 1 in text", () => {
  const vector = { dimensions: 5, indices: [0, 2], values: [1.5, -2] }
  expect(fromHex(sparsevecCodec, HEX)).toStrictEqual(vector)
  expect(fromText(sparsevecCodec, "{1:1.5,3:-2}/5")).toStrictEqual(vector)
  expect(toHex(sparsevecCodec, vector)).toBe(HEX)
  expect(sparsevecCodec.encodeText(vector)).toBe("{1:1.5,3:-2}/5")
  expect(sparsevecCodec.encodeText("{}/5")).toBe("{}/5")
})

test("a vector of zeros has no elements, and zeros are left out", () => {
  const zeros = { dimensions: 3, indices: [], values: [] }
  expect(fromHex(sparsevecCodec, "000000030000000000000000")).toStrictEqual(zeros)
  expect(fromText(sparsevecCodec, "{}/3")).toStrictEqual(zeros)
  expect(toHex(sparsevecCodec, { dimensions: 3, indices: [0, 1], values: [0, 1e-60] })).toBe("000000030000000000000000")
})

test("typed arrays are lists, too", () => {
  const vector = { dimensions: 5, indices: new Int32Array([0, 2]), values: new Float32Array([1.5, -2]) }
  expect(toHex(sparsevecCodec, vector)).toBe(HEX)
})

test.each([
  ["no dimensions", { dimensions: 0, indices: [], values: [] }],
  ["half a dimension", { dimensions: 1.5, indices: [], values: [] }],
  ["too many dimensions", { dimensions: 2 ** 31, indices: [], values: [] }],
  ["an index out of range", { dimensions: 2, indices: [2], values: [1] }],
  ["a negative index", { dimensions: 2, indices: [-1], values: [1] }],
  ["descending indices", { dimensions: 3, indices: [1, 0], values: [1, 1] }],
  ["the same index twice", { dimensions: 3, indices: [1, 1], values: [1, 1] }],
  ["an index that is no number", { dimensions: 3, indices: ["1"], values: [1] }],
  ["more indices than values", { dimensions: 3, indices: [0, 1], values: [1] }],
  ["a value that is no number", { dimensions: 3, indices: [0], values: ["1"] }],
  ["a value that is not finite", { dimensions: 3, indices: [0], values: [1e39] }],
])("%s is refused", (_, value) => {
  expect(() => toHex(sparsevecCodec, value)).toThrow(EncodeError)
  expect(() => sparsevecCodec.encodeText(value)).toThrow(EncodeError)
})

test("other values are none", () => {
  for (const value of [{}, [1], { dimensions: 1, indices: [0] }, "\0", new Date()]) {
    expect(toHex(sparsevecCodec, value)).toBeUndefined()
    expect(() => sparsevecCodec.encodeText(value)).toThrow(EncodeError)
  }
})

test.each([
  ["nothing", ""],
  ["half a header", "0000000500000000"],
  ["no dimensions", "000000000000000000000000"],
  ["more elements than bytes", "000000057fffffff00000000"],
  ["a negative count", "00000005ffffffff00000000"],
  ["an index out of range", HEX.replace("000000023fc00000", "000000053fc00000")],
  ["indices out of order", HEX.replace("000000023fc00000", "000000003fc00000")],
  ["bytes behind its elements", `${HEX}00`],
])("the bytes with %s are malformed", (_, hex) => {
  expect(() => fromHex(sparsevecCodec, hex)).toThrow(DecodeError)
})

test.each([
  "",
  "{}",
  "{}/",
  "{}/x",
  "{1:1}",
  "{0:1}/2",
  "{3:1}/2",
  "{2:1,1:1}/2",
  "{1:}/2",
  "{1}/2",
  "{1:x}/2",
  "{,}/2",
  "[1]/1",
])("the text %j is malformed", (text) => {
  expect(() => fromText(sparsevecCodec, text)).toThrow(DecodeError)
})
