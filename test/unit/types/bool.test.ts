import { describe, expect, test } from "vitest"
import { DecodeError, EncodeError } from "../../../src/errors/client-error.ts"
import { boolCodec } from "../../../src/types/bool.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"

describe("bool", () => {
  test("reads both formats", () => {
    expect([fromText(boolCodec, "t"), fromText(boolCodec, "f")]).toEqual([true, false])
    expect([fromHex(boolCodec, "01"), fromHex(boolCodec, "00")]).toEqual([true, false])
  })

  test.each(["", "x", "true", "T"])("refuses the text %j", (text) => {
    expect(() => fromText(boolCodec, text)).toThrow(DecodeError)
  })

  test.each(["", "0001"])("refuses the bytes %j", (hex) => {
    expect(() => fromHex(boolCodec, hex)).toThrow(DecodeError)
  })

  test("writes booleans in binary", () => {
    expect([toHex(boolCodec, true), toHex(boolCodec, false), toHex(boolCodec, 1)]).toEqual(["01", "00", undefined])
  })

  test.each([
    [true, "t"],
    [false, "f"],
    [1, "t"],
    [0, "f"],
    [1n, "t"],
    [0n, "f"],
  ])("writes %s as text", (value, text) => {
    expect(boolCodec.encodeText(value)).toBe(text)
  })

  // Every unambiguous prefix, as the manual has it.
  const words = ["t", "tr", "tru", "true", "y", "ye", "yes", "on", "1", "f", "fa", "fal", "fals", "false", "n", "no"]
  test.each([...words, "of", "off", "0", "TRUE", " \t\n\v\f\rOff "])("passes the word %j", (word) => {
    expect(boolCodec.encodeText(word)).toBe(word)
  })

  test.each(["", "o", "truer", "yess", "2", "10", "wahr", "t\u00a0"])("refuses the word %j", (word) => {
    expect(() => boolCodec.encodeText(word)).toThrow(EncodeError)
  })

  test.each([2, -1, 0.5, Number.NaN, 2n, {}, [true], new Date(), Symbol("t")])("refuses %s", (value) => {
    expect(() => boolCodec.encodeText(value)).toThrow(EncodeError)
  })
})
