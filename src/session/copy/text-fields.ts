/**
 * COPY's text format, read: a line's fields, with what backslashes stand for.
 *
 * @see https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-TEXT-FORMAT
 */

import { ByteSource } from "../../base/byte-source.ts"
import type { Decode } from "../../types/codec.ts"
import { type CopyRowDecoder, malformed, type Place, type Tuple } from "./copy-row.ts"
import type { CopyFormat } from "./copy-statement.ts"

const BACKSLASH = 0x5c
const NEWLINE = 0x0a
const ESCAPED: ReadonlyMap<number, number> = new Map([
  [0x62, 0x08], // b
  [0x66, 0x0c], // f
  [0x6e, 0x0a], // n
  [0x72, 0x0d], // r
  [0x74, 0x09], // t
  [0x76, 0x0b], // v
])

/** Decodes lines of the text format. */
export class TextFields implements CopyRowDecoder {
  readonly #decodes: readonly Decode<unknown>[]
  readonly #delimiter: number
  readonly #null: Uint8Array
  #skip: boolean
  #scratch: ByteSource = new ByteSource(new Uint8Array(256))

  constructor(format: CopyFormat, decodes: readonly Decode<unknown>[]) {
    this.#decodes = decodes
    this.#delimiter = format.delimiter.charCodeAt(0)
    this.#null = new TextEncoder().encode(format.nullText)
    this.#skip = format.header
  }

  decode(source: ByteSource, start: number, end: number, place: Place): Tuple | undefined {
    if (this.#skip) {
      this.#skip = false
      return undefined
    }
    const { bytes } = source
    const stop = end - 1
    if (stop < start || bytes[stop] !== NEWLINE) malformed()
    const count = this.#decodes.length
    const row = new Array<unknown>(count)
    let position = start
    for (let i = 0; i < count; i++) {
      place.column = i
      let next = position
      let escapes = 0
      for (; next < stop && bytes[next] !== this.#delimiter; next++) {
        if (bytes[next] !== BACKSLASH) continue
        escapes++
        next++ // whatever it is, it is no delimiter
      }
      if (next > stop || i < count - 1 !== next < stop) malformed()
      row[i] = this.#field(source, position, next, escapes, this.#decodes[i]!)
      position = next + 1
    }
    if (count === 0 && position !== stop) malformed()
    return row
  }

  #field(source: ByteSource, start: number, end: number, escapes: number, decode: Decode<unknown>): unknown {
    if (equals(source.bytes, start, end, this.#null)) return null
    if (escapes === 0) return decode(source, start, end)
    const length = this.#unescape(source.bytes, start, end)
    return decode(this.#scratch, 0, length)
  }

  /** What the field stands for, in the scratch buffer; its length. */
  #unescape(bytes: Uint8Array, start: number, end: number): number {
    if (this.#scratch.bytes.length < end - start) this.#scratch = new ByteSource(new Uint8Array((end - start) * 2))
    const out = this.#scratch.bytes
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
    return length
  }
}

/** Whether the bytes from `start` up to `end` are these. */
export function equals(bytes: Uint8Array, start: number, end: number, expected: Uint8Array): boolean {
  if (end - start !== expected.length) return false
  for (let i = 0; i < expected.length; i++) if (bytes[start + i] !== expected[i]) return false
  return true
}
