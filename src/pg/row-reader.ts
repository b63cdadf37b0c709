/**
 * Rows from bytes to what `pg` makes of them. A column's parser gets the text, as the interface says; but for the parsers
 * that everybody begins with the same value is read straight from the bytes, without a string in between.
 *
 * The functions for whole rows are those of the native API (`query/row-compiler.ts`).
 */

import type { ByteSource } from "../base/byte-source.ts"
import { malformedRow } from "../query/malformed-row.ts"
import { compileRowDecoder } from "../query/row-compiler.ts"
import type { Decode } from "../types/codec.ts"
import type { Field } from "./messages.ts"
import { Buffer } from "./node-runtime.ts"
import { makeDate, parseDate } from "./parse-date.ts"
import { isOriginalParser, isPlainParser, type TypeParser } from "./types.ts"

/** Reads one DataRow. */
export type RowReader = (source: ByteSource, start: number, end: number) => unknown

const BOOL = 16
const INT8 = 20
const INT2 = 21
const INT4 = 23
const OID = 26
const FLOAT4 = 700
const FLOAT8 = 701
const TIMESTAMP = 1114
const TIMESTAMPTZ = 1184

const ZERO = 48
const TRUE = 116 // t

/** The reader for rows of these columns. */
export function rowReader(fields: readonly Field[], parsers: readonly TypeParser[], asArray: boolean): RowReader {
  const decodes = fields.map((field, i) => decodeFor(field, parsers[i]!))
  const names = fields.map(({ name }) => name)
  return compileRowDecoder(asArray ? "tuple" : "object", names, decodes) ?? interpretedReader(names, decodes, asArray)
}

/** Reads one DataRow without making a reader for others like it. */
export function readSingleRow(
  source: ByteSource,
  start: number,
  end: number,
  fields: readonly Field[],
  parsers: readonly TypeParser[],
): unknown[] {
  const { view } = source
  if (start + 2 > end || view.getUint16(start) !== fields.length) malformedRow()
  const values: unknown[] = []
  let position = start + 2
  for (let i = 0; i < fields.length; i++) {
    if (position + 4 > end) malformedRow()
    const length = view.getInt32(position)
    position += 4
    const next = position + Math.max(length, 0)
    if (next > end) malformedRow()
    values.push(length < 0 ? null : readValue(fields[i]!, parsers[i]!, source, position, next))
    position = next
  }
  if (position !== end) malformedRow()
  return values
}

function readValue(field: Field, parser: TypeParser, source: ByteSource, start: number, end: number): unknown {
  const { dataTypeID, format } = field
  if (format === "binary") return parser(Buffer.from(source.bytes.subarray(start, end)))
  const known = isOriginalParser(dataTypeID, parser) ? knownDecode(dataTypeID) : undefined
  if (known !== undefined) return known(source, start, end)
  const text = source.text(start, end)
  return isPlainParser(parser) ? text : parser(text)
}

function decodeFor({ dataTypeID, format }: Field, parser: TypeParser): Decode<unknown> {
  if (format === "binary") {
    return (source, start, end) => parser(Buffer.from(source.bytes.subarray(start, end)))
  }
  if (isPlainParser(parser)) return decodeText
  const known = isOriginalParser(dataTypeID, parser) ? knownDecode(dataTypeID) : undefined
  return known ?? ((source, start, end) => parser(source.text(start, end)))
}

function knownDecode(oid: number): Decode<unknown> | undefined {
  switch (oid) {
    case BOOL:
      return decodeBool
    case INT2:
    case INT4:
    case OID:
      return decodeInteger
    case INT8:
      return decodeAscii
    case FLOAT4:
    case FLOAT8:
      return decodeFloat
    case TIMESTAMP:
    case TIMESTAMPTZ:
      return decodeTimestamp
    default:
      return undefined
  }
}

function decodeText(source: ByteSource, start: number, end: number): string {
  return source.text(start, end)
}

function decodeAscii(source: ByteSource, start: number, end: number): string {
  return source.ascii(start, end)
}

function decodeBool(source: ByteSource, start: number): boolean {
  return source.bytes[start] === TRUE
}

function decodeFloat(source: ByteSource, start: number, end: number): number {
  return Number.parseFloat(source.ascii(start, end))
}

function decodeInteger(source: ByteSource, start: number, end: number): number {
  const { bytes } = source
  const isNegative = bytes[start] === 45
  let value = 0
  for (let i = isNegative ? start + 1 : start; i < end; i++) value = value * 10 + bytes[i]! - ZERO
  return isNegative ? -value : value
}

/** `2026-11-20 10:00:00.123456+01`; whatever looks different goes the long way. */
function decodeTimestamp(source: ByteSource, start: number, end: number): Date | number | null {
  const { bytes } = source
  const length = end - start
  if (length < 19 || bytes[start + 4] !== 45 || bytes[start + 10] !== 32) return parseDate(source.ascii(start, end))
  let at = start + 19
  let ms = 0
  if (bytes[at] === 46) {
    let scale = 1
    let fraction = 0
    for (at++; at < end && isDigit(bytes[at]!); at++) {
      fraction = fraction * 10 + bytes[at]! - ZERO
      scale *= 10
    }
    ms = 1000 * (fraction / scale)
  }
  let offset: number | undefined
  if (at < end) {
    const sign = bytes[at]
    if ((sign !== 43 && sign !== 45) || end - at !== 3) return parseDate(source.ascii(start, end))
    const hours = twoDigits(bytes, at + 1) * 3_600_000
    offset = sign === 45 ? -hours : hours
  }
  return makeDate(
    twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2),
    twoDigits(bytes, start + 5) - 1,
    twoDigits(bytes, start + 8),
    twoDigits(bytes, start + 11),
    twoDigits(bytes, start + 14),
    twoDigits(bytes, start + 17),
    ms,
    offset,
  )
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= 57
}

function twoDigits(bytes: Uint8Array, at: number): number {
  return (bytes[at]! - ZERO) * 10 + bytes[at + 1]! - ZERO
}

/** For rows too wide to compile, and where code may not be made. */
function interpretedReader(names: readonly string[], decodes: readonly Decode<unknown>[], asArray: boolean): RowReader {
  return (source, start, end) => {
    const { view } = source
    if (start + 2 > end || view.getUint16(start) !== names.length) malformedRow()
    const values: unknown[] = []
    let position = start + 2
    for (const decode of decodes) {
      if (position + 4 > end) malformedRow()
      const length = view.getInt32(position)
      position += 4
      const next = position + Math.max(length, 0)
      if (next > end) malformedRow()
      values.push(length < 0 ? null : decode(source, position, next))
      position = next
    }
    if (position !== end) malformedRow()
    return asArray ? values : Object.fromEntries(names.map((name, i) => [name, values[i]]))
  }
}
