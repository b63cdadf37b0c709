/**
 * COPY's text format, read: a line's fields, with what backslashes stand for.
 *
 * @see https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-TEXT-FORMAT
 */

import type { ByteSource } from "../../base/byte-source.ts"
import type { Decode } from "../../types/codec.ts"
import { malformed } from "./copy-row.ts"
import { LineFields } from "./line-fields.ts"

const BACKSLASH = 0x5c
const ESCAPED: ReadonlyMap<number, number> = new Map([
  [0x62, 0x08], // b
  [0x66, 0x0c], // f
  [0x6e, 0x0a], // n
  [0x72, 0x0d], // r
  [0x74, 0x09], // t
  [0x76, 0x0b], // v
])

/** Decodes lines of the text format. */
export class TextFields extends LineFields {
  protected override field(source: ByteSource, start: number, stop: number, decode: Decode<unknown>): unknown {
    const { bytes } = source
    let end = start
    let escapes = 0
    for (; end < stop && bytes[end] !== this.delimiter; end++) {
      if (bytes[end] !== BACKSLASH) continue
      escapes++
      end++ // whatever it is, it is no delimiter
    }
    if (end > stop) malformed()
    this.next = end
    if (this.isNull(bytes, start, end)) return null
    return escapes === 0 ? decode(source, start, end) : this.#unescaped(bytes, start, end, decode)
  }

  /** What the field stands for. */
  #unescaped(bytes: Uint8Array, start: number, end: number, decode: Decode<unknown>): unknown {
    const scratch = this.scratch(end - start)
    const out = scratch.bytes
    let length = 0
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!
      if (byte !== BACKSLASH) {
        out[length++] = byte
        continue
      }
      const escaped = bytes[++at]!
      out[length++] = ESCAPED.get(escaped) ?? escaped
    }
    return decode(scratch, 0, length)
  }
}
