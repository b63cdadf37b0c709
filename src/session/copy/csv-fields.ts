/**
 * COPY's csv format, read: a row's fields, quoted or not. A quoted field is never NULL.
 *
 * @see https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-CSV-FORMAT
 */

import type { ByteSource } from "../../base/byte-source.ts"
import type { Decode } from "../../types/codec.ts"
import { malformed } from "./copy-row.ts"
import type { CopyFormat } from "./copy-statement.ts"
import { LineFields } from "./line-fields.ts"

/** Decodes rows of the csv format. */
export class CsvFields extends LineFields {
  readonly #quote: number
  readonly #escape: number

  constructor(format: CopyFormat, decodes: readonly Decode<unknown>[]) {
    super(format, decodes)
    this.#quote = format.quoteMark.charCodeAt(0)
    this.#escape = format.escapeMark.charCodeAt(0)
  }

  protected override field(source: ByteSource, start: number, stop: number, decode: Decode<unknown>): unknown {
    const { bytes } = source
    if (start < stop && bytes[start] === this.#quote) return this.#quoted(bytes, start + 1, stop, decode)
    let next = start
    while (next < stop && bytes[next] !== this.delimiter) next++
    this.next = next
    return this.isNull(bytes, start, next) ? null : decode(source, start, next)
  }

  /** What stands between quotes. */
  #quoted(bytes: Uint8Array, start: number, stop: number, decode: Decode<unknown>): unknown {
    const scratch = this.scratch(stop - start)
    const out = scratch.bytes
    let length = 0
    for (let at = start; at < stop; at++) {
      const byte = bytes[at]!
      const next = at + 1 < stop ? bytes[at + 1] : undefined
      if (byte === this.#escape && (next === this.#quote || next === this.#escape)) {
        out[length++] = next
        at++
      } else if (byte === this.#quote) {
        this.next = at + 1
        return decode(scratch, 0, length)
      } else {
        out[length++] = byte
      }
    }
    malformed()
  }
}
