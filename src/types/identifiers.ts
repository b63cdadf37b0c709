/**
 * The types that name things inside the server: oid, xid, cid as numbers, xid8 as a bigint, tid and pg_lsn as the text
 * the server prints, and the reg* types as the names they stand for. The binary form of reg* is only a number, so those
 * are read as text; where there is no choice (inside a record) the number comes as a string, which is a legal name too.
 *
 * @see https://www.postgresql.org/docs/current/datatype-oid.html
 * @see https://www.postgresql.org/docs/current/datatype-pg-lsn.html
 */

import type { ByteSource } from "../base/byte-source.ts"
import type { ByteWriter } from "../base/byte-writer.ts"
import { BINARY, TEXT } from "../base/format.ts"
import { DecodeError, EncodeError } from "../errors/client-error.ts"
import type { Codec } from "./codec.ts"
import { decodeDigits, integerOf, integerRange, integerText, parseInteger } from "./integer-text.ts"
import { sendableText, textForm } from "./text-form.ts"

const LARGEST_UINT32 = 4294967295
const LARGEST_UINT64 = 18446744073709551615n
/** Not taken for octal digits by the server, which reads an xid8 as C does. */
const CANONICAL = /^(?:0|[1-9]\d*)$/
const TID = /^\((\d+),(\d+)\)$/
const LSN = /^([\da-f]{1,8})\/([\da-f]{1,8})$/i

function expectSize(type: string, expected: number, start: number, end: number): void {
  if (end - start !== expected) throw new DecodeError(type, `expected ${expected} bytes, got ${end - start}`)
}

/** An unsigned 32-bit integer. The server's input function also takes negative ones and counts them from the end. */
function uint32CodecFor(name: string): Codec<number> {
  const range = integerRange(name, -2147483648n, BigInt(LARGEST_UINT32))
  return {
    name,
    decodeText: (source, start, end) => {
      const value = decodeDigits(name, source, start, end)
      if (value < 0 || value > LARGEST_UINT32) throw new DecodeError(name, "the integer is out of range")
      return value
    },
    decodeBinary: (source, start, end) => {
      expectSize(name, 4, start, end)
      return source.view.getUint32(start)
    },
    encodeText: (value) => {
      // What the server makes of odd text depends on its version: before 16 an xid took any.
      if (typeof value === "string" && name !== "oid") return sendableText(name, value)
      if (typeof value === "number" && value < 0) throw new EncodeError(name, range.expected, "a negative number")
      return integerText(range, value)
    },
    encodeBinary: (value, writer) => {
      if (typeof value !== "number" || value >>> 0 !== value) return false
      writer.int32(value | 0)
      return true
    },
    resultFormat: BINARY,
  }
}

const XID8 = integerRange("xid8", 0n, LARGEST_UINT64)

function decodeXid8Text(source: ByteSource, start: number, end: number): bigint {
  const value = end - start <= 20 ? parseInteger(source.ascii(start, end)) : undefined
  if (value === undefined || value < 0n || value > LARGEST_UINT64) {
    throw new DecodeError("xid8", "expected an unsigned 64-bit integer")
  }
  return value
}

function decodeXid8Binary(source: ByteSource, start: number, end: number): bigint {
  expectSize("xid8", 8, start, end)
  return source.view.getBigUint64(start)
}

function encodeXid8Binary(value: unknown, writer: ByteWriter): boolean {
  if (typeof value === "string" && !CANONICAL.test(value)) return false
  const integer = integerOf(value)
  if (integer === undefined || integer < 0n || integer > LARGEST_UINT64) return false
  writer.int64(integer)
  return true
}

function decodeAscii(source: ByteSource, start: number, end: number): string {
  return source.ascii(start, end)
}

function decodeTidBinary(source: ByteSource, start: number, end: number): string {
  expectSize("tid", 6, start, end)
  return `(${source.view.getUint32(start)},${source.view.getUint16(start + 4)})`
}

function encodeTidBinary(value: unknown, writer: ByteWriter): boolean {
  const match = typeof value === "string" ? TID.exec(value) : null
  if (match === null) return false
  const block = Number(match[1])
  const offset = Number(match[2])
  if (block > LARGEST_UINT32 || offset > 65535) return false
  writer.int32(block | 0)
  writer.int16(offset)
  return true
}

function decodeLsnBinary(source: ByteSource, start: number, end: number): string {
  expectSize("pg_lsn", 8, start, end)
  const high = source.view.getUint32(start).toString(16).toUpperCase()
  return `${high}/${source.view
    .getUint32(start + 4)
    .toString(16)
    .toUpperCase()}`
}

function encodeLsnBinary(value: unknown, writer: ByteWriter): boolean {
  const match = typeof value === "string" ? LSN.exec(value) : null
  if (match === null) return false
  writer.int32(Number.parseInt(match[1]!, 16) | 0)
  writer.int32(Number.parseInt(match[2]!, 16) | 0)
  return true
}

/** A type that prints the name of what it points to. */
function regCodecFor(name: string): Codec<string> {
  return {
    name,
    decodeText: (source, start, end) => source.text(start, end),
    decodeBinary: (source, start, end) => {
      expectSize(name, 4, start, end)
      return String(source.view.getUint32(start))
    },
    encodeText: (value) => textForm(name, "a name or an oid", value),
    encodeBinary: (value, writer) => {
      if (typeof value !== "number" || value >>> 0 !== value) return false
      writer.int32(value | 0)
      return true
    },
    resultFormat: TEXT,
    prefersText: true,
  }
}

export const oidCodec: Codec<number> = uint32CodecFor("oid")
export const xidCodec: Codec<number> = uint32CodecFor("xid")
export const cidCodec: Codec<number> = uint32CodecFor("cid")

/** A transaction id that never wraps around. */
export const xid8Codec: Codec<bigint> = {
  name: "xid8",
  decodeText: decodeXid8Text,
  decodeBinary: decodeXid8Binary,
  encodeText: (value) => (typeof value === "string" ? sendableText("xid8", value) : integerText(XID8, value)),
  encodeBinary: encodeXid8Binary,
  resultFormat: BINARY,
}

/** The place of a row: "(block,offset)". */
export const tidCodec: Codec<string> = {
  name: "tid",
  decodeText: decodeAscii,
  decodeBinary: decodeTidBinary,
  encodeText: (value) => textForm("tid", 'a string such as "(0,1)"', value),
  encodeBinary: encodeTidBinary,
  resultFormat: TEXT,
}

/** A place in the write-ahead log: "16/B374D848". */
export const lsnCodec: Codec<string> = {
  name: "pg_lsn",
  decodeText: decodeAscii,
  decodeBinary: decodeLsnBinary,
  encodeText: (value) => textForm("pg_lsn", 'a string such as "16/B374D848"', value),
  encodeBinary: encodeLsnBinary,
  resultFormat: TEXT,
}

/** regclass, regtype and their like ↔ names. */
export const regCodecs: readonly Codec<string>[] = [
  "regclass",
  "regcollation",
  "regconfig",
  "regdictionary",
  "regnamespace",
  "regoper",
  "regoperator",
  "regproc",
  "regprocedure",
  "regrole",
  "regtype",
].map(regCodecFor)
