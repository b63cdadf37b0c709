import { describe, expect, test } from "vitest"
import { DecodeError, EncodeError } from "../../../src/errors/client-error.ts"
import { jsonbCodec, jsonCodec, jsonCodecsAsString, jsonCodecsWith } from "../../../src/types/json.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"

const hexOf = (text: string): string => Buffer.from(text).toString("hex")

describe.each([
  [jsonCodec, ""],
  [jsonbCodec, "01"],
])("$name", (codec, version) => {
  test.each([
    ["null", null],
    ["1.5", 1.5],
    ['"ü"', "ü"],
    ['{"a":[1,null,{"b":"\\u0000"}]}', { a: [1, null, { b: "\0" }] }],
  ])("reads %s in both formats", (text, value) => {
    expect(fromText(codec, text)).toEqual(value)
    expect(fromHex(codec, version + hexOf(text))).toEqual(value)
  })

  test("__proto__ is a key like any other", () => {
    const value = fromText(codec, '{"__proto__":{"admin":true}}') as Record<string, unknown>
    expect(Object.keys(value)).toEqual(["__proto__"])
    expect(value["admin"]).toBeUndefined()
    expect(codec.encodeText(value)).toBe('{"__proto__":{"admin":true}}')
  })

  test.each([
    [{ a: [1, "x", null] }, '{"a":[1,"x",null]}'],
    [[1, [2]], "[1,[2]]"],
    [[], "[]"],
    [1.5, "1.5"],
    [false, "false"],
    [12345678901234567890n, "12345678901234567890"],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    ['{"as": "it is"}', '{"as": "it is"}'],
    [{ half: "\ud800" }, '{"half":"\\ud800"}'],
  ])("writes $1", (value, text) => {
    expect(codec.encodeText(value)).toBe(text)
    expect(toHex(codec, value)).toBe(version + hexOf(text))
  })

  test("refuses what has no JSON form", () => {
    const ring: unknown[] = []
    ring.push(ring)
    for (const value of [() => 1, Symbol("s"), ring, { big: 1n }, { toJSON: () => undefined }, "\0", "\udc00"]) {
      expect(toHex(codec, value)).toBeUndefined()
      expect(() => codec.encodeText(value)).toThrow(EncodeError)
    }
  })

  test("refuses text that cannot be parsed, with the reason as its cause", () => {
    expect(() => fromText(codec, "{")).toThrow(DecodeError)
    expect(() => fromText(codec, "{")).toThrow(expect.objectContaining({ cause: expect.any(SyntaxError) }))
    expect(() => fromText(codec, "")).toThrow(DecodeError)
  })
})

test("jsonb refuses another version", () => {
  for (const hex of ["", "027b7d"]) expect(() => fromHex(jsonbCodec, hex)).toThrow(DecodeError)
})

test("the caller's functions read and write", () => {
  const { jsonb } = jsonCodecsWith({ parse: (text) => ({ text }), stringify: () => '"mine"' })
  expect(fromText(jsonb, "1")).toEqual({ text: "1" })
  expect(jsonb.encodeText({})).toBe('"mine"')
  const broken = jsonCodecsWith({ parse: JSON.parse, stringify: () => undefined })
  expect(() => broken.json.encodeText({})).toThrow(EncodeError)
})

test("as strings, text comes as it is and values are still stringified", () => {
  expect(fromText(jsonCodecsAsString.jsonb, '{"a": 1}')).toBe('{"a": 1}')
  expect(jsonCodecsAsString.json.encodeText([1])).toBe("[1]")
})
