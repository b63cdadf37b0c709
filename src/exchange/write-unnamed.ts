/**
 * A statement without parameters, as Parse Bind Execute of the unnamed statement and portal: unlike a Query it can stand
 * behind others under one Sync.
 */

import type { Encoder } from "../protocol/encoder.ts"

/** Appends the three messages. */
export function writeUnnamed(encoder: Encoder, statement: string): void {
  encoder.parse("", statement, [])
  encoder.beginBind("", "")
  for (let i = 0; i < 3; i++) encoder.writer.int16(0) // no parameter formats, no parameters, no result formats
  encoder.endBind()
  encoder.execute("", 0)
}
