/** Arrays, composites and records of everything, through both formats and back; hostile bytes into their decoders. */

import fc, { type Arbitrary } from "fast-check"
import { describe, expect, test } from "vitest"
import { ByteSource } from "../../../src/base/byte-source.ts"
import { arrayOf } from "../../../src/types/array.ts"
import { boolCodec } from "../../../src/types/bool.ts"
import type { Codec } from "../../../src/types/codec.ts"
import { compositeOf } from "../../../src/types/composite.ts"
import { createDefaultRegistry } from "../../../src/types/defaults.ts"
import { float8Codec } from "../../../src/types/float.ts"
import { int4Codec, int8Codec } from "../../../src/types/int.ts"
import { jsonbCodec } from "../../../src/types/json.ts"
import { LiteralScanner, quoteElement } from "../../../src/types/literal-scanner.ts"
import { builtinTypes, oids } from "../../../src/types/oids.generated.ts"
import { textCodec } from "../../../src/types/text.ts"
import { parseTypeName } from "../../../src/types/type-name.ts"
import { fuzzBinary } from "../../support/byte-fuzzer.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"
import { readOrRefuse, writeOrRefuse } from "../../support/codec-properties.ts"

const RUNS = { numRuns: 2000 }
const registry = createDefaultRegistry()
const sendable = fc.string({ unit: "binary", maxLength: 20 }).filter((text) => !text.includes("\0"))
const awkward = fc.oneof(sendable, fc.string({ unit: fc.constantFrom(...'"\\,(){}[] NULl;'), maxLength: 8 }))

const elements: readonly (readonly [string, Codec, number, Arbitrary<unknown>])[] = [
  ["int4", int4Codec, oids.int4, fc.integer()],
  ["int8", int8Codec, oids.int8, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })],
  ["float8", float8Codec, oids.float8, fc.double()],
  ["bool", boolCodec, oids.bool, fc.boolean()],
  ["text", textCodec, oids.text, awkward],
]

/** An array of one to three dimensions, all inner arrays of one length, with NULLs. */
function nested(leaf: Arbitrary<unknown>): Arbitrary<unknown[]> {
  const item = fc.option(leaf, { freq: 5 })
  return fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })).chain(([a, b]) => {
    const row = fc.array(item, { minLength: a, maxLength: a })
    const plane = fc.array(row, { minLength: b, maxLength: b })
    return fc.oneof(fc.array(item), fc.array(row), fc.array(plane))
  })
}

describe.each(elements)("%s[]", (_, element, oid, values) => {
  const codec = arrayOf(element, oid)

  test("arrays survive both formats", () => {
    fc.assert(
      fc.property(nested(values), (value) => {
        expect(fromText(codec, codec.encodeText(value))).toEqual(value)
        expect(fromHex(codec, toHex(codec, value)!)).toEqual(value)
      }),
      RUNS,
    )
  })
})

const inner = compositeOf({
  name: "inner",
  attributes: [
    { name: "a", oid: oids.int4 },
    { name: "b c", oid: oids.text },
    { name: "__proto__", oid: oids.text },
  ],
  codecOf: (oid) => registry.codecOrText(oid),
})
const outer = compositeOf({
  name: "outer",
  attributes: [
    { name: "one", oid: 1 },
    { name: "many", oid: 2 },
    { name: "doc", oid: oids.jsonb },
  ],
  codecOf: (oid) => (oid === 1 ? inner : oid === 2 ? arrayOf(inner, 1) : jsonbCodec),
})
const innerValue = fc.tuple(fc.option(fc.integer()), fc.option(awkward), fc.option(awkward)).map(([a, b, c]) => {
  const value: Record<string, unknown> = { a, "b c": b }
  return Object.defineProperty(value, "__proto__", { value: c, enumerable: true, writable: true, configurable: true })
})
const outerValue = fc.record({
  one: fc.option(innerValue),
  many: fc.option(fc.array(fc.option(innerValue))),
  doc: fc.jsonValue().map((value): unknown => JSON.parse(JSON.stringify([value]))),
})

test("composites within arrays within composites survive both formats", () => {
  fc.assert(
    fc.property(outerValue, (value) => {
      expect(fromText(outer, outer.encodeText(value))).toEqual(value)
      expect(fromHex(outer, toHex(outer, value)!)).toEqual(value)
    }),
    RUNS,
  )
})

test("an element quoted is the element read, in any container", () => {
  fc.assert(
    fc.property(awkward, (text) => {
      const bytes = new TextEncoder().encode(`${quoteElement(text)},`)
      const scan = new LiteralScanner("x", new ByteSource(bytes), 0, bytes.length)
      scan.element(0x2c, 0x7d)
      expect(scan.source.text(scan.start, scan.end)).toBe(text)
      expect(scan.isNull()).toBe(false)
    }),
    RUNS,
  )
})

describe("hostile bytes", () => {
  const one = (oid: number): string => `00000001000000010000${oid.toString(16).padStart(4, "0")}0000000100000001`
  const samples = [
    "000000000000000000000017",
    `${one(23)}0000000400000001`,
    `${one(25)}0000000161`,
    `${one(23)}ffffffff`,
    "000000020000000000000017000000020000000100000002000000010000000400000001000000040000000200000004000000030000000400000004",
  ]

  test.each(elements)("%s[]", (_, element, oid) => fuzzBinary(arrayOf(element, oid), samples))

  test("composite", () => fuzzBinary(outer, [toHex(outer, { one: [1, "x", null], many: [[1, "x", "y"]], doc: [] })!]))

  test("record", () => {
    const nestedRecord = "00000001000008c9000000040000000000"
    fuzzBinary(registry.codec(oids.record)!, [
      "0000000300000017000000040000000100000019000000016100000014ffffffff",
      nestedRecord,
      "00000001000003ef00000018000000010000000000000017000000010000000100000004",
    ])
  })

  test.each(builtinTypes.map(([oid, name, arrayOid]) => [name, oid, arrayOid] as const))(
    "%s and its array, as the registry makes them",
    (_, ...ids) => {
      for (const codec of ids.map((oid) => registry.codec(oid))) {
        if (codec?.decodeBinary !== undefined) fuzzBinary(codec, samples)
      }
    },
  )
})

describe("hostile text", () => {
  const near = fc.string({ unit: fc.constantFrom(...'{}()[]",\\ NULl01:=;x'), maxLength: 24 })
  const decoders = [...elements.map(([, element, oid]) => arrayOf(element, oid)), inner, registry.codec(oids.record)!]

  test("is a value or a DecodeError", () => readOrRefuse(decoders, near))
})

test("values of any kind are written, or refused with an EncodeError", () => {
  writeOrRefuse([...elements.map(([, element, oid]) => arrayOf(element, oid)), inner, outer])
})

test("any text is a type's name or none", () => {
  const near = fc.string({ unit: fc.constantFrom(...'abc".()[] 12'), maxLength: 16 })
  fc.assert(
    fc.property(fc.oneof(near, sendable), (text) => {
      const parsed = parseTypeName(text)
      if (parsed !== undefined) expect(parsed.name).not.toBe("")
      expect(() => registry.codecByName(text)).not.toThrow()
    }),
    { numRuns: 10_000 },
  )
})
