/**
 * What a prepared query costs to write: Bind with its parameters, Execute and Sync into one buffer.
 */

import { bench, run } from "mitata"
import { BINARY, type Format } from "../../src/base/format.ts"
import { Encoder } from "../../src/protocol/encoder.ts"
import { writeParameters, writeResultFormats } from "../../src/query/parameters.ts"
import { createDefaultRegistry } from "../../src/types/defaults.ts"

const registry = createDefaultRegistry()
const encoder = new Encoder()
const noFormats: readonly Format[] = []

/** Writes one query and forgets it again. */
function write(values: readonly unknown[], codecs: Parameters<typeof writeParameters>[2]): number {
  const { writer } = encoder
  writer.truncate(0)
  encoder.beginBind("", "pgline_2k9x1c7b0q4")
  writeParameters(writer, values, codecs)
  writeResultFormats(writer, noFormats, BINARY)
  encoder.endBind()
  encoder.execute("", 0)
  encoder.sync()
  return writer.length
}

const codecs = (...names: string[]): Parameters<typeof writeParameters>[2] =>
  names.map((name) => registry.codecOrText(registry.oidOf(name) ?? 0))

const key = codecs("int8")
bench("a query without parameters", () => write([], []))
bench("a query by an int8", () => write([123_456], key))

const row = codecs("int4", "text", "timestamptz", "float8")
const createdAt = new Date("2026-11-20T10:11:12.125Z")
bench("int4, text, timestamptz, float8", () => write([17, "a name with number 17", createdAt, 2.125], row))

const json = codecs("jsonb")
const payload = { id: 17, tags: ["a", "b"], name: "row 17" }
bench("a jsonb", () => write([payload], json))

const array = codecs("int4[]")
const numbers = Array.from({ length: 100 }, (_, i) => i * 17)
bench("an int4[] of 100", () => write([numbers], array))

await run()
