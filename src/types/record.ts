/**
 * Anonymous records, as `select row(1, 'a')` gives them → arrays of their fields' text. Only the binary form tells the
 * types of the fields, and results do not always come in that; so that a value never depends on the way it came, text is
 * what is asked for. Cast a record to a composite type to have its fields decoded. In binary, which COPY may bring, a
 * field is read by its type; one of a type that is not known comes as its bytes. The server takes no anonymous record as
 * input, text apart.
 *
 * @see https://www.postgresql.org/docs/current/rowtypes.html
 */

import { type Oid, TEXT } from "../base/format.ts"
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
    resultFormat: TEXT,
    prefersText: true,
    takesArrays: true,
  }
}
