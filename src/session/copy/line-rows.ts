/**
 * What the text and csv formats have in common when they are written: a line a row, fields between delimiters, and a
 * header where it is asked for.
 */

import type { ByteWriter } from "../../base/byte-writer.ts"
import type { Codec } from "../../types/codec.ts"
import { type CopyColumnTypes, checkRow, type RowEncoder } from "./copy-row.ts"
import type { CopyFormat } from "./copy-statement.ts"

const NEWLINE = 0x0a

/** Writes rows as lines. */
export abstract class LineRows implements RowEncoder {
  protected readonly format: CopyFormat
  protected readonly names: readonly string[]
  protected readonly codecs: readonly Codec[]

  constructor(format: CopyFormat, { names, codecs }: CopyColumnTypes) {
    this.format = format
    this.names = names
    this.codecs = codecs
  }

  begin(writer: ByteWriter): void {
    if (!this.format.header) return
    writer.utf8(this.names.map((name) => this.heading(name)).join(this.format.delimiter))
    writer.int8(NEWLINE)
  }

  encode(writer: ByteWriter, values: readonly unknown[], row: number): void {
    const count = this.codecs.length
    checkRow(values, count, row)
    for (let i = 0; i < count; i++) {
      if (i > 0) writer.utf8(this.format.delimiter)
      writer.utf8(this.field(values[i], row, i))
    }
    writer.int8(NEWLINE)
  }

  end(): void {}

  /** A column's name as it stands in the header. */
  protected abstract heading(name: string): string

  /** A value as it stands in its line. */
  protected abstract field(value: unknown, row: number, column: number): string
}

/** A character within the brackets of a pattern. */
export function escapeInSet(char: string): string {
  return char.replace(/[\\\]^-]/g, "\\$&")
}
