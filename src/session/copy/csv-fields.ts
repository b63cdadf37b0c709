/**
 * COPY's csv format, read: a row's fields, quoted or not. A quoted field is never NULL.
 *
 * @see https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-CSV-FORMAT
 */

import { ByteSource } from "../../base/byte-source.ts"
import type { Decode } from "../../types/codec.ts"
import { type CopyRowDecoder, malformed, type Place, type Tuple } from "./copy-row.ts"
import type { CopyFormat } from "./copy-statement.ts"
import { equals } from "./text-fields.ts"

const NEWLINE = 0x0a

/** Decodes rows of the csv format. */
export class CsvFields implements CopyRowDecoder {
  readonly #decodes: readonly Decode<unknown>[]
  readonly #delimiter: number
  readonly #quote: number
  readonly #escape: number
  readonly #null: Uint8Array
  #skip: boolean
  #scratch: ByteSource = new ByteSource(new Uint8Array(256))
  #next = 0

  constructor(format: CopyFormat, decodes: readonly Decode<unknown>[]) {
    this.#decodes = decodes
    this.#delimiter = format.delimiter.charCodeAt(0)
    this.#quote = format.quoteMark.charCodeAt(0)
    this.#escape = format.escapeMark.charCodeAt(0)
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
    this.#next = start
    for (let i = 0; i < count; i++) {
      place.column = i
      row[i] = this.#field(source, this.#next, stop, this.#decodes[i]!)
      if (i < count - 1 !== this.#next < stop) malformed()
      this.#next++
    }
    if (count === 0 && start !== stop) malformed()
    return row
  }

  /** One field; where it ends is left in `#next`. */
  #field(source: ByteSource, start: number, stop: number, decode: Decode<unknown>): unknown {
    const { bytes } = source
    if (start < stop && bytes[start] === this.#quote) {
      const length = this.#quoted(bytes, start + 1, stop)
      return decode(this.#scratch, 0, length)
    }
    let next = start
    while (next < stop && bytes[next] !== this.#delimiter) next++
    this.#next = next
    return equals(bytes, start, next, this.#null) ? null : decode(source, start, next)
  }

  /** What stands between quotes, in the scratch buffer; its length. */
  #quoted(bytes: Uint8Array, start: number, stop: number): number {
    if (this.#scratch.bytes.length < stop - start) this.#scratch = new ByteSource(new Uint8Array((stop - start) * 2))
    const out = this.#scratch.bytes
    let length = 0
    let at = start
    for (; at < stop; at++) {
      const byte = bytes[at]!
      const next = at + 1 < stop ? bytes[at + 1] : undefined
      if (byte === this.#escape && (next === this.#quote || next === this.#escape)) {
        out[length++] = next
        at++
      } else if (byte === this.#quote) {
        this.#next = at + 1
        return length
      } else {
        out[length++] = byte
      }
    }
    malformed()
  }
}
