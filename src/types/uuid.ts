/**
 * uuid ↔ its 36 characters in lower case, as the server prints it. Sixteen bytes are taken too.
 *
 * @see https://www.postgresql.org/docs/current/datatype-uuid.html
 */

import type { ByteSource } from "../base/byte-source.ts"
import type { ByteWriter } from "../base/byte-writer.ts"
import { TEXT } from "../base/format.ts"
import { DecodeError, describeValue, EncodeError } from "../errors/client-error.ts"
import type { Codec } from "./codec.ts"
import { sendableText } from "./text-form.ts"

const SIZE = 16
/** What the server takes: hexadecimal digits, a hyphen after any group of four, braces around all. */
const FORM = /^(?:\{(?:[\da-f]{4}-?){7}[\da-f]{4}\}|(?:[\da-f]{4}-?){7}[\da-f]{4})$/i

/** The value of each ASCII character as a hexadecimal digit, -1 for the others. */
const NIBBLES = Int8Array.from({ length: 128 }, (_, code) =>
  "0123456789abcdef".indexOf(String.fromCharCode(code).toLowerCase()),
)

function decodeText(source: ByteSource, start: number, end: number): string {
  return source.ascii(start, end)
}

function decodeBinary(source: ByteSource, start: number, end: number): string {
  if (end - start !== SIZE) throw new DecodeError("uuid", `expected ${SIZE} bytes, got ${end - start}`)
  return hyphenate(source.bytes.hexSlice(start, end))
}

function hyphenate(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

function encodeText(value: unknown): string {
  if (value instanceof Uint8Array) {
    if (value.length !== SIZE) throw new EncodeError("uuid", `${SIZE} bytes`, `${value.length} bytes`)
    return hyphenate(Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join(""))
  }
  if (typeof value === "string") return sendableText("uuid", value)
  throw new EncodeError("uuid", `a string or ${SIZE} bytes`, describeValue(value))
}

function encodeBinary(value: unknown, writer: ByteWriter): boolean {
  if (value instanceof Uint8Array) {
    if (value.length !== SIZE) return false
    writer.bytes(value)
    return true
  }
  if (typeof value !== "string") return false
  if (writeCanonical(value, writer)) return true
  return FORM.test(value) && writeCanonical(hyphenate(value.replace(/[-{}]/g, "")), writer)
}

/** Writes the sixteen bytes of the usual form; false, and nothing written, when the string is not of it. */
function writeCanonical(text: string, writer: ByteWriter): boolean {
  if (text.length !== 36 || text[8] !== "-" || text[13] !== "-" || text[18] !== "-" || text[23] !== "-") return false
  const a = hex16(text, 0)
  const b = hex16(text, 4)
  const c = hex16(text, 9)
  const d = hex16(text, 14)
  const e = hex16(text, 19)
  const f = hex16(text, 24)
  const g = hex16(text, 28)
  const h = hex16(text, 32)
  if ((a | b | c | d | e | f | g | h) < 0) return false
  writer.int32((a << 16) | b)
  writer.int32((c << 16) | d)
  writer.int32((e << 16) | f)
  writer.int32((g << 16) | h)
  return true
}

/** The value of four hexadecimal digits; negative when one of them is none. */
function hex16(text: string, at: number): number {
  const a = text.charCodeAt(at)
  const b = text.charCodeAt(at + 1)
  const c = text.charCodeAt(at + 2)
  const d = text.charCodeAt(at + 3)
  if ((a | b | c | d) > 127) return -1
  return (NIBBLES[a]! << 12) | (NIBBLES[b]! << 8) | (NIBBLES[c]! << 4) | NIBBLES[d]!
}

/** uuid ↔ string. */
export const uuidCodec: Codec<string> = {
  name: "uuid",
  decodeText,
  decodeBinary,
  encodeText,
  encodeBinary,
  resultFormat: TEXT,
}
