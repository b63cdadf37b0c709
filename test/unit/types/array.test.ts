import { describe, expect, test } from "vitest"
import { DecodeError, EncodeError } from "../../../src/errors/client-error.ts"
import { arrayOf } from "../../../src/types/array.ts"
import { BoundedArray } from "../../../src/types/array-shape.ts"
import { boolCodec } from "../../../src/types/bool.ts"
import { byteaCodec } from "../../../src/types/bytea.ts"
import type { Codec } from "../../../src/types/codec.ts"
import { float8Codec } from "../../../src/types/float.ts"
import { boxCodec } from "../../../src/types/geometry.ts"
import { int4Codec, int8AsStringCodec, int8Codec } from "../../../src/types/int.ts"
import { jsonbCodec } from "../../../src/types/json.ts"
import { moneyCodec } from "../../../src/types/money.ts"
import { numericCodec } from "../../../src/types/numeric.ts"
import { opaqueCodecFor, textCodec } from "../../../src/types/text.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"

const int4s = arrayOf(int4Codec, 23)
const texts = arrayOf(textCodec, 25)
const boundedInt4s = arrayOf(int4Codec, 23, { keepBounds: true })
const EMPTY = "000000000000000000000017"

function bounded<T>(lowerBounds: number[], ...elements: T[]): BoundedArray<T> {
  const array = new BoundedArray<T>()
  array.push(...elements)
  array.lowerBounds = lowerBounds
  return array
}

// The bytes are array_send's on PostgreSQL 18.
test.each<[Codec, string, string, unknown[]]>([
  [int4s, "{}", EMPTY, []],
  [
    int4s,
    "{1,NULL,3}",
    "00000001000000010000001700000003000000010000000400000001ffffffff0000000400000003",
    [1, null, 3],
  ],
  [
    int4s,
    "{{1,2},{3,4}}",
    "000000020000000000000017000000020000000100000002000000010000000400000001000000040000000200000004000000030000000400000004",
    [
      [1, 2],
      [3, 4],
    ],
  ],
  [
    arrayOf(float8Codec, 701),
    "{1.5,NULL}",
    "0000000100000001000002bd0000000200000001000000083ff8000000000000ffffffff",
    [1.5, null],
  ],
  [arrayOf(int8Codec, 20), "{9}", "0000000100000000000000140000000100000001000000080000000000000009", [9n]],
  [arrayOf(boolCodec, 16), "{t,f}", "000000010000000000000010000000020000000100000001010000000100", [true, false]],
  [texts, '{a,"b c"}', "0000000100000000000000190000000200000001000000016100000003622063", ["a", "b c"]],
])("%o %s in both formats and directions", (codec, text, hex, value) => {
  expect(fromText(codec, text)).toEqual(value)
  expect(fromHex(codec, hex)).toEqual(value)
  expect(toHex(codec, value)).toBe(hex)
  expect(codec.encodeText(value)).toBe(text)
  expect(codec.encodeText(text)).toBe(text)
  expect(toHex(codec, text)).toBeUndefined()
})

describe("text", () => {
  test("NULL, the empty string and everything that needs quotes come back as they were", () => {
    const values = [null, "", "NULL", "null", " x ", "a,b", "{}", 'say "hi"', "back\\slash", "ü", "\n", "a;b"]
    expect(fromText(texts, texts.encodeText(values))).toEqual(values)
    expect(texts.encodeText([null, "NULL"])).toBe('{NULL,"NULL"}')
  })

  test("uses the type's delimiter", () => {
    const boxes = arrayOf(boxCodec, 603)
    expect(fromText(boxes, "{(1,1),(0,0);(3,3),(2,2)}")).toHaveLength(2)
    expect(boxes.encodeText(["(1,1),(0,0)", "(3,3),(2,2)"])).toBe('{"(1,1),(0,0)";"(3,3),(2,2)"}')
  })

  test("reads six dimensions and no more", () => {
    expect(fromText(texts, "{{{{{{x}}}}}}")).toEqual([[[[[["x"]]]]]])
    expect(() => fromText(texts, "{{{{{{{x}}}}}}}")).toThrow(DecodeError)
  })

  test.each(["", "{", "}", "{1", "1", "{1}}", "{1},", "{,}", "{1,}", "{x}", "[0:1]{1}", "[0:1", "[a:1]={1}", "{1}x"])(
    "refuses %j",
    (text) => {
      expect(() => fromText(int4s, text)).toThrow(DecodeError)
    },
  )
})

