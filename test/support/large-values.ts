/**
 * Binary values of every type whose values have no fixed size, as large as they are asked for: `n` elements, characters or
 * whatever the type is made of.
 */

import { arrayOf } from "../../src/types/array.ts"
import type { Codec } from "../../src/types/codec.ts"
import { type CompositeAttribute, compositeOf } from "../../src/types/composite.ts"
import { createDefaultRegistry } from "../../src/types/defaults.ts"
import { multirangeOf } from "../../src/types/multirange.ts"
import { oids } from "../../src/types/oids.generated.ts"
import { Range, rangeOf } from "../../src/types/range.ts"
import { toHex } from "./codec-bytes.ts"

/** A codec and its large values in hexadecimal. */
export interface LargeValues {
  readonly name: string
  readonly codec: Codec
  readonly hexOf: (n: number) => string
}

const registry = createDefaultRegistry()
const int4 = registry.codecByName("int4")!
const text = registry.codecByName("text")!
const numeric = registry.codecByName("numeric")!

function many<T>(n: number, item: (i: number) => T): T[] {
  return Array.from({ length: n }, (_, i) => item(i))
}

function int32(value: number): string {
  return (value >>> 0).toString(16).padStart(8, "0")
}

/** A length and so many bytes. */
function field(hex: string): string {
  return int32(hex.length / 2) + hex
}

const letters = (n: number): string => "ä".repeat(n)
const pathOf = (n: number): string => "a.".repeat(n)
const numbers = (n: number): number[] => many(n, (i) => i % 1000)
const points = (n: number): { x: number; y: number }[] => many(n, (i) => ({ x: i, y: -i }))
const geometry = (n: number): unknown => ({
  type: "GeometryCollection",
  geometries: [
    { type: "LineString", coordinates: many(n, (i) => [i, i]) },
    { type: "MultiPolygon", coordinates: many(n, (i) => [[[i, i]]]) },
    ...many(n, () => ({ type: "Point", coordinates: [1, 2] })),
  ],
})

/** Values that their codecs write. */
const values: Readonly<Record<string, (n: number) => unknown>> = {
  ...{ text: letters, varchar: letters, bpchar: letters, citext: letters },
  ...{ unknown: letters, jsonpath: letters, ltree: pathOf, lquery: pathOf, ltxtquery: pathOf },
  bytea: (n) => new Uint8Array(n),
  numeric: (n) => "12345678".repeat(n / 8),
  bit: (n) => "10".repeat(n),
  varbit: (n) => "01".repeat(n),
  json: (n) => many(n, (i) => ({ i })),
  jsonb: (n) => many(n, (i) => ({ i })),
  int2vector: numbers,
  oidvector: numbers,
  path: (n) => ({ closed: true, points: points(n) }),
  polygon: (n) => ({ points: points(n) }),
  hstore: (n) => Object.fromEntries(many(n, (i) => [`key ${i}`, i % 2 === 0 ? null : "value"])),
  vector: (n) => numbers(Math.min(n, 32_000)),
  halfvec: (n) => numbers(Math.min(n, 32_000)),
  sparsevec: (n) => ({ dimensions: n, indices: many(n, (i) => i), values: many(n, (i) => i + 1) }),
  geometry,
  geography: geometry,
}

const pair = composite(
  "pair",
  many(2, (i) => ({ name: `a${i}`, oid: i === 0 ? oids.int4 : oids.text })),
)
const wide = (n: number): Codec =>
  composite(
    "wide",
    many(n, (i) => ({ name: `a${i}`, oid: oids.int4 })),
  )
const textRange = rangeOf(text, "textrange")
const multirange = multirangeOf(textRange, "textmultirange")
const range = (i: number): Range<string> => new Range(`from ${i}`, `to ${i}`)

function composite(name: string, attributes: readonly CompositeAttribute[]): Codec {
  return compositeOf({ name, attributes, codecOf: (oid) => registry.codecOrText(oid) })
}

function written(name: string, codec: Codec, sample: (n: number) => unknown): LargeValues {
  return { name, codec, hexOf: (n) => toHex(codec, sample(n))! }
}

/** Every type of the default codecs that has values of any size. */
export const largeScalars: readonly LargeValues[] = [
  ...Object.entries(values).map(([name, sample]) => written(name, registry.codecByName(name)!, sample)),
  {
    name: "name", // no more than 63 bytes are written
    codec: registry.codecByName("name")!,
    hexOf: (n) => Buffer.from(letters(n)).toString("hex"),
  },
  {
    name: "xml", // is written as text
    codec: registry.codecByName("xml")!,
    hexOf: (n) => Buffer.from(letters(n)).toString("hex"),
  },
  {
    name: "tsvector",
    codec: registry.codecByName("tsvector")!,
    hexOf: (n) => int32(n) + `${Buffer.from("it's\0").toString("hex")}0002c0013fff`.repeat(n),
  },
  {
    name: "tsquery",
    codec: registry.codecByName("tsquery")!,
    hexOf: (n) => `${int32(2 * n + 2)}${"0203".repeat(n)}0201${"0100006100".repeat(n + 1)}`,
  },
]

/** The same for what values stand in. */
export const largeContainers: readonly LargeValues[] = [
  written("int4[]", arrayOf(int4, oids.int4), (n) => numbers(n)),
  written("text[]", arrayOf(text, oids.text), (n) => many(n, (i) => (i % 3 === 0 ? null : `element ${i}`))),
  written("numeric[]", arrayOf(numeric, oids.numeric), (n) => many(n, (i) => `${i}.50`)),
  written("int4[][][][][][]", arrayOf(int4, oids.int4), (n) => many(n, (i) => [[[[[i]]]]])),
  written("text[2][n]", arrayOf(text, oids.text), (n) => many(2, () => many(n, String))),
  written("textrange[]", arrayOf(textRange, 1), (n) => many(n, range)),
  written("textmultirange", multirange, (n) => many(n, range)),
  written("textmultirange[]", arrayOf(multirange, 1), (n) => many(n, (i) => [range(i), range(i + 1)])),
  written("pair[]", arrayOf(pair, 1), (n) => many(n, (i) => [i, "text"])),
  written(
    "range of text[]",
    rangeOf(arrayOf(text, oids.text), "odd"),
    (n) => new Range(many(n, String), many(n, String)),
  ),
  written("composite of int4[]", composite("odd", [{ name: "a", oid: 1007 }]), (n) => [numbers(n)]),
  {
    name: "record",
    codec: registry.codec(oids.record)!,
    hexOf: (n) => int32(n) + (int32(oids.int4) + field(int32(7))).repeat(n),
  },
  {
    name: "records in one another",
    codec: registry.codec(oids.record)!,
    hexOf: (n) => {
      let inner = int32(0)
      for (let depth = 1; depth < 100; depth++) {
        const rest = (int32(oids.int4) + field(int32(7))).repeat(n / 100)
        inner = int32(1 + Math.floor(n / 100)) + int32(oids.record) + field(inner) + rest
      }
      return inner
    },
  },
]

/** A composite of as many attributes as it has values. */
export function wideComposite(n: number): LargeValues {
  return written("composite", wide(n), numbers)
}
