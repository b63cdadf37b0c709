/**
 * The binary parsers that `pg-types` begins with, by OID: for queries with `binary: true`. int8 is a string, numeric a
 * number, timestamps are Dates.
 *
 * @see https://github.com/brianc/node-pg-types
 */

import type { Buffer } from "./node-runtime.ts"

/** Milliseconds from 1970 to 2000, PostgreSQL's own epoch. */
const EPOCH_MS = 946_684_800_000
const NULL_LENGTH = -1

const NUMERIC_NEGATIVE = 0x4000
const NUMERIC_NAN = 0xc000
const NUMERIC_INFINITY = 0xd000
const NUMERIC_MINUS_INFINITY = 0xf000

function parseNumeric(bytes: Buffer): number {
  const count = bytes.readInt16BE(0)
  const sign = bytes.readUInt16BE(4)
  if (sign === NUMERIC_NAN) return Number.NaN
  if (sign === NUMERIC_INFINITY) return Number.POSITIVE_INFINITY
  if (sign === NUMERIC_MINUS_INFINITY) return Number.NEGATIVE_INFINITY
  let text = sign === NUMERIC_NEGATIVE ? "-0" : "0"
  for (let i = 0; i < count; i++) text += String(bytes.readInt16BE(8 + 2 * i)).padStart(4, "0")
  return Number(`${text}e${4 * (bytes.readInt16BE(2) - count + 1)}`)
}

/** Microseconds that a Date cannot hold are lost. */
function parseTimestamp(bytes: Buffer): Date {
  const microseconds = Number(bytes.readBigInt64BE(0))
  return new Date(microseconds / 1000 + EPOCH_MS)
}

function parseLocalTimestamp(bytes: Buffer): Date {
  const date = parseTimestamp(bytes)
  date.setTime(date.getTime() + date.getTimezoneOffset() * 60_000)
  return date
}

function parseText(bytes: Buffer): string {
  return bytes.toString("utf8")
}

const ELEMENTS: Readonly<Record<number, (bytes: Buffer) => unknown>> = {
  20: (bytes) => Number(bytes.readBigInt64BE(0)),
  23: (bytes) => bytes.readInt32BE(0),
  25: parseText,
}

function parseArray(bytes: Buffer): unknown[] {
  const dimensions = bytes.readInt32BE(0)
  if (dimensions === 0) return []
  const element = ELEMENTS[bytes.readInt32BE(8)] ?? parseText
  const lengths = Array.from({ length: dimensions }, (_, i) => bytes.readInt32BE(12 + 8 * i))
  let offset = 12 + 8 * dimensions
  const read = (depth: number): unknown[] =>
    Array.from({ length: lengths[depth]! }, () => {
      if (depth + 1 < dimensions) return read(depth + 1)
      const length = bytes.readInt32BE(offset)
      offset += 4
      if (length === NULL_LENGTH) return null
      offset += length
      return element(bytes.subarray(offset - length, offset))
    })
  return read(0)
}

/** Parsers by OID. */
export const binaryParsers: Readonly<Record<number, (bytes: Buffer) => unknown>> = {
  16: (bytes) => bytes[0] !== 0,
  20: (bytes) => bytes.readBigInt64BE(0).toString(),
  21: (bytes) => bytes.readInt16BE(0),
  23: (bytes) => bytes.readInt32BE(0),
  25: parseText,
  26: (bytes) => bytes.readInt32BE(0),
  700: (bytes) => bytes.readFloatBE(0),
  701: (bytes) => bytes.readDoubleBE(0),
  1000: parseArray,
  1007: parseArray,
  1008: parseArray,
  1009: parseArray,
  1016: parseArray,
  1114: parseLocalTimestamp,
  1184: parseTimestamp,
  1700: parseNumeric,
}
