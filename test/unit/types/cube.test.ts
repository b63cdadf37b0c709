import { expect, test } from "vitest"
import { DecodeError, EncodeError } from "../../../src/errors/client-error.ts"
import { cubeCodec } from "../../../src/types/cube.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"

// The bytes and texts are those of the extension's own functions.
test.each([
  ["800000023ff00000000000004000000000000000", "(1, 2)", [1, 2], [1, 2]],
  ["000000023ff0000000000000400000000000000040080000000000004010000000000000", "(1, 2),(3, 4)", [1, 2], [3, 4]],
  ["80000000", "()", [], []],
  ["800000013ff0000000000000", "(1)", [1], [1]],
  ["00000002400800000000000040100000000000003ff00000000000004000000000000000", "(3, 4),(1, 2)", [3, 4], [1, 2]],
  ["000000017ff8000000000000fff0000000000000", "(NaN),(-Infinity)", [Number.NaN], [-Infinity]],
])("%s is %s in both formats and both directions", (hex, text, lowerLeft, upperRight) => {
  const cube = { lowerLeft, upperRight }
  expect(fromHex(cubeCodec, hex)).toStrictEqual(cube)
  expect(fromText(cubeCodec, text)).toStrictEqual(cube)
  expect(toHex(cubeCodec, cube)).toBe(hex)
  expect(fromText(cubeCodec, cubeCodec.encodeText(cube))).toStrictEqual(cube)
  expect(cubeCodec.encodeText(text)).toBe(text)
  expect(toHex(cubeCodec, text)).toBeUndefined()
})

test("the sign of zero is kept", () => {
  expect(cubeCodec.encodeText({ lowerLeft: [-0], upperRight: [1] })).toBe("(-0),(1)")
})

test.each(["", "000000", "00000001", "80000001", "800000657ff8000000000000", "7fffffff", "ffffffff", "8000000000"])(
  "the bytes %j are malformed",
  (hex) => {
    expect(() => fromHex(cubeCodec, hex)).toThrow(DecodeError)
  },
)

test.each(["", "1", "(1", "(1,x)", "(1,)", "(1),(1,2)", "(1)(2)", "(1),(2),(3)"])(
  "the text %j is malformed",
  (text) => {
    expect(() => fromText(cubeCodec, text)).toThrow(DecodeError)
  },
)

test("corners that do not belong together are refused", () => {
  const many = new Array<number>(101).fill(0)
  for (const value of [
    { lowerLeft: [1], upperRight: [1, 2] },
    { lowerLeft: ["1"], upperRight: [2] },
    { lowerLeft: many, upperRight: many },
  ]) {
    expect(() => toHex(cubeCodec, value)).toThrow(EncodeError)
    expect(() => cubeCodec.encodeText(value)).toThrow(EncodeError)
  }
  for (const value of [{}, [1, 2], { lowerLeft: [1] }, "\0"]) {
    expect(() => cubeCodec.encodeText(value)).toThrow(EncodeError)
    expect(toHex(cubeCodec, value)).toBeUndefined()
  }
})
