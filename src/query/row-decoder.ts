/**
 * From the fields of a result to one function that reads a DataRow's bytes into a row. It is made once per statement
 * and shape; hot statements get code made for their columns where the runtime allows it (`row-compiler.ts`), all others
 * an equal loop.
 *
 * A DataRow: Int16 columns, then per column Int32 length (-1 for NULL) and that many bytes. The row must be exactly as
 * long as it says and have as many columns as were described.
 */

import type { ByteSource } from "../base/byte-source.ts"
import { BINARY, type Format } from "../base/format.ts"
import { DecodeError, ProtocolError } from "../errors/client-error.ts"
import type { Field } from "../protocol/backend.ts"
import type { Decode } from "../types/codec.ts"
import type { TypeRegistry } from "../types/registry.ts"
import { malformedRow } from "./malformed-row.ts"
import { nameType } from "./name-type.ts"
import { compileRowDecoder } from "./row-compiler.ts"
import { type RowShape, setColumn, validatedBy } from "./row-shape.ts"

/** Reads the DataRow whose body stands from `start` up to `end`. */
export type RowDecoder<R> = (source: ByteSource, start: number, end: number) => R

/**
 * Makes the decoder for rows of these fields.
 * @param formats the format of each field; missing ones are text
 * @param hot whether the statement is run often enough to be worth compiling for
 */
export function rowDecoderFor<R>(
  fields: readonly Field[],
  formats: readonly Format[],
  shape: RowShape<R>,
  registry: TypeRegistry,
  hot: boolean,
): RowDecoder<R> {
  const decodes = fields.map((field, i) => columnDecode(field, formats[i], registry))
  const decode = shapedDecoder(fields, decodes, shape, hot)
  return explainFailures(decode as RowDecoder<R>, fields, decodes)
}

function shapedDecoder(
  fields: readonly Field[],
  decodes: readonly Decode<unknown>[],
  shape: RowShape,
  hot: boolean,
): RowDecoder<unknown> {
  const names = fields.map((field) => field.name)
  switch (shape) {
    case "object":
      return (hot && compileRowDecoder("object", names, decodes)) || objectDecoder(names, decodes)
    case "tuple":
      return (hot && compileRowDecoder("tuple", names, decodes)) || tupleDecoder(decodes)
    case "scalar": {
      const tuple = tupleDecoder(decodes)
      return (source, start, end) => tuple(source, start, end)[0]
    }
    default: {
      const make = ("~standard" in shape ? validatedBy(shape) : shape)(fields)
      const tuple = tupleDecoder(decodes)
      return (source, start, end) => make(tuple(source, start, end))
    }
  }
}

function columnDecode(field: Field, format: Format | undefined, registry: TypeRegistry): Decode<unknown> {
  const codec = registry.codecOrText(field.typeOid)
  nameType(field, codec)
  if (format !== BINARY) return codec.decodeText
  if (codec.decodeBinary === undefined) {
    throw new DecodeError(codec.name, "came in binary, which its codec cannot read", { column: field.name })
  }
  return codec.decodeBinary
}

function tupleDecoder(decodes: readonly Decode<unknown>[]): RowDecoder<unknown[]> {
  const count = decodes.length
  return (source, start, end) => {
    const { view } = source
    if (start + 2 > end || view.getUint16(start) !== count) malformedRow()
    const row = new Array<unknown>(count)
    let position = start + 2
    for (let i = 0; i < count; i++) {
      if (position + 4 > end) malformedRow()
      const length = view.getInt32(position)
      position += 4
      if (length >= 0) {
        const next = position + length
        if (next > end) malformedRow()
        row[i] = decodes[i]!(source, position, next)
        position = next
      } else {
        if (length !== -1) malformedRow()
        row[i] = null
      }
    }
    if (position !== end) malformedRow()
    return row
  }
}

function objectDecoder(names: readonly string[], decodes: readonly Decode<unknown>[]): RowDecoder<object> {
  const tuple = tupleDecoder(decodes)
  const count = names.length
  const plain = !names.includes("__proto__")
  return (source, start, end) => {
    const values = tuple(source, start, end)
    const row: Record<string, unknown> = {}
    if (plain) for (let i = 0; i < count; i++) row[names[i]!] = values[i]
    else for (let i = 0; i < count; i++) setColumn(row, names[i]!, values[i])
    return row
  }
}

/**
 * Tells which column failed by reading the row again: the way that succeeds pays nothing for it. V8 inlines this into
 * hot decoders; a `try` within their code, which takes no call, measures the same, and within the loop it slows that down.
 */
function explainFailures<R>(
  decode: RowDecoder<R>,
  fields: readonly Field[],
  decodes: readonly Decode<unknown>[],
): RowDecoder<R> {
  return (source, start, end) => {
    try {
      return decode(source, start, end)
    } catch (error) {
      if (!(error instanceof ProtocolError)) nameColumn(fields, decodes, source, start)
      throw error
    }
  }
}

function nameColumn(
  fields: readonly Field[],
  decodes: readonly Decode<unknown>[],
  source: ByteSource,
  start: number,
): void {
  let position = start + 2
  for (let i = 0; i < fields.length; i++) {
    const length = source.view.getInt32(position)
    position += 4
    if (length < 0) continue
    try {
      decodes[i]!(source, position, position + length)
    } catch (error) {
      const { name } = fields[i]!
      if (error instanceof DecodeError) throw error.in(name)
      throw new DecodeError("value", "could not be decoded", { column: name, cause: error })
    }
    position += length
  }
}
