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
  if (typeof value !== "string" || !FORM.test(value)) return false
  let pending = -1
  for (let i = 0; i < value.length; i++) {
    const digit = hexDigit(value.charCodeAt(i))
    if (digit < 0) continue
    if (pending < 0) pending = digit
    else {
      writer.int8((pending << 4) | digit)
      pending = -1
    }
  }
  return true
}

/** The value of a hexadecimal digit, -1 for a hyphen or a brace. */
function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const letter = code | 0x20
  return letter >= 97 && letter <= 102 ? letter - 87 : -1
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
