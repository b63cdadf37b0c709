/** Values of containers, extensions and addresses go out and come back, in binary and in text. */

import fc from "fast-check"
import { expect, test } from "vitest"
import type { Codec } from "../../../src/types/codec.ts"
import { cubeCodec } from "../../../src/types/cube.ts"
import { circleCodec, lsegCodec, pathCodec, pointCodec, polygonCodec } from "../../../src/types/geometry.ts"
import { hstoreCodec } from "../../../src/types/hstore.ts"
import { int4Codec } from "../../../src/types/int.ts"
import { multirangeOf } from "../../../src/types/multirange.ts"
import { inetCodec, macaddr8Codec } from "../../../src/types/network.ts"
import { geometryCodec } from "../../../src/types/postgis.ts"
import { Range, rangeOf } from "../../../src/types/range.ts"
import { sparsevecCodec } from "../../../src/types/sparsevec.ts"
import { textCodec } from "../../../src/types/text.ts"
import { halfvecCodec, vectorCodec } from "../../../src/types/vector.ts"
import { fromHex, fromText, toHex } from "../../support/codec-bytes.ts"

const RUNS = { numRuns: 3000 }

function goesRound<T>(codec: Codec<T>, values: fc.Arbitrary<T>): void {
  fc.assert(
    fc.property(values, (value) => {
      const hex = toHex(codec, value)
      expect(hex).toBeDefined()
      expect(fromHex(codec, hex ?? "")).toStrictEqual(value)
      expect(fromText(codec, codec.encodeText(value))).toStrictEqual(value)
    }),
    RUNS,
  )
}

const text = fc.string({ unit: "grapheme", maxLength: 12 }).filter((value) => !value.includes("\0"))
const awkward = fc.oneof(text, fc.string({ unit: fc.constantFrom(..."\"\\,()[]{}=>NULL '\t\n"), maxLength: 8 }))
const bounds = fc.constantFrom("[)", "[]", "(]", "()", "empty" as const)
const point = fc.record({ x: fc.double(), y: fc.double() }, { noNullPrototype: true })
const points = fc.array(point, { minLength: 1, maxLength: 5 })

function ranges<T>(bound: fc.Arbitrary<T>): fc.Arbitrary<Range<T>> {
  const optional = fc.option(bound)
  return fc.tuple(optional, optional, bounds).map(([lower, upper, which]) => new Range(lower, upper, which))
}

test("ranges of numbers", () => goesRound(rangeOf(int4Codec, "int4range"), ranges(fc.integer())))
test("ranges of any text", () => goesRound(rangeOf(textCodec, "textrange"), ranges(awkward)))
test("multiranges", () => {
  const filled = ranges(awkward).filter((range) => !range.empty)
  goesRound(multirangeOf(rangeOf(textCodec, "textrange"), "textmultirange"), fc.array(filled, { maxLength: 4 }))
})

test("points, segments, circles, paths, polygons", () => {
  goesRound(pointCodec, point)
  goesRound(lsegCodec, fc.record({ start: point, end: point }, { noNullPrototype: true }))
  goesRound(circleCodec, fc.record({ center: point, radius: fc.double() }, { noNullPrototype: true }))
  goesRound(pathCodec, fc.record({ closed: fc.boolean(), points }, { noNullPrototype: true }))
  goesRound(polygonCodec, fc.record({ points }, { noNullPrototype: true }))
})

test("hstores with any keys", () => {
  const pairs = fc.array(fc.tuple(fc.oneof(awkward, fc.constantFrom("__proto__", "constructor")), fc.option(awkward)))
  goesRound(
    hstoreCodec,
    pairs.map((entries) => Object.fromEntries(entries)),
  )
})

test("cubes", () => {
  const cubes = fc
    .array(fc.tuple(fc.double({ noNaN: true }), fc.double()), { maxLength: 6 })
    .map((corners) => ({ lowerLeft: corners.map(([low]) => low), upperRight: corners.map(([, high]) => high) }))
    .filter(({ lowerLeft, upperRight }) => lowerLeft.some((low, i) => low !== upperRight[i]))
  goesRound(cubeCodec, cubes)
})

test("vectors", () => {
  goesRound(vectorCodec, fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }))
  const halves = fc.integer({ min: -2048, max: 2047 }).map((value) => value / 64 + 0)
  goesRound(halfvecCodec, fc.array(halves, { minLength: 1 }))
  const elements = fc
    .uniqueArray(fc.nat(999), { maxLength: 20 })
    .map((indices) => indices.sort((a, b) => a - b))
    .map((indices) => ({ dimensions: 1000, indices, values: indices.map((index) => Math.fround(index / 7) + 1) }))
  goesRound(
    sparsevecCodec,
    elements.map((vector) => ({ ...vector, values: vector.values.map(Math.fround) })),
  )
})

test("addresses", () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
      const shown = fromHex(inetCodec, toHex(inetCodec, address) ?? "")
      expect(toHex(inetCodec, shown)).toBe(toHex(inetCodec, address))
      if (!address.includes(":")) expect(shown).toBe(address)
      else expect(new URL(`http://[${shown}]`).host).toBe(new URL(`http://[${address}]`).host)
    }),
    RUNS,
  )
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (bytes) => {
      const hex = Buffer.from(bytes).toString("hex")
      expect(toHex(macaddr8Codec, fromHex(macaddr8Codec, hex))).toBe(hex)
    }),
    RUNS,
  )
})

test("geometries", () => {
  const coordinate = fc.double({ noNaN: true })
  const position = fc.tuple(coordinate, coordinate)
  const simple = fc.oneof(
    fc.record({ type: fc.constant("Point" as const), coordinates: position }, { noNullPrototype: true }),
    fc.record({ type: fc.constant("LineString" as const), coordinates: fc.array(position) }, { noNullPrototype: true }),
    fc.record(
      { type: fc.constant("MultiPolygon" as const), coordinates: fc.array(fc.array(fc.array(position))) },
      { noNullPrototype: true },
    ),
  )
  const collection = fc.record(
    {
      type: fc.constant("GeometryCollection" as const),
      geometries: fc.array(simple),
      srid: fc.integer({ min: 1, max: 9999 }),
    },
    { noNullPrototype: true },
  )
  goesRound(geometryCodec, fc.oneof(simple, collection))
})
