/**
 * bit and varbit ↔ strings of 0 and 1.
 *
 * @see https://www.postgresql.org/docs/current/datatype-bit.html
 */

import type { ByteSource } from "../base/byte-source.ts"
import type { ByteWriter } from "../base/byte-writer.ts"
import { TEXT } from "../base/format.ts"
import { DecodeError } from "../errors/client-error.ts"
import type { Codec } from "./codec.ts"
import { textForm } from "./text-form.ts"

const HEADER = 4
const BITS = /^[01]*$/
let digitsOfBytes: readonly string[] | undefined

/** The eight digits of every byte. */
function bitDigits(): readonly string[] {
  digitsOfBytes ??= Array.from({ length: 256 }, (_, byte) => byte.toString(2).padStart(8, "0"))
  return digitsOfBytes
}

function decodeText(source: ByteSource, start: number, end: number): string {
  return source.ascii(start, end)
}

function encodeBinary(value: unknown, writer: ByteWriter): boolean {
  if (typeof value !== "string" || !BITS.test(value)) return false
  writer.int32(value.length)
  for (let at = 0; at < value.length; at += 8) {
    const digits = value.slice(at, at + 8)
    writer.int8(Number.parseInt(digits, 2) << (8 - digits.length))
  }
  return true
}

function bitCodecFor(name: "bit" | "varbit"): Codec<string> {
  return {
    name,
    decodeText,
    decodeBinary: (source, start, end) => {
      if (end - start < HEADER) throw new DecodeError(name, `expected at least ${HEADER} bytes, got ${end - start}`)
      const count = source.view.getInt32(start)
      if (count < 0 || Math.ceil(count / 8) !== end - start - HEADER) {
        throw new DecodeError(name, `${count} bits announced in ${end - start - HEADER} bytes`)
      }
      const { bytes } = source
      const ofByte = bitDigits()
      let digits = ""
      for (let at = start + HEADER; at < end; at++) digits += ofByte[bytes[at]!]!
      return digits.slice(0, count)
    },
    encodeText: (value) => textForm(name, "a string of 0 and 1", value),
    encodeBinary,
    resultFormat: TEXT,
  }
}

/** bit(n) ↔ string. */
export const bitCodec: Codec<string> = bitCodecFor("bit")
/** bit varying ↔ string. */
export const varbitCodec: Codec<string> = bitCodecFor("varbit")