describe("lower bounds", () => {
  const text = "[0:1][-5:-4]={{1,2},{3,4}}"
  const hex =
    "00000002000000000000001700000002000000000000000200000000".replace(/00000000$/, "fffffffb") +
    "0000000400000001000000040000000200000004000000030000000400000004"

  test("are dropped unless asked for", () => {
    for (const value of [fromText(int4s, text), fromHex(int4s, hex)]) {
      expect(value).not.toBeInstanceOf(BoundedArray)
      expect(value).toEqual([
        [1, 2],
        [3, 4],
      ])
    }
  })

  test("are kept on request, both ways", () => {
    for (const value of [fromText(boundedInt4s, text), fromHex(boundedInt4s, hex)]) {
      expect(value).toBeInstanceOf(BoundedArray)
      expect((value as BoundedArray<unknown>).lowerBounds).toEqual([0, -5])
      expect(toHex(boundedInt4s, value)).toBe(hex)
      expect(boundedInt4s.encodeText(value)).toBe(text)
    }
    expect(fromText(boundedInt4s, "{1}")).not.toBeInstanceOf(BoundedArray)
    expect(fromText(boundedInt4s, "[3:3]={7}")).toEqual(bounded([3], 7))
  })

  test("an array of that kind stays usable, and what is derived from it is plain", () => {
    const array = bounded([0], 1, 2)
    expect(array.map((n) => n + 1)).not.toBeInstanceOf(BoundedArray)
    expect(boundedInt4s.encodeText(bounded([0, 0], 1, 2))).toBe("{1,2}")
  })
})

describe("encoding", () => {
  test("one element without a binary form makes the array text", () => {
    const numerics = arrayOf(numericCodec, 1700)
    expect(toHex(numerics, ["1.5", "2"])).toBeDefined()
    expect(toHex(numerics, ["1.5", "1e5"])).toBeUndefined()
    expect(numerics.encodeText(["1.5", "1e5", null])).toBe("{1.5,1e5,NULL}")
    expect(toHex(arrayOf(opaqueCodecFor("aclitem"), 1033), ["x"])).toBeUndefined()
  })

  test("takes typed arrays", () => {
    expect(toHex(int4s, Int32Array.of(1, 2))).toBe(toHex(int4s, [1, 2]))
    expect(toHex(int4s, Uint8Array.of(1, 2))).toBe(toHex(int4s, [1, 2]))
    expect(fromHex(arrayOf(float8Codec, 701), toHex(arrayOf(float8Codec, 701), Float64Array.of(1.5))!)).toEqual([1.5])
    expect(fromHex(arrayOf(int8Codec, 20), toHex(arrayOf(int8Codec, 20), BigInt64Array.of(-1n))!)).toEqual([-1n])
    expect(int4s.encodeText(Int16Array.of(1, 2))).toBe("{1,2}")
    expect(int4s.encodeText(new Int32Array())).toBe("{}")
  })

  test("an Uint8Array is an element of bytea[], an array an element of jsonb[]", () => {
    const byteas = arrayOf(byteaCodec, 17)
    expect(fromHex(byteas, toHex(byteas, [Uint8Array.of(1), null])!)).toEqual([Buffer.of(1), null])
    const jsonbs = arrayOf(jsonbCodec, 3802)
    const value = [[1, 2], [3], {}, null]
    expect(fromHex(jsonbs, toHex(jsonbs, value)!)).toEqual(value)
    expect(fromText(jsonbs, jsonbs.encodeText(value))).toEqual(value)
  })

  test("mixed elements are written by their own worth", () => {
    expect(toHex(int4s, [1, 2n, "3", null])).toBe(toHex(int4s, [1, 2, 3, null]))
  })

  test.each([
    ["ragged", [[1, 2], [3]]],
    ["ragged in kind", [[1], 2]],
    ["ragged below", [[[1]], [[1, 2]]]],
    ["deeper later", [1, [2]]],
    ["NULL for an array", [[1], null]],
    ["seven deep", [[[[[[[1]]]]]]]],
    ["undefined", [1, undefined]],
    ["a hole", new Array(1)],
    ["an element that does not fit", [1.5]],
    ["no array", 1],
    ["an object", {}],
    ["bytes in a DataView", new DataView(new ArrayBuffer(4))],
  ])("refuses %s", (_, value) => {
    expect(() => {
      if (toHex(int4s, value) === undefined) int4s.encodeText(value)
    }).toThrow(EncodeError)
  })

  test("an array that holds itself is refused", () => {
    const ring: unknown[] = []
    ring.push(ring)
    expect(() => int4s.encodeText(ring)).toThrow("at most 6 dimensions")
  })

  test("arrays of empty arrays are empty", () => {
    for (const value of [[], [[]], [[], []], [[[]]]]) {
      expect(toHex(int4s, value)).toBe(EMPTY)
      expect(int4s.encodeText(value)).toBe("{}")
    }
  })
})

