import { expect, test } from "vitest"
import { DecodeError, EncodeError } from "../../../src/errors/client-error.ts"
import { halfOfNumber, numberOfHalf } from "../../../src/types/half-float.ts"
import { halfvecCodec, halfvecCodecOf, vectorCodec, vectorCodecOf } from "../../../src/types/vector.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"

const VECTOR = "000300003f800000c0200000322bcc77"
const HALFVEC = "00040000 3c00 c100 7bff 0001".replaceAll(" ", "")

test("a vector is the numbers of 32 bits that the server has, in both formats", () => {
  const numbers = [1, -2.5, Math.fround(1e-8)]
  expect(fromHex(vectorCodec, VECTOR)).toEqual(numbers)
  expect(fromText(vectorCodec, "[1,-2.5,1e-08]")).toEqual(numbers)
  expect(toHex(vectorCodec, numbers)).toBe(VECTOR)
  expect(toHex(vectorCodec, [1, -2.5, 1e-8])).toBe(VECTOR)
  expect(toHex(vectorCodec, new Float32Array(numbers))).toBe(VECTOR)
  expect(toHex(vectorCodec, new Float64Array(numbers))).toBe(VECTOR)
  expect(vectorCodec.encodeText([1, -2.5, 0.1])).toBe("[1,-2.5,0.1]")
  expect(vectorCodec.encodeText(new Float32Array([1, 2]))).toBe("[1,2]")
  expect(vectorCodec.takesArrays).toBe(true)
})

test("a halfvec is the numbers of 16 bits that the server has, in both formats", () => {
  const numbers = [1, -2.5, 65504, 2 ** -24]
  expect(fromHex(halfvecCodec, HALFVEC)).toEqual(numbers)
  expect(fromText(halfvecCodec, "[1,-2.5,65504,5.9604645e-08]")).toEqual(numbers)
  expect(toHex(halfvecCodec, numbers)).toBe(HALFVEC)
  expect(toHex(halfvecCodec, [0.1])).toBe("000100002e66")
})

test("Float32Array on request", () => {
  const numbers = new Float32Array([1, -2.5, 1e-8])
  expect(fromHex(vectorCodecOf({ as: "float32" }), VECTOR)).toStrictEqual(numbers)
  expect(fromText(vectorCodecOf({ as: "float32" }), "[1,-2.5,1e-08]")).toStrictEqual(numbers)
  expect(fromHex(halfvecCodecOf({ as: "float32" }), HALFVEC)).toBeInstanceOf(Float32Array)
})

test("half precision: every value comes back, and numbers between two go to the nearer one, at half-way to the even", () => {
  for (let bits = 0; bits < 0x7c00; bits++) {
    const low = numberOfHalf(bits)
    const high = bits === 0x7bff ? 65536 : numberOfHalf(bits + 1)
    const middle = (low + high) / 2
    const above = bits + 1
    expect(halfOfNumber(low)).toBe(bits)
    expect(halfOfNumber(-low)).toBe(bits | 0x8000)
    expect(halfOfNumber(middle)).toBe(bits % 2 === 0 ? bits : above)
    expect(halfOfNumber(middle - (high - low) / 1024)).toBe(bits)
    expect(halfOfNumber(middle + (high - low) / 1024)).toBe(above)
  }
  expect(halfOfNumber(1e9)).toBe(0x7c00)
  expect(numberOfHalf(0x7c00)).toBe(Infinity)
  expect(numberOfHalf(0xfc00)).toBe(-Infinity)
  expect(numberOfHalf(0x7e00)).toBeNaN()
  expect(numberOfHalf(0x8000)).toBe(-0)
})

test("what does not fit is refused", () => {
  for (const codec of [vectorCodec, halfvecCodec]) {
    for (const value of [
      [],
      ["1"],
      [null],
      [1, undefined],
      [Number.NaN],
      [Infinity],
      [1e39],
      new Array(32768).fill(0),
    ]) {
      expect(() => toHex(codec, value)).toThrow(EncodeError)
      expect(() => codec.encodeText(value)).toThrow(EncodeError)
    }
    for (const value of [{}, new Uint8Array(2), new Date(), "\0"]) {
      expect(toHex(codec, value)).toBeUndefined()
      expect(() => codec.encodeText(value)).toThrow(EncodeError)
    }
    expect(codec.encodeText("[1,2]")).toBe("[1,2]")
  }
  expect(() => toHex(halfvecCodec, [65520])).toThrow(EncodeError)
  expect(toHex(halfvecCodec, [65519])).toBe("000100007bff")
})

test.each(["", "0001", "00010000", "000300000000000000", "ffff0000", "0000000000", "000100003f80000000"])(
  "the bytes %j are malformed",
  (hex) => {
    expect(() => fromHex(vectorCodec, hex)).toThrow(DecodeError)
    expect(() => fromHex(halfvecCodec, hex)).toThrow(DecodeError)
  },
)

test.each(["", "[", "[]", "1,2", "[1,]", "[1,x]", "[NaN]", "[1] ", "[ 1]", "[1,2"])(
  "the text %j is malformed",
  (text) => {
    expect(() => fromText(vectorCodec, text)).toThrow(DecodeError)
  },
)
