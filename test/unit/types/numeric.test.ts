import { describe, expect, test } from "vitest"
import { DecodeError, EncodeError } from "../../../src/errors/client-error.ts"
import { numericAsNumberCodec, numericCodec } from "../../../src/types/numeric.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"

// The right column is numeric_send's output on PostgreSQL 18.
const samples = [
  ["0", "0000000000000000"],
  ["0.00", "0000000000000002"],
  ["1", "00010000000000000001"],
  ["-1", "00010000400000000001"],
  ["10000", "00010001000000000001"],
  ["9999", "0001000000000000270f"],
  ["10000.0001", "0003000100000004000100000001"],
  ["-0.00012", "0002ffff40000005000107d0"],
  ["0.0000000100", "0001fffe0000000a0001"],
  ["5000.5", "000200000000000113881388"],
  ["100000000", "00010002000000000001"],
  ["12345678901234567890.123456789", "000800040000000904d2162e23340d801ed204d2162e2328"],
] as const

describe("numeric", () => {
  test.each(samples)("%s in both formats and directions", (text, hex) => {
    expect(fromText(numericCodec, text)).toBe(text)
    expect(fromHex(numericCodec, hex)).toBe(text)
    expect(toHex(numericCodec, text)).toBe(hex)
    expect(numericCodec.encodeText(text)).toBe(text)
    expect(fromHex(numericAsNumberCodec, hex)).toBe(Number(text))
    expect(fromText(numericAsNumberCodec, text)).toBe(Number(text))
  })

  test.each([
    ["NaN", "00000000c0000000"],
    ["Infinity", "00000000d0000020"],
    ["-Infinity", "00000000f0000020"],
  ])("%s", (text, hex) => {
    expect(fromText(numericCodec, text)).toBe(text)
    expect(fromHex(numericCodec, hex)).toBe(text)
    expect(fromHex(numericAsNumberCodec, hex)).toBe(Number(text))
    expect(fromHex(numericCodec, toHex(numericCodec, Number(text))!)).toBe(text)
    expect(numericCodec.encodeText(Number(text))).toBe(text)
  })

  test("writes numbers and bigints", () => {
    expect(toHex(numericCodec, 5000.5)).toBe("000200000000000113881388")
    expect(toHex(numericCodec, -1)).toBe("00010000400000000001")
    expect(toHex(numericCodec, -0)).toBe("0000000000000000")
    expect(toHex(numericCodec, 10n ** 8n)).toBe("00010002000000000001")
    expect(toHex(numericCodec, 1e21)).toBeUndefined()
    expect(numericCodec.encodeText(1e21)).toBe("1e+21")
  })

  test("keeps leading and trailing zeros out of the digits, and the scale in", () => {
    expect(fromHex(numericCodec, toHex(numericCodec, "000012.3400")!)).toBe("12.3400")
    expect(fromHex(numericCodec, toHex(numericCodec, "-.5")!)).toBe("-0.5")
    expect(fromHex(numericCodec, toHex(numericCodec, "7.")!)).toBe("7")
    expect(fromHex(numericCodec, toHex(numericCodec, "-0.000")!)).toBe("0.000")
  })

  test("holds the longest numbers there are", () => {
    const longest = `${"9".repeat(131072)}.${"9".repeat(16383)}`
    expect(fromHex(numericCodec, toHex(numericCodec, longest)!)).toBe(longest)
    expect(numericCodec.encodeText(longest)).toBe(longest)
    expect(toHex(numericCodec, `1${"0".repeat(131072)}`)).toBeUndefined()
    expect(toHex(numericCodec, `0.${"0".repeat(16384)}`)).toBeUndefined()
  })

  test.each(["1e10", "-1E-5", " 1 ", "+1", ".5", "5.", "nan", "inf", "-INFINITY", "0x1f", "-0b1", "1_000.000_1"])(
    "passes %j as the text it is",
    (text) => {
      expect(numericCodec.encodeText(text)).toBe(text)
    },
  )

  test.each(["", ".", "-", "1.2.3", "1e", "1,5", "ten", "--1", "1__0", "_1", "-nan", "0x", "1 2", "\0"])(
    "refuses the string %j",
    (text) => {
      expect(toHex(numericCodec, text)).toBeUndefined()
      expect(() => numericCodec.encodeText(text)).toThrow(EncodeError)
    },
  )

  test.each([true, {}, [1], new Date(), Symbol("1"), new Uint8Array(1)])("refuses %s", (value) => {
    expect(toHex(numericCodec, value)).toBeUndefined()
    expect(() => numericCodec.encodeText(value)).toThrow(EncodeError)
  })

  test.each([
    ["no header", "00000000"],
    ["digits missing", "00020000000000000001"],
    ["digits left", "000100000000000000010001"],
    ["a digit of 10000", "00010000000000002710"],
    ["an unknown sign", "00010000200000000001"],
    ["a scale beyond the largest", "00000000000040000000".slice(0, 16)],
  ])("refuses bytes with %s", (_, hex) => {
    expect(() => fromHex(numericCodec, hex)).toThrow(DecodeError)
  })

  test("as a number refuses text that is none", () => {
    expect(() => fromText(numericAsNumberCodec, "one")).toThrow(DecodeError)
  })
})
