/**
 * int2, int4 and int8. int8 is a bigint; on request a number, refused when it would lose digits, or a string.
 * Values that are no integers or do not fit are refused before anything is sent.
 *
 * @see https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-INT
 */

import type { ByteSource } from "../base/byte-source.ts"
import type { ByteWriter } from "../base/byte-writer.ts"
import { BINARY } from "../base/format.ts"
import { DecodeError } from "../errors/client-error.ts"
import type { Codec } from "./codec.ts"
import { decodeDigits, integerRange, integerText, parseInteger, plainIntegerOf } from "./integer-text.ts"

const INT2 = integerRange("int2", -32768n, 32767n)
const INT4 = integerRange("int4", -2147483648n, 2147483647n)
const INT8 = integerRange("int8", -9223372036854775808n, 9223372036854775807n)
const TWO_TO_32 = 4294967296

function wrongSize(type: string, expected: number, actual: number): DecodeError {
  return new DecodeError(type, `expected ${expected} bytes, got ${actual}`)
}

function outOfRange(type: string): DecodeError {
  return new DecodeError(type, "the integer is out of range")
}

function decodeInt2Text(source: ByteSource, start: number, end: number): number {
  const value = decodeDigits("int2", source, start, end)
  if (value < -32768 || value > 32767) throw outOfRange("int2")
  return value
}

function decodeInt2Binary(source: ByteSource, start: number, end: number): number {
  if (end - start !== 2) throw wrongSize("int2", 2, end - start)
  return source.view.getInt16(start)
}

function encodeInt2Binary(value: unknown, writer: ByteWriter): boolean {
  const integer = typeof value === "number" ? value : Number(plainIntegerOf(value) ?? Number.NaN)
  if ((integer << 16) >> 16 !== integer) return false
  writer.int16(integer)
  return true
}

function decodeInt4Text(source: ByteSource, start: number, end: number): number {
  const value = decodeDigits("int4", source, start, end)
  if ((value | 0) !== value) throw outOfRange("int4")
  return value
}

function decodeInt4Binary(source: ByteSource, start: number, end: number): number {
  if (end - start !== 4) throw wrongSize("int4", 4, end - start)
  return source.view.getInt32(start)
}

function encodeInt4Binary(value: unknown, writer: ByteWriter): boolean {
  const integer = typeof value === "number" ? value : Number(plainIntegerOf(value) ?? Number.NaN)
  if ((integer | 0) !== integer) return false
  writer.int32(integer)
  return true
}

function decodeInt8Text(source: ByteSource, start: number, end: number): bigint {
  if (end - start <= 15) return BigInt(decodeDigits("int8", source, start, end))
  const value = end - start <= 20 ? parseInteger(source.ascii(start, end)) : undefined
  if (value === undefined) throw new DecodeError("int8", "expected an integer in decimal digits")
  if (BigInt.asIntN(64, value) !== value) throw outOfRange("int8")
  return value
}

function decodeInt8Binary(source: ByteSource, start: number, end: number): bigint {
  if (end - start !== 8) throw wrongSize("int8", 8, end - start)
  return source.view.getBigInt64(start)
}

function encodeInt8Binary(value: unknown, writer: ByteWriter): boolean {
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) return false
    const high = Math.floor(value / TWO_TO_32)
    writer.int32(high)
    writer.int32((value - high * TWO_TO_32) | 0)
    return true
  }
  const integer = typeof value === "bigint" ? value : plainIntegerOf(value)
  if (integer === undefined || BigInt.asIntN(64, integer) !== integer) return false
  writer.int64(integer)
  return true
}

function unsafe(): DecodeError {
  return new DecodeError("int8", 'the integer is too large for a JavaScript number; use int8: "bigint" or "string"')
}

function decodeInt8TextAsNumber(source: ByteSource, start: number, end: number): number {
  if (end - start <= 15) return decodeDigits("int8", source, start, end)
  const value = Number(decodeInt8Text(source, start, end))
  if (!Number.isSafeInteger(value)) throw unsafe()
  return value
}

function decodeInt8BinaryAsNumber(source: ByteSource, start: number, end: number): number {
  if (end - start !== 8) throw wrongSize("int8", 8, end - start)
  const value = source.view.getInt32(start) * TWO_TO_32 + source.view.getUint32(start + 4)
  if (!Number.isSafeInteger(value)) throw unsafe()
  return value
}

function decodeInt8TextAsString(source: ByteSource, start: number, end: number): string {
  return String(decodeInt8Text(source, start, end))
}

function decodeInt8BinaryAsString(source: ByteSource, start: number, end: number): string {
  return String(decodeInt8Binary(source, start, end))
}

/** int2 ↔ number. */
export const int2Codec: Codec<number> = {
  name: "int2",
  decodeText: decodeInt2Text,
  decodeBinary: decodeInt2Binary,
  encodeText: (value) => integerText(INT2, value),
  encodeBinary: encodeInt2Binary,
  resultFormat: BINARY,
}

/** int4 ↔ number. */
export const int4Codec: Codec<number> = {
  name: "int4",
  decodeText: decodeInt4Text,
  decodeBinary: decodeInt4Binary,
  encodeText: (value) => integerText(INT4, value),
  encodeBinary: encodeInt4Binary,
  resultFormat: BINARY,
}

/** int8 ↔ bigint. */
export const int8Codec: Codec<bigint> = {
  name: "int8",
  decodeText: decodeInt8Text,
  decodeBinary: decodeInt8Binary,
  encodeText: (value) => integerText(INT8, value),
  encodeBinary: encodeInt8Binary,
  resultFormat: BINARY,
}

/** int8 as a number; DecodeError for integers that a number cannot hold exactly. */
export const int8AsNumberCodec: Codec<number> = {
  ...int8Codec,
  decodeText: decodeInt8TextAsNumber,
  decodeBinary: decodeInt8BinaryAsNumber,
}

/** int8 as its decimal digits. */
export const int8AsStringCodec: Codec<string> = {
  ...int8Codec,
  decodeText: decodeInt8TextAsString,
  decodeBinary: decodeInt8BinaryAsString,
}
