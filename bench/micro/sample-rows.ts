/**
 * Rows as they come over the wire, for the micro-benchmarks: the seven columns that the techniques were first compared
 * with (int4, text, timestamptz, float8, bool, uuid, int4[]), and a jsonb for the eight of the `w6` workload.
 */

import { ByteWriter } from "../../src/base/byte-writer.ts"
import { BINARY, type Format, TEXT } from "../../src/base/format.ts"
import type { Field } from "../../src/protocol/backend.ts"
import { createDefaultRegistry } from "../../src/types/defaults.ts"
import type { TypeRegistry } from "../../src/types/registry.ts"

/** A column and the value it has in every row. */
interface SampleColumn {
  readonly name: string
  readonly typeName: string
  readonly value: unknown
}

const columns: readonly SampleColumn[] = [
  { name: "id", typeName: "int4", value: 123_456 },
  { name: "label", typeName: "text", value: "label of row 17" },
  { name: "created_at", typeName: "timestamptz", value: new Date("2026-11-20T10:11:12.125Z") },
  { name: "score", typeName: "float8", value: 17 / 7 },
  { name: "active", typeName: "bool", value: true },
  { name: "token", typeName: "uuid", value: "b3d5e0a6-4c1f-4f7e-9d9a-0e7e0c1a2b3c" },
  { name: "numbers", typeName: "int4[]", value: [17, 34, 51] },
  { name: "payload", typeName: "jsonb", value: { id: 17, tags: ["a", "b"], name: "row 17" } },
]

/** Rows of some columns. */
export interface SampleRows {
  readonly registry: TypeRegistry
  readonly fields: readonly Field[]
  readonly formats: readonly Format[]
  /** Whole DataRow messages, all alike, one behind the other. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** The length of each. */
  readonly stride: number
}

/** Encodes `count` rows of the first `width` columns in the formats that pgline asks for, or all in one. */
export function sampleRows(count: number, width: number, format?: Format): SampleRows {
  const registry = createDefaultRegistry()
  const chosen = columns.slice(0, width)
  const fields = chosen.map(({ name, typeName }) => fieldOf(name, registry.oidOf(typeName) ?? 0))
  const formats = fields.map(({ typeOid }) => format ?? registry.codecOrText(typeOid).resultFormat)
  const writer = new ByteWriter()
  writer.int8(0x44)
  const lengthAt = writer.reserve(4)
  writer.int16(width)
  for (const [i, { value }] of chosen.entries()) {
    const valueAt = writer.reserve(4)
    const codec = registry.codecOrText(fields[i]!.typeOid)
    // The binary form of a text is the text, so what has no binary encoder is written as text either way.
    const binary = formats[i] === BINARY && codec.encodeBinary?.(value, writer) === true
    if (!binary) writer.utf8(formats[i] === TEXT && value === true ? "t" : codec.encodeText(value))
    writer.patchInt32(valueAt, writer.length - valueAt - 4)
  }
  writer.patchInt32(lengthAt, writer.length - lengthAt)
  const row = writer.written()
  const bytes = new Uint8Array(row.length * count)
  for (let i = 0; i < count; i++) bytes.set(row, i * row.length)
  return { registry, fields, formats, bytes, stride: row.length }
}

function fieldOf(name: string, typeOid: number): Field {
  return { name, tableOid: 0, columnNumber: 0, typeOid, typeName: "", typeSize: -1, typeModifier: -1 }
}
