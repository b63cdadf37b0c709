import { describe, expect, test } from "vitest"
import { DecodeError, EncodeError } from "../../../src/errors/client-error.ts"
import { charCodec, jsonpathCodec, nameCodec, opaqueCodecFor, textCodec } from "../../../src/types/text.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"

function hexOf(text: string): string {
  return Buffer.from(text).toString("hex")
}

describe("text", () => {
  test.each(["", "a", "ü", " x ", "\u0001\u007f", "😀", "\\x00", `${"long ".repeat(100)}ß`])(
    "%j passes as it is",
    (text) => {
      expect(fromText(textCodec, text)).toBe(text)
      expect(fromHex(textCodec, hexOf(text))).toBe(text)
      expect(toHex(textCodec, text)).toBe(hexOf(text))
      expect(textCodec.encodeText(text)).toBe(text)
    },
  )

  test("takes numbers, bigints, booleans and Dates as their text", () => {
    expect([1.5, 2n, true].map((value) => textCodec.encodeText(value))).toEqual(["1.5", "2", "true"])
    expect(textCodec.encodeText(new Date(0))).toBe("1970-01-01T00:00:00.000Z")
    expect(toHex(textCodec, 1)).toBeUndefined()
  })

  test.each(["\0", "a\0b", "\ud800", "\udc00\ud800", `${"x".repeat(500)}\udfff`])("refuses %j", (text) => {
    expect(toHex(textCodec, text)).toBeUndefined()
    expect(() => textCodec.encodeText(text)).toThrow(EncodeError)
  })

  test.each([{}, [], Symbol("s"), () => "f", new Date(Number.NaN), new Uint8Array(1), null])("refuses %s", (value) => {
    expect(() => textCodec.encodeText(value)).toThrow(EncodeError)
  })

  test("an error tells the kind of a value, never its contents", () => {
    expect(() => textCodec.encodeText({ secret: "hunter2" })).toThrow(/^text: expected .*, got an object \(Object\)$/)
    expect(() => textCodec.encodeText("hunter2\0")).not.toThrow(/hunter2/)
  })
})

describe('"char"', () => {
  test.each([
    ["61", "a"],
    ["00", ""],
    ["7f", "\u007f"],
    ["ff", "\\377"],
    ["80", "\\200"],
  ])("the byte %s reads as %j, as the server prints it", (hex, text) => {
    expect(fromHex(charCodec, hex)).toBe(text)
    expect(fromText(charCodec, text)).toBe(text)
    expect(toHex(charCodec, text)).toBe(text.startsWith("\\") ? undefined : hex)
    expect(charCodec.encodeText(text)).toBe(text)
  })

  test("is one byte", () => {
    for (const hex of ["", "6162"]) expect(() => fromHex(charCodec, hex)).toThrow(DecodeError)
    for (const text of ["ü", "ab", "\0"]) expect(toHex(charCodec, text)).toBeUndefined()
  })
})

describe("jsonpath", () => {
  test("has a version in front in binary", () => {
    expect(fromHex(jsonpathCodec, "01242e226122")).toBe('$."a"')
    expect(fromText(jsonpathCodec, '$."a"')).toBe('$."a"')
    expect(toHex(jsonpathCodec, '$."a"')).toBe("01242e226122")
    expect(toHex(jsonpathCodec, 5)).toBeUndefined()
    for (const hex of ["", "0224"]) expect(() => fromHex(jsonpathCodec, hex)).toThrow(DecodeError)
  })
})

test("a type that nothing is known of passes its text", () => {
  const codec = opaqueCodecFor("aclitem")
  expect(fromText(codec, "a=r/b")).toBe("a=r/b")
  expect([codec.encodeText("x"), codec.encodeText(1)]).toEqual(["x", "1"])
  expect(codec.decodeBinary).toBeUndefined()
  expect(() => codec.encodeText({})).toThrow("aclitem: expected the text form of the type")
})

test("a name beyond 63 bytes goes as text, for in binary the server refuses what it would cut off", () => {
  expect(toHex(nameCodec, "x".repeat(63))).toBe("78".repeat(63))
  for (const name of ["x".repeat(64), "é".repeat(32)]) {
    expect(toHex(nameCodec, name)).toBeUndefined()
    expect(nameCodec.encodeText(name)).toBe(name)
  }
})
