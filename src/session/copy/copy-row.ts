/**
 * What the rows of a COPY have in common in all formats, in and out: their columns, and the refusals that name row and
 * column.
 */

import type { ByteSource } from "../../base/byte-source.ts"
import type { ByteWriter } from "../../base/byte-writer.ts"
import { describeValue, EncodeError, ProtocolError, UsageError } from "../../errors/client-error.ts"
import type { Codec } from "../../types/codec.ts"
import type { CopyFormat } from "./copy-statement.ts"

/** One row of values in column order. */
export type Tuple = unknown[]

/** The columns that are copied, in order. */
export interface CopyColumnTypes {
  readonly names: readonly string[]
  readonly codecs: readonly Codec[]
}

/** Writes rows in one format. What it throws leaves half a row behind, which the caller takes back. */
export interface RowEncoder {
  /** What stands before the first row. */
  begin(writer: ByteWriter): void
  /** One row. @param row its number, counted from 1, for the error when it cannot be written */
  encode(writer: ByteWriter, values: readonly unknown[], row: number): void
  /** What stands behind the last row. */
  end(writer: ByteWriter): void
}

/** Reads rows in one format: each message is one. */
export interface CopyRowDecoder {
  /** @param place is told which column is being decoded. Gives `undefined` for what is no row */
  decode(source: ByteSource, start: number, end: number, place: Place): Tuple | undefined
}

/** Which column is being decoded. */
export interface Place {
  column: number
}

/** Rows are text in UTF-8, whatever a statement says of its data. */
export function refuseEncoding({ encoding }: CopyFormat, done: "written" | "read"): void {
  if (encoding === undefined || /^utf-?8$/i.test(encoding)) return
  throw new UsageError(`rows are ${done} in UTF-8, but the COPY has ENCODING ${JSON.stringify(encoding)}`, {
    safeToRetry: true,
  })
}

/** Refuses a row of the wrong length, or none. */
export function checkRow(values: readonly unknown[], expected: number, row: number): void {
  if (!Array.isArray(values)) {
    throw new UsageError(`row ${row} must be an array of values, got ${describeValue(values)}`, { safeToRetry: true })
  }
  if (values.length !== expected) {
    const columns = expected === 1 ? "column is" : "columns are"
    throw new UsageError(`row ${row} has ${values.length} values, but ${expected} ${columns} copied`, {
      safeToRetry: true,
    })
  }
}

/** The refusal of a value, told with its place. */
export function misfit(error: unknown, row: number, column: string): unknown {
  return error instanceof EncodeError ? error.in(row, column) : error
}

/** The text form of a value that is not NULL. @throws EncodeError with the value's place */
export function textOf(codec: Codec, value: unknown, row: number, column: string): string {
  if (value === undefined) {
    throw new EncodeError(codec.name, "a value, or null for NULL", "undefined", { row, column })
  }
  try {
    return codec.encodeText(value)
  } catch (error) {
    throw misfit(error, row, column)
  }
}

/** The data is not what the server said it would be. */
export function malformed(): never {
  throw new ProtocolError("the server sent a COPY row that does not match its format")
}
