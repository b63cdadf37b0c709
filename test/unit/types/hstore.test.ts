import { expect, test } from "vitest"
import { DecodeError, EncodeError } from "../../../src/errors/client-error.ts"
import { hstoreCodec } from "../../../src/types/hstore.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"

// The bytes and texts are PostgreSQL 18's own.
test.each<[string, string, [string, string | null][]]>([
  [
    "00000002000000016100000001310000000162ffffffff",
    '"a"=>"1", "b"=>NULL',
    [
      ["a", "1"],
      ["b", null],
    ],
  ],
  ["00000000", "", []],
  [
    "000000020000000000000000000000095f5f70726f746f5f5f000000067822795c5c7a",
    '""=>"", "__proto__"=>"x\\"y\\\\\\\\z"',
    [
      ["", ""],
      ["__proto__", 'x"y\\\\z'],
    ],
  ],
  ["00000001000000016b00000002c3bc", '"k"=>"ü"', [["k", "ü"]]],
  ["000000010000000161000000044e554c4c", '"a"=>"NULL"', [["a", "NULL"]]],
])("%s is %s in both formats and both directions", (hex, text, pairs) => {
  const fromBinary = fromHex(hstoreCodec, hex)
  expect(Object.entries(fromBinary)).toEqual(pairs)
  expect(Object.getPrototypeOf(fromBinary)).toBe(Object.prototype)
  expect(Object.entries(fromText(hstoreCodec, text))).toEqual(pairs)
  expect(toHex(hstoreCodec, fromBinary)).toBe(hex)
  expect(toHex(hstoreCodec, new Map(pairs))).toBe(hex)
  expect(hstoreCodec.encodeText(fromBinary)).toBe(text)
  expect(hstoreCodec.encodeText(text)).toBe(text)
  expect(toHex(hstoreCodec, text)).toBeUndefined()
})

test("no key reaches a prototype", () => {
  fromHex(hstoreCodec, "00000001000000095f5f70726f746f5f5f0000000178")
  expect(Object.hasOwn(Object.prototype, "x")).toBe(false)
  const pairs = fromText(hstoreCodec, '"__proto__"=>NULL, "constructor"=>"c", "toString"=>NULL')
  expect(Object.getPrototypeOf(pairs)).toBe(Object.prototype)
  expect(Object.keys(pairs)).toEqual(["__proto__", "constructor", "toString"])
})

test("values become text when they plainly are", () => {
  expect(hstoreCodec.encodeText({ a: 1, b: 2n, c: true })).toBe('"a"=>"1", "b"=>"2", "c"=>"true"')
  expect(hstoreCodec.encodeText(Object.create(null))).toBe("")
})

test("other values are refused", () => {
  for (const value of [{ a: undefined }, { a: {} }, { a: "\0" }, { "\ud800": "a" }, new Map([[1, "a"]])]) {
    expect(() => hstoreCodec.encodeText(value)).toThrow(EncodeError)
    expect(() => hstoreCodec.encodeBinary?.(value, undefined as never)).toThrow(EncodeError)
  }
  for (const value of [[], new Date(), new Uint8Array(1), Symbol("x")]) {
    expect(() => hstoreCodec.encodeText(value)).toThrow(EncodeError)
    expect(toHex(hstoreCodec, value)).toBeUndefined()
  }
})

test.each([
  ["nothing", ""],
  ["more pairs than bytes", "7fffffff"],
  ["a negative count", "ffffffff"],
  ["a NULL key", "00000001ffffffff00000000"],
  ["a key beyond the end", "000000010000000900000000"],
  ["a value beyond the end", "000000010000000000000001"],
  ["no value", "00000001000000046161616161"],
  ["a negative length", "0000000100000000fffffffe"],
  ["bytes behind the last pair", "000000010000000000000000ff"],
])("%s is malformed", (_, hex) => {
  expect(() => fromHex(hstoreCodec, hex)).toThrow(DecodeError)
})

test.each([
  '"a"',
  '"a"=>',
  '"a"=>"b',
  '"a"=>NUL',
  "a=>b",
  '"a"=>"b",',
  '"a"=>"b", ',
  '"a"=>"b""c"=>"d"',
  '"a"="b"',
  '"a\\',
])("the text %s is malformed", (text) => {
  expect(() => fromText(hstoreCodec, text)).toThrow(DecodeError)
})
