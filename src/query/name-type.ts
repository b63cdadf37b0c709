/**
 * The names of columns' types, which RowDescription leaves out. They are filled in where the codecs are chosen anyway:
 * once per description, not per row. What was described before its type was known is named when it is read.
 */

import type { Field } from "../protocol/backend.ts"
import type { Codec } from "../types/codec.ts"

/** Gives a column the name of its type: the codec's, by which errors call it too. */
export function nameType(field: Field, codec: Codec): void {
  const own: { typeName: string } = field
  own.typeName = codec.name
}
