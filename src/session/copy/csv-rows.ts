/**
 * COPY's csv format, written. A value is quoted where it would be misread otherwise, and always where it is spelled like
 * NULL: an unquoted one is NULL, a quoted one is text.
 *
 * @see https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-CSV-FORMAT
 */

import type { ByteWriter } from "../../base/byte-writer.ts"
import { EncodeError } from "../../errors/client-error.ts"
import type { Codec } from "../../types/codec.ts"
import { type CopyColumnTypes, checkRow, type RowEncoder, textOf } from "./copy-row.ts"
import type { CopyFormat } from "./copy-statement.ts"
import type { CopyColumns } from "./copy-tokens.ts"
import { escapeInSet } from "./text-rows.ts"

/** Writes rows in the csv format. */
export class CsvRows implements RowEncoder {
  readonly #format: CopyFormat
  readonly #names: readonly string[]
  readonly #codecs: readonly Codec[]
  readonly #special: RegExp
  readonly #toEscape: RegExp

  constructor(format: CopyFormat, { names, codecs }: CopyColumnTypes) {
    this.#format = format
    this.#names = names
    this.#codecs = codecs
    const { delimiter, quoteMark, escapeMark } = format
    this.#special = new RegExp(`[\\n\\r${escapeInSet(delimiter)}${escapeInSet(quoteMark)}${escapeInSet(escapeMark)}]`)
    this.#toEscape = new RegExp(`[${escapeInSet(quoteMark)}${escapeInSet(escapeMark)}]`, "g")
  }

  begin(writer: ByteWriter): void {
    if (!this.#format.header) return
    writer.utf8(this.#names.map((name) => this.#text(name)).join(this.#format.delimiter))
    writer.int8(0x0a)
  }

  encode(writer: ByteWriter, values: readonly unknown[], row: number): void {
    const count = this.#codecs.length
    checkRow(values, count, row)
    for (let i = 0; i < count; i++) {
      if (i > 0) writer.utf8(this.#format.delimiter)
      writer.utf8(this.#field(values[i], row, i))
    }
    writer.int8(0x0a)
  }

  end(): void {}

  #field(value: unknown, row: number, i: number): string {
    const { nullText, forceNull, forceNotNull } = this.#format
    const column = this.#names[i]!
    const codec = this.#codecs[i]!
    const forced = isAmong(forceNull, column)
    if (value === null) {
      if (!isAmong(forceNotNull, column) || forced) return nullText
      throw new EncodeError(codec.name, "a value, since FORCE_NOT_NULL reads NULL as text", "null", { row, column })
    }
    const text = textOf(codec, value, row, column)
    if (forced && text === nullText) {
      const expected = "no text spelled like NULL, since FORCE_NULL reads it as that"
      throw new EncodeError(codec.name, expected, "one", { row, column })
    }
    return this.#text(text)
  }

  #text(text: string): string {
    const { nullText, defaultText, quoteMark, escapeMark } = this.#format
    // A line of \. alone would end the data on servers before 18.
    const plain = text !== nullText && text !== defaultText && text !== "\\." && !this.#special.test(text)
    return plain ? text : quoteMark + text.replace(this.#toEscape, (char) => escapeMark + char) + quoteMark
  }
}

function isAmong(columns: CopyColumns, name: string): boolean {
  return columns === true || columns.includes(name)
}
