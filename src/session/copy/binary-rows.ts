/**
 * COPY's binary format, written: a signature, then per row Int16 columns and per column Int32 length (-1 for NULL) and
 * the type's binary form, and Int16 -1 at the end.
 *
 * @see https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-BINARY-FORMAT
 */

import type { ByteWriter } from "../../base/byte-writer.ts"
import { describeValue, EncodeError } from "../../errors/client-error.ts"
import type { Codec } from "../../types/codec.ts"
import { type CopyColumnTypes, checkRow, misfit, type RowEncoder } from "./copy-row.ts"

/** `PGCOPY\n\377\r\n\0` */
export const SIGNATURE: Uint8Array = new Uint8Array([80, 71, 67, 79, 80, 89, 10, 255, 13, 10, 0])
export const END_OF_ROWS: number = -1

/** Writes rows in the binary format. */
export class BinaryRows implements RowEncoder {
  readonly #names: readonly string[]
  readonly #codecs: readonly Codec[]
  /** The last refusal, when it was of a value that the text formats could carry. */
  textual: unknown

  constructor({ names, codecs }: CopyColumnTypes) {
    this.#names = names
    this.#codecs = codecs
  }

  begin(writer: ByteWriter): void {
    writer.bytes(SIGNATURE)
    writer.int32(0) // flags
    writer.int32(0) // the length of the header's extension
  }

  encode(writer: ByteWriter, values: readonly unknown[], row: number): void {
    const codecs = this.#codecs
    const count = codecs.length
    if (!Array.isArray(values) || values.length !== count) checkRow(values, count, row)
    writer.int16(count)
    for (let i = 0; i < count; i++) {
      const value = values[i]
      if (value === null) {
        writer.int32(-1)
        continue
      }
      const start = writer.reserve(4)
      if (value === undefined || !this.#write(codecs[i]!, value, writer, row, i)) this.#refuse(value, row, i)
      writer.patchInt32(start, writer.length - start - 4)
    }
  }

  end(writer: ByteWriter): void {
    writer.int16(END_OF_ROWS)
  }

  #write(codec: Codec, value: unknown, writer: ByteWriter, row: number, column: number): boolean {
    try {
      return codec.encodeBinary?.(value, writer) === true
    } catch (error) {
      throw misfit(error, row, this.#names[column]!)
    }
  }

  /** The codec knows best what would fit; where it could do so in text only, that is the way out. */
  #refuse(value: unknown, row: number, column: number): never {
    const codec = this.#codecs[column]!
    const name = this.#names[column]!
    const place = { row, column: name }
    if (value === undefined) throw new EncodeError(codec.name, "a value, or null for NULL", "undefined", place)
    try {
      codec.encodeText(value)
    } catch (error) {
      throw misfit(error, row, name)
    }
    const expected = 'a value that has a binary form (format: "text" takes its text form)'
    this.textual = new EncodeError(codec.name, expected, describeValue(value), place)
    throw this.textual
  }
}
