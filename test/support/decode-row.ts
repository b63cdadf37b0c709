/**
 * One row read by a decoder, from its values' text.
 */

import { ByteSource } from "../../src/base/byte-source.ts"
import type { RowDecoder } from "../../src/query/row-decoder.ts"
import { dataRow } from "./backend-messages.ts"

/** Reads a DataRow of these values. */
export function decodeRow<R>(decoder: RowDecoder<R>, ...values: (string | null)[]): R {
  const body = dataRow(...values).subarray(5)
  return decoder(new ByteSource(body), 0, body.length)
}
