/**
 * bool. Besides booleans, the numbers 0 and 1 and the words that the server reads as truth values are taken.
 *
 * @see https://www.postgresql.org/docs/current/datatype-boolean.html
 */

import type { ByteSource } from "../base/byte-source.ts"
import type { ByteWriter } from "../base/byte-writer.ts"
import { BINARY } from "../base/format.ts"
import { DecodeError, describeValue, EncodeError } from "../errors/client-error.ts"
import type { Codec } from "./codec.ts"

const WORD = /^[ \t-\r]*(?:t(?:r(?:ue?)?)?|f(?:a(?:l(?:se?)?)?)?|y(?:es?)?|no?|on|off?|[01])[ \t-\r]*$/i
const TRUE = 0x74
const FALSE = 0x66

function decodeText(source: ByteSource, start: number, end: number): boolean {
  if (end - start === 1) {
    switch (source.bytes[start]) {
      case TRUE:
        return true
      case FALSE:
        return false
    }
  }
  throw new DecodeError("bool", 'expected "t" or "f"')
}

function decodeBinary(source: ByteSource, start: number, end: number): boolean {
  if (end - start !== 1) throw new DecodeError("bool", `expected 1 byte, got ${end - start}`)
  return source.bytes[start] !== 0
}

function encodeText(value: unknown): string {
  if (value === true || value === 1 || value === 1n) return "t"
  if (value === false || value === 0 || value === 0n) return "f"
  if (typeof value === "string" && WORD.test(value)) return value
  throw new EncodeError("bool", "a boolean, 0, 1 or a word such as true, off, y", describeValue(value))
}

function encodeBinary(value: unknown, writer: ByteWriter): boolean {
  if (typeof value !== "boolean") return false
  writer.int8(value ? 1 : 0)
  return true
}

/** bool ↔ boolean. */
export const boolCodec: Codec<boolean> = {
  name: "bool",
  decodeText,
  decodeBinary,
  encodeText,
  encodeBinary,
  resultFormat: BINARY,
}
