/**
 * COPY's csv format, written. A value is quoted where it would be misread otherwise, and always where it is spelled like
 * NULL: an unquoted one is NULL, a quoted one is text.
 *
 * @see https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-CSV-FORMAT
 */

import { EncodeError } from "../../errors/client-error.ts"
import { type CopyColumnTypes, textOf } from "./copy-row.ts"
import type { CopyFormat } from "./copy-statement.ts"
import type { CopyColumns } from "./copy-tokens.ts"
import { escapeInSet, LineRows } from "./line-rows.ts"

/** Writes rows in the csv format. */
export class CsvRows extends LineRows {
  readonly #special: RegExp
  readonly #toEscape: RegExp

  constructor(format: CopyFormat, columns: CopyColumnTypes) {
    super(format, columns)
    const { delimiter, quoteMark, escapeMark } = format
    this.#special = new RegExp(`[\\n\\r${escapeInSet(delimiter)}${escapeInSet(quoteMark)}${escapeInSet(escapeMark)}]`)
    this.#toEscape = new RegExp(`[${escapeInSet(quoteMark)}${escapeInSet(escapeMark)}]`, "g")
  }

  protected override heading(name: string): string {
    return this.#text(name)
  }

  protected override field(value: unknown, row: number, i: number): string {
    const { nullText, forceNull, forceNotNull } = this.format
    const column = this.names[i]!
    const codec = this.codecs[i]!
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
    const { nullText, defaultText, quoteMark, escapeMark } = this.format
    // A line of \. alone would end the data on servers before 18.
    const plain = text !== nullText && text !== defaultText && text !== "\\." && !this.#special.test(text)
    return plain ? text : quoteMark + text.replace(this.#toEscape, (char) => escapeMark + char) + quoteMark
  }
}

function isAmong(columns: CopyColumns, name: string): boolean {
  return columns === true || columns.includes(name)
}