describe("binary", () => {
  const header = (dims: string, ...sizes: string[]): string =>
    `${dims}0000000000000017${sizes.map((size) => `${size}00000001`).join("")}`

  test.each([
    ["no header", "00000001"],
    ["a negative number of dimensions", header("ffffffff")],
    ["seven dimensions", header("00000007", ...Array.from({ length: 7 }, () => "00000001"))],
    ["dimensions that are not there", header("00000002", "00000001")],
    ["two billion elements", header("00000001", "7fffffff")],
    ["a negative size", header("00000001", "ffffffff")],
    ["negative sizes that cancel out", header("00000002", "ffffffff", "ffffffff")],
    ["huge sizes around an empty one", header("00000003", "7fffffff", "00000000", "7fffffff")],
    ["a product beyond all numbers", header("00000006", ...Array.from({ length: 6 }, () => "7fffffff"))],
    ["a missing length", `${header("00000001", "00000001")}0000`],
    ["an element that is too long", `${header("00000001", "00000001")}0000000500000001`],
    ["an element of length -2", `${header("00000001", "00000001")}fffffffe`],
    ["an element of the wrong length", `${header("00000001", "00000001")}000000020001`],
    ["an element of length 2^29 + 4", `${header("00000001", "00000001")}2000000400000001`],
    ["bytes behind the last element", `${header("00000001", "00000001")}000000040000000100`],
  ])("refuses %s", (_, hex) => {
    expect(() => fromHex(int4s, hex)).toThrow(DecodeError)
  })

  test("a size of 0 is an empty array", () => {
    expect(fromHex(int4s, header("00000001", "00000000"))).toEqual([])
    expect(fromHex(int4s, header("00000002", "00000000", "00000001"))).toEqual([])
  })

  test("an overridden codec is the one that reads, not the loop for its type", () => {
    const strings = arrayOf(int8AsStringCodec, 20)
    expect(fromHex(strings, "0000000100000000000000140000000100000001000000080000000000000009")).toEqual(["9"])
  })
})

test("results are asked for in the format that says all", () => {
  expect(int4s.resultFormat).toBe(1)
  expect(arrayOf(moneyCodec, 790).resultFormat).toBe(0)
  const opaque = arrayOf(opaqueCodecFor("aclitem"), 1033)
  expect([opaque.resultFormat, opaque.decodeBinary, opaque.encodeBinary]).toEqual([0, undefined, undefined])
})
