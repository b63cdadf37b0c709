/**
 * bytea ↔ bytes. What is received is copied (a Buffer on Node), so it may be kept. Both settings of `bytea_output` are
 * read. A string is text in one of those two forms, never the bytes of the string.
 *
 * @see https://www.postgresql.org/docs/current/datatype-binary.html
 */

import { allocateBytes, viewBytes } from "#platform"
import type { ByteSource } from "../base/byte-source.ts"
import type { ByteWriter } from "../base/byte-writer.ts"
import { BINARY } from "../base/format.ts"
import { DecodeError, describeValue, EncodeError } from "../errors/client-error.ts"
import type { Codec } from "./codec.ts"
import { sendableText } from "./text-form.ts"

const BACKSLASH = 0x5c
const LOWER_X = 0x78
const HEX_PREFIX = 2

function decodeText(source: ByteSource, start: number, end: number): Uint8Array<ArrayBuffer> {
  const bytes = source.bytes
  if (end - start >= HEX_PREFIX && bytes[start] === BACKSLASH && bytes[start + 1] === LOWER_X) {
    return decodeHex(bytes, start + HEX_PREFIX, end)
  }
  return decodeEscape(bytes, start, end)
}

function decodeHex(bytes: Uint8Array, start: number, end: number): Uint8Array<ArrayBuffer> {
  const length = (end - start) >> 1
  if (length * 2 !== end - start) throw new DecodeError("bytea", "an odd number of hexadecimal digits")
  const out = allocateBytes(length)
  for (let i = 0, at = start; i < length; i++, at += 2) {
    const high = hexDigit(bytes[at]!)
    const low = hexDigit(bytes[at + 1]!)
    if ((high | low) < 0) throw new DecodeError("bytea", "expected hexadecimal digits")
    out[i] = (high << 4) | low
  }
  return out
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const letter = code | 0x20
  return letter >= 97 && letter <= 102 ? letter - 87 : -1
}

/** The older form: printable bytes as they are, `\\` for a backslash, `\ooo` for the rest. */
function decodeEscape(bytes: Uint8Array, start: number, end: number): Uint8Array<ArrayBuffer> {
  const out = allocateBytes(end - start)
  let length = 0
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!
    if (byte !== BACKSLASH) out[length++] = byte
    else if (at + 1 < end && bytes[at + 1] === BACKSLASH) {
      out[length++] = BACKSLASH
      at++
    } else {
      if (at + 3 >= end) throw new DecodeError("bytea", "it ends inside an escape")
      const a = bytes[at + 1]! - 48
      const b = bytes[at + 2]! - 48
      const c = bytes[at + 3]! - 48
      if (((a | b | c) & ~7) !== 0 || a > 3) throw new DecodeError("bytea", "expected three octal digits")
      out[length++] = (a << 6) | (b << 3) | c
      at += 3
    }
  }
  return out.subarray(0, length)
}

function decodeBinary(source: ByteSource, start: number, end: number): Uint8Array<ArrayBuffer> {
  return source.copy(start, end)
}

/** The bytes a value holds, undefined when it holds none. */
function bytesOf(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  if (value instanceof DataView) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  return undefined
}

function encodeText(value: unknown): string {
  if (typeof value === "string") return sendableText("bytea", value)
  const bytes = bytesOf(value)
  if (bytes !== undefined) return `\\x${viewBytes(bytes).hexSlice(0, bytes.length)}`
  throw new EncodeError("bytea", "a Uint8Array, a Buffer, an ArrayBuffer or text such as \\x00ff", describeValue(value))
}

function encodeBinary(value: unknown, writer: ByteWriter): boolean {
  const bytes = bytesOf(value)
  if (bytes === undefined) return false
  writer.bytes(bytes)
  return true
}

/** bytea ↔ Uint8Array. */
export const byteaCodec: Codec<Uint8Array<ArrayBuffer>> = {
  name: "bytea",
  decodeText,
  decodeBinary,
  encodeText,
  encodeBinary,
  resultFormat: BINARY,
  isRawBytes: true,
}
