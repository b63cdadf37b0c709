import { expect, test } from "vitest"
import { DecodeError, EncodeError } from "../../../src/errors/client-error.ts"
import { dateCodec } from "../../../src/types/date.ts"
import { int4Codec } from "../../../src/types/int.ts"
import { multirangeOf } from "../../../src/types/multirange.ts"
import { Range, type RangeBounds, rangeOf } from "../../../src/types/range.ts"
import { textCodec } from "../../../src/types/text.ts"
import { timestamptzCodec } from "../../../src/types/timestamp.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"

const int4range = rangeOf(int4Codec, "int4range")
const int4multirange = multirangeOf(int4range, "int4multirange")
const textrange = rangeOf(textCodec, "textrange")
const ONE_TO_TEN = "020000000400000001000000040000000a"

test.each<[string, string, Range]>([
  [ONE_TO_TEN, "[1,10)", new Range(1, 10)],
  ["00000000040000000100000004ffffffff", "(1,-1)", new Range(1, -1, "()")],
  ["06000000040000000100000004ffffffff", "[1,-1]", new Range(1, -1, "[]")],
  ["04000000040000000100000004ffffffff", "(1,-1]", new Range(1, -1, "(]")],
  ["080000000400000007", "(,7)", new Range<number>(null, 7)],
  ["120000000400000007", "[7,)", new Range<number>(7, null)],
  ["18", "(,)", new Range<number>(null, null)],
  ["01", "empty", Range.empty<number>()],
])("%s is %s in both formats and both directions", (hex, text, range) => {
  expect(fromHex(int4range, hex)).toStrictEqual(range)
  expect(fromText(int4range, text)).toStrictEqual(range)
  expect(toHex(int4range, range)).toBe(hex)
  expect(int4range.encodeText(range)).toBe(text)
  expect(int4range.encodeText(text)).toBe(text)
  expect(toHex(int4range, text)).toBeUndefined()
})

test("an absent bound never belongs to a range, and the empty one has no bounds", () => {
  for (const bounds of ["[)", "[]", "(]", "()"] satisfies RangeBounds[]) {
    const range = new Range(null, null, bounds)
    expect([range.lowerInclusive, range.upperInclusive, range.empty]).toEqual([false, false, false])
  }
  expect(new Range(1, 2, "empty")).toStrictEqual(Range.empty())
})

test("plain objects are ranges when both bounds are there", () => {
  expect(toHex(int4range, { lower: 1, upper: 10 })).toBe(ONE_TO_TEN)
  expect(toHex(int4range, { lower: 1, upper: -1, lowerInclusive: false, upperInclusive: true })).toBe(
    "04000000040000000100000004ffffffff",
  )
  expect(toHex(int4range, { empty: true })).toBe("01")
  expect(int4range.encodeText({ lower: null, upper: null })).toBe("(,)")
  expect(() => int4range.encodeText({ lower: 1 })).toThrow(EncodeError)
  expect(() => toHex(int4range, { upper: 1 })).toThrow(EncodeError)
  for (const value of [{}, [], [1, 2], new Date(), "\0", Symbol("x")]) {
    expect(() => int4range.encodeText(value)).toThrow(EncodeError)
    expect(toHex(int4range, value)).toBeUndefined()
  }
})

test("a bound that has no binary form sends the range as text", () => {
  const daterange = rangeOf(dateCodec, "daterange")
  const range = new Range("today", "2026-11-20")
  expect(toHex(daterange, range)).toBeUndefined()
  expect(daterange.encodeText(range)).toBe("[today,2026-11-20)")
})

test("infinity is a bound, not the absence of one", () => {
  const tstzrange = rangeOf(timestamptzCodec, "tstzrange")
  const range = new Range(-Infinity, Infinity, "[]")
  expect(fromText(tstzrange, "[-infinity,infinity]")).toStrictEqual(range)
  expect(fromHex(tstzrange, toHex(tstzrange, range) ?? "")).toStrictEqual(range)
})

test.each([
  ['["","a b")', "", "a b"],
  ['["a""b","c\\\\d")', 'a"b', "c\\d"],
  ['["(a","[,]")', "(a", "[,]"],
  ["[a\\,b,c)", "a,b", "c"],
])("quoted bounds are read: %s", (text, lower, upper) => {
  const range = fromText(textrange, text)
  expect(range).toStrictEqual(new Range(lower, upper))
  expect(fromText(textrange, textrange.encodeText(range))).toStrictEqual(range)
})

test.each(["", "[", "[1", "[1,", "[1,2", "1,2", "[1,2)x", "[1,2,3)", "{1,2}", "[a,b)", "Empty!", "emptx"])(
  "the text %j is malformed",
  (text) => {
    expect(() => fromText(int4range, text)).toThrow(DecodeError)
    expect(() => fromText(int4multirange, `{${text}}x`)).toThrow(DecodeError)
  },
)

test.each([
  "",
  "02",
  "0100",
  "20",
  "8000000000",
  "02000000047fffffff",
  "0200000004",
  "02ffffffff",
  "027fffffff00",
  `${ONE_TO_TEN}00`,
])("the bytes %j are malformed", (hex) => {
  expect(() => fromHex(int4range, hex)).toThrow(DecodeError)
})

test("a multirange is an array of its ranges", () => {
  const ranges = [new Range(1, 10), new Range<number>(20, null)]
  const hex = `0000000200000011${ONE_TO_TEN}00000009120000000400000014`
  expect(fromHex(int4multirange, hex)).toStrictEqual(ranges)
  expect(fromText(int4multirange, "{[1,10),[20,)}")).toStrictEqual(ranges)
  expect(toHex(int4multirange, ranges)).toBe(hex)
  expect(int4multirange.encodeText(ranges)).toBe("{[1,10),[20,)}")
  expect(fromHex(int4multirange, "00000000")).toEqual([])
  expect(fromText(int4multirange, "{}")).toEqual([])
  expect(toHex(int4multirange, [])).toBe("00000000")
  expect(int4multirange.encodeText(["[1,2)", { lower: 3, upper: 4 }])).toBe("{[1,2),[3,4)}")
  expect(toHex(int4multirange, ["[1,2)"])).toBeUndefined()
  expect(() => int4multirange.encodeText([{}])).toThrow(EncodeError)
  expect(() => int4multirange.encodeText({})).toThrow(EncodeError)
})

test.each([
  "",
  "000000",
  "00000001",
  "7fffffff",
  "ffffffff",
  "0000000100000001",
  "00000001ffffffff00",
  "0000000000",
  "000000010000000201",
])("the multirange %j is malformed", (hex) => {
  expect(() => fromHex(int4multirange, hex)).toThrow(DecodeError)
})

test.each(["", "{", "{}x", "{[1,2)", "{[1,2),}", "{[1,2)[3,4)}", "[1,2)"])("the multirange %j is malformed", (text) => {
  expect(() => fromText(int4multirange, text)).toThrow(DecodeError)
})
