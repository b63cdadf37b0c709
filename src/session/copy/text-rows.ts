/**
 * COPY's text format, written: one line a row, values between delimiters, backslashes before what would be misread.
 *
 * @see https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-TEXT-FORMAT
 */

import { EncodeError } from "../../errors/client-error.ts"
import { type CopyColumnTypes, textOf } from "./copy-row.ts"
import type { CopyFormat } from "./copy-statement.ts"
import { escapeInSet, LineRows } from "./line-rows.ts"

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" }

/** Writes rows in the text format. */
export class TextRows extends LineRows {
  readonly #special: RegExp
  readonly #specials: RegExp

  constructor(format: CopyFormat, columns: CopyColumnTypes) {
    super(format, columns)
    const set = `[\\\\\\n\\r${escapeInSet(format.delimiter)}]`
    this.#special = new RegExp(set)
    this.#specials = new RegExp(set, "g")
  }

  protected override heading(name: string): string {
    return this.#escape(name)
  }

  protected override field(value: unknown, row: number, column: number): string {
    const { nullText, defaultText } = this.format
    if (value === null) return nullText
    const text = textOf(this.codecs[column]!, value, row, this.names[column]!)
    const spelled = this.#special.test(text) ? this.#escape(text) : text
    // Both marks are compared with the line as it stands, so another spelling of the same text is no mark.
    if (spelled !== nullText && spelled !== defaultText) return spelled
    if (text === "") {
      throw new EncodeError(this.codecs[column]!.name, "no empty text, which this COPY reads as NULL", "one", {
        row,
        column: this.names[column],
      })
    }
    const first = text.codePointAt(0)!
    if (first > 127) return this.#spellOut(text)
    return `\\${first.toString(8).padStart(3, "0")}${this.#escape(text.slice(1))}`
  }

  /** The first byte by its number, where it is part of a longer character. */
  #spellOut(text: string): string {
    const [char] = text
    const bytes = new TextEncoder().encode(char)
    const spelled = Array.from(bytes, (byte) => `\\${byte.toString(8)}`).join("")
    return spelled + this.#escape(text.slice(char!.length))
  }

  #escape(text: string): string {
    return text.replace(this.#specials, (char) => ESCAPES[char] ?? `\\${char}`)
  }
}
