/**
 * What the text and csv formats have in common when they are read: a line a row, fields between delimiters, and a header
 * to skip.
 */

import { ByteSource } from "../../base/byte-source.ts"
import type { Decode } from "../../types/codec.ts"
import { type CopyRowDecoder, malformed, type Place, type Tuple } from "./copy-row.ts"
import type { CopyFormat } from "./copy-statement.ts"

const NEWLINE = 0x0a

/** Decodes rows that are lines. */
export abstract class LineFields implements CopyRowDecoder {
  protected readonly delimiter: number
  /** Where the field that was decoded last ends. */
  protected next = 0
  readonly #decodes: readonly Decode<unknown>[]
  readonly #null: Uint8Array
  #skip: boolean
  #scratch: ByteSource = new ByteSource(new Uint8Array(256))

  constructor(format: CopyFormat, decodes: readonly Decode<unknown>[]) {
    this.#decodes = decodes
    this.delimiter = format.delimiter.charCodeAt(0)
    this.#null = new TextEncoder().encode(format.nullText)
    this.#skip = format.header
  }

  decode(source: ByteSource, start: number, end: number, place: Place): Tuple | undefined {
    if (this.#skip) {
      this.#skip = false
      return undefined
    }
    const stop = end - 1
    if (stop < start || source.bytes[stop] !== NEWLINE) malformed()
    const count = this.#decodes.length
    const row = new Array<unknown>(count)
    this.next = start
    for (let i = 0; i < count; i++) {
      place.column = i
      row[i] = this.field(source, this.next, stop, this.#decodes[i]!)
      if (i < count - 1 !== this.next < stop) malformed()
      this.next++
    }
    if (count === 0 && start !== stop) malformed()
    return row
  }

  /** The field that begins at `start`; where it ends is left in `next`, the line's end at the latest. */
  protected abstract field(source: ByteSource, start: number, stop: number, decode: Decode<unknown>): unknown

  /** Room for a field that does not stand in the line as it is. */
  protected scratch(length: number): ByteSource {
    if (this.#scratch.bytes.length < length) this.#scratch = new ByteSource(new Uint8Array(length * 2))
    return this.#scratch
  }

  /** Whether the bytes are how NULL is spelled. */
  protected isNull(bytes: Uint8Array, start: number, end: number): boolean {
    const expected = this.#null
    if (end - start !== expected.length) return false
    for (let i = 0; i < expected.length; i++) if (bytes[start + i] !== expected[i]) return false
    return true
  }
}
