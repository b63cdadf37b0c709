/**
 * The result of one statement, with the own properties that `pg` gives it, in their order. `parseRow` makes a row of a
 * message's texts, for submittables; ordinary queries read rows from the bytes.
 *
 * @see https://node-postgres.com/apis/result
 */

import type { ByteSource } from "../base/byte-source.ts"
import type { Field } from "./messages.ts"
import { type RowReader, readSingleRow, rowReader } from "./row-reader.ts"
import { types as globalTypes, type TypeParser, type TypeParsers } from "./types.ts"

const TAG = /^([A-Za-z]+)(?: (\d+))?(?: (\d+))?/

/** A row by name, or by position with `rowMode: "array"`. */
// biome-ignore lint/suspicious/noExplicitAny: what a row holds is the statement's business, as in @types/pg
export type PgRow = any

/** What a statement has given. */
export class Result<R = PgRow> {
  /** The command's first word, null for an empty query. */
  declare command: string | null
  /** How many rows it was about; null where that means nothing. */
  declare rowCount: number | null
  declare oid: number | null
  declare rows: R[]
  declare fields: Field[]
  declare _parsers: TypeParser[] | undefined
  declare _types: TypeParsers | undefined
  declare RowCtor: null
  declare rowAsArray: boolean
  declare _prebuiltEmptyResultObject: Record<string, null> | null
  #reader: RowReader | undefined
  #isFirst = true

  constructor(rowMode?: string, types?: TypeParsers) {
    this.command = null
    this.rowCount = null
    this.oid = null
    this.rows = []
    this.fields = []
    this._parsers = undefined
    this._types = types
    this.RowCtor = null
    this.rowAsArray = rowMode === "array"
    if (this.rowAsArray) this.parseRow = this._parseRowAsArray
    this._prebuiltEmptyResultObject = null
  }

  /** Takes down a command tag. */
  addCommandComplete(message: { text?: string; command?: string }): void {
    const parts = TAG.exec(message.text || message.command!)
    if (parts === null) return
    const [, command, first, second] = parts
    this.command = command!
    if (second) {
      this.oid = Number.parseInt(first!, 10)
      this.rowCount = Number.parseInt(second, 10)
    } else if (first) {
      this.rowCount = Number.parseInt(first, 10)
    }
  }

  _parseRowAsArray(values: readonly unknown[]): PgRow {
    const row: unknown[] = []
    for (let i = 0; i < values.length; i++) row.push(values[i] === null ? null : this._parsers![i]!(values[i]))
    return row
  }

  /** Makes a row of texts; of bytes where a column came in binary. */
  parseRow(values: readonly unknown[]): PgRow {
    return this.#named(values.map((value, i) => (value === null ? null : this._parsers![i]!(value))))
  }

  addRow(row: R): void {
    this.rows.push(row)
  }

  /** Takes the columns of the rows that are to come. */
  addFields(fields: Field[]): void {
    this.fields = fields
    const types = this._types || globalTypes
    const empty: Record<string, null> = {}
    const parsers: TypeParser[] = []
    for (const { name, dataTypeID, format } of fields) {
      set(empty, name, null)
      parsers.push(types.getTypeParser(dataTypeID, format || "text"))
    }
    if (fields.length > 0) this._parsers = parsers
    this._prebuiltEmptyResultObject = empty
    this.#reader = undefined
    this.#isFirst = true
  }

  /** Makes a row of these columns from bytes. What is made for many rows alike does not pay for a single one. */
  readRow(source: ByteSource, start: number, end: number): PgRow {
    if (this.#isFirst) {
      this.#isFirst = false
      const values = readSingleRow(source, start, end, this.fields, this._parsers ?? [])
      return this.rowAsArray ? values : this.#named(values)
    }
    this.#reader ??= rowReader(this.fields, this._parsers ?? [], this.rowAsArray)
    return this.#reader(source, start, end)
  }

  #named(values: readonly unknown[]): Record<string, unknown> {
    const { fields } = this
    // A copy of the object with all its columns costs less than growing one column by column.
    const row: Record<string, unknown> = { ...this._prebuiltEmptyResultObject }
    for (let i = 0; i < values.length; i++) row[fields[i]!.name] = values[i]
    return row
  }
}

/** `__proto__` is a column like any other. */
function set<T>(row: Record<string, T>, name: string, value: T): void {
  if (name === "__proto__") {
    Object.defineProperty(row, name, { value, enumerable: true, configurable: true, writable: true })
  } else {
    row[name] = value
  }
}
