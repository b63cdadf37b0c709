/**
 * Every decoder that a default registry has, fed with random bytes and with valid ones that were changed: a value or a
 * DecodeError, and no byte beyond the value is looked at. Temporal's and the variants' decoders too.
 */

import { describe, expect, test } from "vitest"
import { arrayOf } from "../../../src/types/array.ts"
import type { Codec } from "../../../src/types/codec.ts"
import { createDefaultRegistry, defaultCodecs } from "../../../src/types/defaults.ts"
import { multirangeOf } from "../../../src/types/multirange.ts"
import { builtinTypes } from "../../../src/types/oids.generated.ts"
import { rangeOf } from "../../../src/types/range.ts"
import { fuzzBinary, toHex } from "../../support/codec-bytes.ts"
import { readValueFixtures } from "../../support/value-fixtures.ts"

const INPUTS = 20_000
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

describe.each(decoders.map((codec) => [codec.name, codec] as const))("%s", (name, codec) => {
  const samples = samplesOf(name, codec)

  test("alone", () => fuzzBinary(codec, samples, INPUTS))

  test("in an array, a range and a multirange", () => {
    fuzzBinary(
      arrayOf(codec, 1),
      ["000000010000000000000001000000010000000100000004", "000000000000000000000001"],
      3000,
    )
    fuzzBinary(
      rangeOf(codec, "range"),
      samples.slice(0, 3).map((hex) => `02${lengthOf(hex)}${hex}${lengthOf(hex)}${hex}`),
      3000,
    )
    fuzzBinary(multirangeOf(rangeOf(codec, "range"), "multirange"), ["00000001000000010100000000"], 1000)
  })
})

function lengthOf(hex: string): string {
  return (hex.length / 2).toString(16).padStart(8, "0")
}

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
    fuzzBinary(codec, samplesOf(name, registry.codecByName(name)!), 5000)
  })
})
