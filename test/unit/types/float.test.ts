import { describe, expect, test } from "vitest"
import { DecodeError, EncodeError } from "../../../src/errors/client-error.ts"
import { float4Codec, float8Codec, shortestFloat4 } from "../../../src/types/float.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"

// Left: what PostgreSQL 18 prints for the float4 on the right.
const float4s: readonly (readonly [string, string])[] = [
  ["0", "00000000"],
  ["-0", "80000000"],
  ["0.1", "3dcccccd"],
  ["1.1", "3f8ccccd"],
  ["-123456.79", "c7f12065"],
  ["283451.12", "488a6764"],
  ["5.4256563e+08", "4e015b94"],
  ["1.6777216e+07", "4b800000"],
  ["9.5367e-07", "357fffb4"],
  ["0.00024414062", "39800000"],
  ["3.4028235e+38", "7f7fffff"],
  ["1e-45", "00000001"],
  ["1.1754944e-38", "00800000"],
  ["NaN", "7fc00000"],
  ["Infinity", "7f800000"],
  ["-Infinity", "ff800000"],
]

const float8s: readonly (readonly [string, string])[] = [
  ["0", "0000000000000000"],
  ["-0", "8000000000000000"],
  ["0.1", "3fb999999999999a"],
  ["1.7976931348623157e+308", "7fefffffffffffff"],
  ["5e-324", "0000000000000001"],
  ["NaN", "7ff8000000000000"],
  ["Infinity", "7ff0000000000000"],
  ["-Infinity", "fff0000000000000"],
]

describe.each([
  [float4Codec, float4s],
  [float8Codec, float8s],
])("$name", (codec, samples) => {
  test.each(samples)("%s in both formats and directions", (text, hex) => {
    const value = Number(text)
    expect(fromText(codec, text)).toBe(value)
    expect(fromHex(codec, hex)).toBe(value)
    expect(toHex(codec, value)).toBe(hex)
    expect(Number(codec.encodeText(value))).toBe(value)
  })

  test.each(["", "x", "nan", "1,5", "1e"])("refuses the text %j", (text) => {
    expect(() => fromText(codec, text)).toThrow(DecodeError)
  })

  test("refuses bytes of another length", () => {
    for (const hex of ["", "000000", "000000000000000000"]) expect(() => fromHex(codec, hex)).toThrow(DecodeError)
  })

  test("passes strings and bigints as their text", () => {
    expect(codec.encodeText("1e400")).toBe("1e400")
    expect(codec.encodeText(123n)).toBe("123")
    expect(toHex(codec, "1")).toBeUndefined()
    expect(toHex(codec, 1n)).toBeUndefined()
  })

  test.each([{}, [1], new Date(), null, () => 1])("refuses %s", (value) => {
    expect(toHex(codec, value)).toBeUndefined()
    expect(() => codec.encodeText(value)).toThrow(EncodeError)
  })
})

test("a float4 takes no number that it would make infinite or zero", () => {
  for (const value of [3.5e38, -1e300, 1e-46, -1e-300]) {
    expect(toHex(float4Codec, value)).toBeUndefined()
    expect(() => float4Codec.encodeText(value)).toThrow(EncodeError)
  }
})

test("the shortest number rounds back to its float4, and to no other", () => {
  const view = new DataView(new ArrayBuffer(4))
  for (let bits = 0; bits < 0x7f800000; bits += 104729) {
    view.setUint32(0, bits)
    const value = view.getFloat32(0)
    const shortest = shortestFloat4(value)
    expect(Math.fround(shortest)).toBe(value)
    expect(shortestFloat4(-value)).toBe(-shortest)
    expect(
      String(shortest)
        .replace(/e.*|\D/g, "")
        .replace(/^0+|0+$/g, "").length,
    ).toBeLessThanOrEqual(9)
  }
})
