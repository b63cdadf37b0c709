/**
 * Every decoder that a default registry has, alone and in everything that values stand in, fed with random bytes and with
 * valid ones that were changed: a value or a DecodeError. Temporal's and the variants' decoders too.
 */

import { describe, expect, test } from "vitest"
import { arrayOf } from "../../../src/types/array.ts"
import type { Codec } from "../../../src/types/codec.ts"
import { compositeOf } from "../../../src/types/composite.ts"
import { createDefaultRegistry, defaultCodecs } from "../../../src/types/defaults.ts"
import { int4Codec } from "../../../src/types/int.ts"
import { multirangeOf } from "../../../src/types/multirange.ts"
import { builtinTypes } from "../../../src/types/oids.generated.ts"
import { Range, rangeOf } from "../../../src/types/range.ts"
import { recordWith } from "../../../src/types/record.ts"
import { fuzzBinary } from "../../support/byte-fuzzer.ts"
import { fromHex, toHex } from "../../support/codec-bytes.ts"
import { readValueFixtures } from "../../support/value-fixtures.ts"

const registry = createDefaultRegistry()
const fixtures = readValueFixtures()

/** Valid bytes of a type: those of its fixtures that are written in binary. */
function samplesOf(name: string, codec: Codec): string[] {
  const rows = [...fixtures].flatMap(([type, all]) => (type.replace(/\(.*/, "") === name ? all : []))
  const bytes = rows.flatMap(({ value }) => (value === null ? [] : (toHex(codec, value) ?? [])))
  return bytes.length > 0
    ? bytes.filter((hex) => hex.length < 400).slice(0, 40)
    : ["", "00000001", "00".repeat(8), "00".repeat(20)]
}

const decoders = defaultCodecs.filter(({ decodeBinary }) => decodeBinary !== undefined)

test("the decoders of a default registry are all here", () => {
  const names = new Set(decoders.map(({ name }) => name))
  for (const [oid, name, , kind] of builtinTypes) {
    const codec = registry.codec(oid)
    if (kind === "b" && codec?.decodeBinary !== undefined) expect(names).toContain(name)
  }
  expect(decoders.length).toBeGreaterThan(60)
})

/** A length and so many bytes. */
function field(hex: string): string {
  return (hex.length / 2).toString(16).padStart(8, "0") + hex
}

/** What values stand in, and how one looks that holds a value given in hexadecimal. */
const containers: readonly (readonly [string, (codec: Codec) => Codec, (hex: string) => string])[] = [
  [
    "an array",
    (codec) => arrayOf(codec, 1),
    (hex) => `00000001000000000000000100000003${"00000001"}${field(hex)}ffffffff${field(hex)}`,
  ],
  ["a range", (codec) => rangeOf(codec, "range"), (hex) => `02${field(hex)}${field(hex)}`],
  [
    "a multirange",
    (codec) => multirangeOf(rangeOf(codec, "range"), "multirange"),
    (hex) => `00000002${field(`10${field(hex)}`)}${field(`06${field(hex)}${field(hex)}`)}`,
  ],
  [
    "a composite",
    (codec) =>
      compositeOf({
        name: "composite",
        attributes: [
          { name: "a", oid: 1 },
          { name: "__proto__", oid: 1 },
        ],
        codecOf: () => codec,
      }),
    (hex) => `00000002${"00000001"}${field(hex)}${"00000001"}ffffffff`,
  ],
  [
    "a record",
    (codec) => recordWith((oid) => (oid === 1 ? codec : undefined)),
    (hex) => `00000003${"00000001"}${field(hex)}${"00000002"}${field(hex)}${"00000001"}ffffffff`,
  ],
]

describe.each(decoders.map((codec) => [codec.name, codec] as const))("%s", (name, codec) => {
  const samples = samplesOf(name, codec)

  test("alone", () => fuzzBinary(codec, samples))

  test.each(containers)("in %s", (_, containerOf, around) => {
    fuzzBinary(containerOf(codec), [...samples.map(around), around("")])
  })
})

test("one in another in a third", () => {
  const pairs = compositeOf({ name: "pair", attributes: [{ name: "a", oid: 1 }], codecOf: () => int4Codec })
  const ranges = multirangeOf(rangeOf(arrayOf(pairs, 2), "range"), "multirange")
  const pair = `00000001${"00000001"}${field("00000007")}`
  const array = `00000001000000000000000200000001${"00000001"}${field(pair)}`
  const sample = `00000001${field(`02${field(array)}${field(array)}`)}`
  expect(fromHex(ranges, sample)).toEqual([new Range([{ a: 7 }], [{ a: 7 }])])
  fuzzBinary(ranges, [sample])
  fuzzBinary(arrayOf(ranges, 3), [`00000001000000000000000300000001${"00000001"}${field(sample)}`])
})

describe.each([
  ["int8 as numbers, numerics too", { int8: "number", numeric: "number" }],
  ["text where there is a choice", { int8: "string", json: "string", timestamptz: "string" }],
  ["Dates and float32", { timestamp: "date", vector: "float32", arrayBounds: true }],
  ["Temporal", { temporal: true }],
] as const)("%s", (_, options) => {
  const variant = createDefaultRegistry(options)

  test.each([
    "int8",
    "numeric",
    "json",
    "jsonb",
    "date",
    "time",
    "timestamp",
    "timestamptz",
    "interval",
    "vector",
    "halfvec",
    "int4[]",
  ])("%s", (name) => {
    const codec = variant.codecByName(name)!
    fuzzBinary(codec, samplesOf(name, registry.codecByName(name)!))
  })
})
