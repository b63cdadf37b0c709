import { describe, expect, test } from "vitest"
import { DecodeError, EncodeError } from "../../../src/errors/client-error.ts"
import { int2Codec, int4Codec, int8AsNumberCodec, int8AsStringCodec, int8Codec } from "../../../src/types/int.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"

describe.each([
  [int2Codec, "-32768", "8000", "32767", "7fff", "32768", "-32769"],
  [int4Codec, "-2147483648", "80000000", "2147483647", "7fffffff", "2147483648", "-2147483649"],
])("$name", (codec, min, minHex, max, maxHex, above, below) => {
  test("reads its bounds in both formats", () => {
    expect([fromText(codec, min), fromHex(codec, minHex)]).toEqual([Number(min), Number(min)])
    expect([fromText(codec, max), fromHex(codec, maxHex)]).toEqual([Number(max), Number(max)])
    expect(fromText(codec, "-0")).toBe(0)
  })

  test.each(["", "-", "+1", "1 ", "1.0", "1e2", "0x1", above, below, "9".repeat(16)])("refuses the text %j", (text) => {
    expect(() => fromText(codec, text)).toThrow(DecodeError)
  })

  test("refuses bytes of another length", () => {
    for (const hex of ["", "00", `${maxHex}00`]) expect(() => fromHex(codec, hex)).toThrow(DecodeError)
  })

  test("writes numbers, bigints and strings of digits", () => {
    for (const value of [Number(min), BigInt(min), min, ` ${min}\n`]) {
      expect(toHex(codec, value)).toBe(minHex)
      expect(codec.encodeText(value)).toBe(String(value))
    }
    expect(toHex(codec, -0)).toBe("0".repeat(maxHex.length))
    expect(codec.encodeText(-0)).toBe("0")
  })

  test.each(["0x1F", "0o17", "0B101", "+1_000", "0x_7_f", "-0x1"])(
    "leaves PostgreSQL 16's notation %s to the server, which may be an older one",
    (text) => {
      expect(codec.encodeText(text)).toBe(text)
      expect(toHex(codec, text)).toBeUndefined()
    },
  )

  test.each([
    "",
    " ",
    "1.5",
    "1e3",
    "ten",
    "1__0",
    "_1",
    "1_",
    "0x",
    "0xg",
    "0b2",
    "--1",
    "1 2",
    "\u0661",
    above,
    below,
  ])("refuses the string %j", (text) => {
    expect(toHex(codec, text)).toBeUndefined()
    expect(() => codec.encodeText(text)).toThrow(EncodeError)
  })

  test.each([1.5, Number.NaN, Infinity, 2 ** 53, true, null, {}, [1], new Date(), Symbol("1")])(
    "refuses %s",
    (value) => {
      expect(toHex(codec, value)).toBeUndefined()
      expect(() => codec.encodeText(value)).toThrow(EncodeError)
    },
  )

  test("refuses numbers and bigints out of range", () => {
    for (const value of [Number(above), Number(below), BigInt(above), BigInt(below)]) {
      expect(toHex(codec, value)).toBeUndefined()
      expect(() => codec.encodeText(value)).toThrow(/expected an integer from .* got an integer out of range/)
    }
  })
})

describe("int8", () => {
  const bounds = [
    ["-9223372036854775808", "8000000000000000"],
    ["9223372036854775807", "7fffffffffffffff"],
    ["-1", "ffffffffffffffff"],
    ["9007199254740993", "0020000000000001"],
    ["-999999999999999", "fffc72815b398001"],
  ] as const

  test.each(bounds)("%s in both formats and directions", (text, hex) => {
    expect([fromText(int8Codec, text), fromHex(int8Codec, hex)]).toEqual([BigInt(text), BigInt(text)])
    expect([fromText(int8AsStringCodec, text), fromHex(int8AsStringCodec, hex)]).toEqual([text, text])
    expect([toHex(int8Codec, BigInt(text)), toHex(int8Codec, text)]).toEqual([hex, hex])
    expect(int8Codec.encodeText(BigInt(text))).toBe(text)
  })

  test.each([0, -0, 1, -1, 4294967296, -4294967297, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])(
    "writes the number %s exactly",
    (value) => {
      expect(fromHex(int8Codec, toHex(int8Codec, value)!)).toBe(BigInt(value))
      expect(fromHex(int8AsNumberCodec, toHex(int8Codec, value)!)).toBe(value === 0 ? 0 : value)
      expect(fromText(int8AsNumberCodec, String(value))).toBe(value === 0 ? 0 : value)
    },
  )

  test("refuses what does not fit, unsafe numbers with advice", () => {
    for (const value of [2 ** 53, -(2 ** 60)]) {
      expect(toHex(int8Codec, value)).toBeUndefined()
      expect(() => int8Codec.encodeText(value)).toThrow("use a bigint")
    }
    for (const value of [2n ** 63n, -(2n ** 63n) - 1n, "9223372036854775808", "9".repeat(2000), 0.5, false]) {
      expect(toHex(int8Codec, value)).toBeUndefined()
      expect(() => int8Codec.encodeText(value)).toThrow(EncodeError)
    }
  })

  test.each([
    "9223372036854775808",
    "-9223372036854775809",
    "99999999999999999999",
    "9".repeat(30),
    "123456789012345x",
    "- 1",
  ])("refuses the text %j", (text) => {
    expect(() => fromText(int8Codec, text)).toThrow(DecodeError)
  })

  test("as a number refuses integers that would lose digits", () => {
    expect(() => fromText(int8AsNumberCodec, "9007199254740993")).toThrow(DecodeError)
    expect(() => fromHex(int8AsNumberCodec, "0020000000000001")).toThrow(DecodeError)
    expect(() => fromHex(int8AsNumberCodec, "00")).toThrow(DecodeError)
  })
})
