/**
 * Anonymous records, as `select row(1, 'a')` gives them → arrays. The binary form tells the type of every field, so that
 * is what is asked for; the text form does not, and its fields are strings. A field of a type that is not known or has
 * no binary form comes as its bytes. The server takes no anonymous record as input, text apart.
 *
 * @see https://www.postgresql.org/docs/current/rowtypes.html
 */

import { BINARY, type Oid } from "../base/format.ts"
import { DecodeError, describeValue, EncodeError } from "../errors/client-error.ts"
import type { Codec } from "./codec.ts"
import { decodeFieldsBinary, readFields } from "./composite.ts"
import { sendableText } from "./text-form.ts"

/** Records within records are followed this far: far beyond any query, far short of exhausting the stack. */
const DEEPEST = 100

/** The codec of records whose fields are read by the codecs of their types. */
export function recordWith(codecOf: (oid: Oid) => Codec | undefined): Codec<unknown[]> {
  const name = "record"
  let depth = 0
  return {
    name,
    decodeText: (source, start, end) => {
      const values: unknown[] = []
      readFields(name, source, start, end, (scan, isNull) => {
        values.push(isNull ? null : scan.source.text(scan.start, scan.end))
      })
      return end - start === 2 ? [] : values
    },
    decodeBinary: (source, start, end) => {
      if (depth === DEEPEST) throw new DecodeError(name, `records are nested deeper than ${DEEPEST}`)
      depth++
      try {
        return decodeFieldsBinary(name, source, start, end, codecOf)
      } finally {
        depth--
      }
    },
    encodeText: (value) => {
      if (typeof value === "string") return sendableText(name, value)
      throw new EncodeError(name, "a named composite type: the server takes no anonymous record", describeValue(value))
    },
    resultFormat: BINARY,
    takesArrays: true,
  }
}
