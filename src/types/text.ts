/**
 * The types whose value is text: text, varchar, bpchar, name, xml, citext, "char", cstring, unknown, and whatever the
 * server can only print. Text passes as it is, trailing blanks included; U+0000 and lone surrogates are refused.
 *
 * @see https://www.postgresql.org/docs/current/datatype-character.html
 */

import type { ByteSource } from "../base/byte-source.ts"
import type { ByteWriter } from "../base/byte-writer.ts"
import { TEXT } from "../base/format.ts"
import { DecodeError } from "../errors/client-error.ts"
import type { Codec } from "./codec.ts"
import { isSendable, sendableText, textForm } from "./text-form.ts"

const LONGEST_NAME = 63

function decodeText(source: ByteSource, start: number, end: number): string {
  return source.text(start, end)
}

/** Writes a string whose text and binary form are the same bytes; `encodeText` then says what is wrong with others. */
function encodeBinary(value: unknown, writer: ByteWriter): boolean {
  if (typeof value !== "string") return false
  if (writer.shortAscii(value)) return true
  if (!isSendable(value)) return false
  writer.utf8(value)
  return true
}

/** A codec for a type that is text on both sides and the same bytes in both formats. */
export function textCodecFor(name: string): Codec<string> {
  return {
    name,
    decodeText,
    decodeBinary: decodeText,
    encodeText: (value) => {
      if (typeof value === "string") return sendableText(name, value)
      if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString()
      return textForm(name, "a string, number, bigint, boolean or Date", value)
    },
    encodeBinary,
    resultFormat: TEXT,
  }
}

/** A codec for a type that nothing more is known of than its text form. */
export function opaqueCodecFor(name: string): Codec<string> {
  return {
    name,
    decodeText,
    encodeText: (value) => textForm(name, "the text form of the type", value),
    resultFormat: TEXT,
  }
}

/** "char" holds one byte: none reads as "", one beyond ASCII as a backslash and three octal digits. */
function decodeCharBinary(source: ByteSource, start: number, end: number): string {
  if (end - start !== 1) throw new DecodeError("char", `expected 1 byte, got ${end - start}`)
  const byte = source.bytes[start]!
  if (byte === 0) return ""
  return byte < 128 ? String.fromCharCode(byte) : `\\${byte.toString(8)}`
}

function encodeCharBinary(value: unknown, writer: ByteWriter): boolean {
  if (typeof value !== "string" || value.length > 1) return false
  const code = value === "" ? 0 : value.charCodeAt(0)
  if (code > 127 || (code === 0 && value !== "")) return false
  writer.int8(code)
  return true
}

/** A path in the SQL/JSON language; its binary form is the text behind a version number. */
function decodeJsonpathBinary(source: ByteSource, start: number, end: number): string {
  if (end - start < 1 || source.bytes[start] !== 1) throw new DecodeError("jsonpath", "unknown version")
  return source.text(start + 1, end)
}

function encodeJsonpathBinary(value: unknown, writer: ByteWriter): boolean {
  const start = writer.length
  writer.int8(1)
  if (encodeBinary(value, writer)) return true
  writer.truncate(start)
  return false
}

export const textCodec: Codec<string> = textCodecFor("text")
export const varcharCodec: Codec<string> = textCodecFor("varchar")
/** character(n): the blanks that fill it up are part of the value, as the server sends it. */
export const bpcharCodec: Codec<string> = textCodecFor("bpchar")
/** name holds 63 bytes: the server cuts longer text off, but refuses it in binary. */
export const nameCodec: Codec<string> = {
  ...textCodecFor("name"),
  encodeBinary: (value, writer) => {
    const start = writer.length
    if (encodeBinary(value, writer) && writer.length - start <= LONGEST_NAME) return true
    writer.truncate(start)
    return false
  },
}
/** xml goes out as text: in binary the server takes its bytes to be in the encoding that the document itself declares. */
export const xmlCodec: Codec<string> = {
  name: "xml",
  decodeText,
  decodeBinary: decodeText,
  encodeText: textCodecFor("xml").encodeText,
  resultFormat: TEXT,
}
export const citextCodec: Codec<string> = textCodecFor("citext")
export const unknownCodec: Codec<string> = textCodecFor("unknown")
export const charCodec: Codec<string> = {
  ...textCodecFor("char"),
  decodeBinary: decodeCharBinary,
  encodeBinary: encodeCharBinary,
}
export const jsonpathCodec: Codec<string> = {
  ...textCodecFor("jsonpath"),
  decodeBinary: decodeJsonpathBinary,
  encodeBinary: encodeJsonpathBinary,
}
