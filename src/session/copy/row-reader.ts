/**
 * Rows out of a COPY: each message is one row, whose columns are decoded where they stand in the receive buffer.
 */

import type { ByteSource } from "../../base/byte-source.ts"
import { DecodeError, UsageError } from "../../errors/client-error.ts"
import type { CopyReader } from "../../exchange/copy-out-exchange.ts"
import type { Flow } from "../../exchange/flow.ts"
import type { CopyResponse } from "../../protocol/backend.ts"
import type { Decode } from "../../types/codec.ts"
import { END_OF_ROWS, SIGNATURE } from "./binary-rows.ts"
import {
  type CopyColumnTypes,
  type CopyRowDecoder,
  malformed,
  type Place,
  refuseEncoding,
  type Tuple,
} from "./copy-row.ts"
import type { CopyFormat } from "./copy-statement.ts"
import { CsvFields } from "./csv-fields.ts"
import { TextFields } from "./text-fields.ts"

/** Passes rows on as tuples. */
export class RowReader implements CopyReader<Tuple> {
  readonly #columns: CopyColumnTypes
  readonly #decoder: CopyRowDecoder
  readonly #place: Place = { column: 0 }

  /** @throws UsageError when the format's rows cannot be read here */
  constructor(format: CopyFormat, columns: CopyColumnTypes) {
    refuseEncoding(format, "read")
    this.#columns = columns
    const texts = columns.codecs.map((codec) => codec.decodeText)
    switch (format.kind) {
      case "binary":
        this.#decoder = new BinaryDecoder(columns)
        break
      case "csv":
        this.#decoder = new CsvFields(format, texts)
        break
      case "text":
        this.#decoder = new TextFields(format, texts)
        break
    }
  }

  onOpen({ columns }: CopyResponse): void {
    const { length } = this.#columns.names
    if (columns.length === length) return
    throw new UsageError(
      `the COPY has ${columns.length} columns, but ${length} types are known: name the columns in the statement, or give rows() a type for each`,
    )
  }

  onData(source: ByteSource, start: number, end: number, flow: Flow<Tuple>): void {
    let row: Tuple | undefined
    try {
      row = this.#decoder.decode(source, start, end, this.#place)
    } catch (error) {
      throw error instanceof DecodeError ? error.in(this.#columns.names[this.#place.column] ?? "") : error
    }
    if (row !== undefined) flow.push(row, end - start)
  }

  onDone(): void {}
}

/** The binary format, read. */
class BinaryDecoder implements CopyRowDecoder {
  readonly #decodes: readonly Decode<unknown>[]
  #isBegun = false

  constructor({ names, codecs }: CopyColumnTypes) {
    this.#decodes = codecs.map(({ decodeBinary, name }, i) => {
      if (decodeBinary !== undefined) return decodeBinary
      const problem = "its values cannot be read in the binary format: copy it as text or csv"
      throw new DecodeError(name, problem, { column: names[i]! })
    })
  }

  decode(source: ByteSource, start: number, end: number, place: Place): Tuple | undefined {
    const { view } = source
    let position = this.#isBegun ? start : this.#header(source, start, end)
    if (position === end) return undefined
    if (position + 2 > end) malformed()
    const columns = view.getInt16(position)
    position += 2
    if (columns === END_OF_ROWS && position === end) return undefined
    const count = this.#decodes.length
    if (columns !== count) malformed()
    const row = new Array<unknown>(count)
    for (let i = 0; i < count; i++) {
      place.column = i
      if (position + 4 > end) malformed()
      const length = view.getInt32(position)
      position += 4
      if (length < 0) {
        if (length !== -1) malformed()
        row[i] = null
        continue
      }
      const next = position + length
      if (next > end) malformed()
      row[i] = this.#decodes[i]!(source, position, next)
      position = next
    }
    if (position !== end) malformed()
    return row
  }

  /** Where the first row begins. */
  #header({ bytes, view }: ByteSource, start: number, end: number): number {
    const extension = start + SIGNATURE.length + 4
    if (extension + 4 > end || SIGNATURE.some((byte, i) => bytes[start + i] !== byte)) malformed()
    const position = extension + 4 + view.getInt32(extension)
    if (view.getInt32(start + SIGNATURE.length) !== 0 || position < extension + 4 || position > end) malformed()
    this.#isBegun = true
    return position
  }
}
