/**
 * Single values, both formats, both ways, for the codecs that hot queries use.
 */

import { bench, do_not_optimize, group, run } from "mitata"
import { ByteSource } from "../../src/base/byte-source.ts"
import { ByteWriter } from "../../src/base/byte-writer.ts"
import type { Codec } from "../../src/types/codec.ts"
import { createDefaultRegistry } from "../../src/types/defaults.ts"

const samples: readonly (readonly [type: string, value: unknown])[] = [
  ["bool", true],
  ["int4", 123_456],
  ["int8", 123_456_789n],
  ["float8", 17 / 7],
  ["numeric", "12345.67"],
  ["text", "label of row 17"],
  ["bytea", new Uint8Array(32)],
  ["uuid", "b3d5e0a6-4c1f-4f7e-9d9a-0e7e0c1a2b3c"],
  ["jsonb", { id: 17, tags: ["a", "b"], name: "row 17" }],
  ["date", "2026-11-20"],
  ["timestamp", "2026-11-20 10:11:12.125"],
  ["timestamptz", new Date("2026-11-20T10:11:12.125Z")],
  ["int4[]", [17, 34, 51]],
]

const registry = createDefaultRegistry()

/** The value's bytes in one format, as a source of their own. */
function encoded(codec: Codec, value: unknown, binary: boolean): ByteSource | undefined {
  const writer = new ByteWriter()
  if (!binary) writer.utf8(codec.encodeText(value))
  else if (codec.encodeBinary?.(value, writer) !== true) return undefined
  return new ByteSource(writer.take())
}

for (const [type, value] of samples) {
  const codec = registry.codecOrText(registry.oidOf(type) ?? 0)
  group(type, () => {
    const text = type === "bool" ? new ByteSource(Buffer.from("t")) : encoded(codec, value, false)!
    bench("decode text", () => do_not_optimize(codec.decodeText(text, 0, text.bytes.length)))
    const binary = encoded(codec, value, true)
    const { decodeBinary } = codec
    if (binary && decodeBinary) {
      bench("decode binary", () => do_not_optimize(decodeBinary(binary, 0, binary.bytes.length)))
    }
    bench("encode text", () => do_not_optimize(codec.encodeText(value)))
    const writer = new ByteWriter()
    if (binary) {
      bench("encode binary", () => {
        writer.truncate(0)
        codec.encodeBinary?.(value, writer)
      })
    }
  })
}

await run()
