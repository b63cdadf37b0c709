/**
 * Rows on their way into a COPY: the encoder of the format that the statement names.
 */

import { BinaryRows } from "./binary-rows.ts"
import { type CopyColumnTypes, type RowEncoder, refuseEncoding } from "./copy-row.ts"
import type { CopyFormat } from "./copy-statement.ts"
import { CsvRows } from "./csv-rows.ts"
import { TextRows } from "./text-rows.ts"

/** The encoder of a format. @throws UsageError when its rows cannot be written here */
export function rowEncoderFor(format: CopyFormat, columns: CopyColumnTypes): RowEncoder {
  refuseEncoding(format, "written")
  switch (format.kind) {
    case "binary":
      return new BinaryRows(columns)
    case "csv":
      return new CsvRows(format, columns)
    case "text":
      return new TextRows(format, columns)
  }
}
