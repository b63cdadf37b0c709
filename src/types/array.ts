/**
 * Any codec → the codec of its arrays, up to six dimensions, with NULLs, and with any lower bounds, which are dropped
 * unless asked for. Typed arrays are taken too. An array goes out in binary when all its elements can, else as text.
 *
 * @see https://www.postgresql.org/docs/current/arrays.html
 */

import { BINARY, type Oid, TEXT } from "../base/format.ts"
import { describeValue, EncodeError } from "../errors/client-error.ts"
import { arrayBinaryDecoder, encodeArrayBinary } from "./array-binary.ts"
import { isArrayLike } from "./array-shape.ts"
import { arrayText, arrayTextDecoder } from "./array-text.ts"
import type { Codec } from "./codec.ts"
import { sendableText } from "./text-form.ts"

/** How arrays are read. */
export interface ArrayOptions {
  /** Gives arrays whose lower bounds are not 1 as a BoundedArray. */
  readonly keepBounds?: boolean
}

/** The codec for arrays of an element type. */
export function arrayOf(element: Codec, elementOid: Oid, { keepBounds = false }: ArrayOptions = {}): Codec<unknown[]> {
  const name = `${element.name}[]`
  const { decodeBinary, encodeBinary, prefersText = false } = element
  const codec: Codec<unknown[]> = {
    name,
    decodeText: arrayTextDecoder(name, element, keepBounds),
    encodeText: (value) => {
      if (typeof value === "string") return sendableText(name, value)
      if (isArrayLike(value)) return arrayText(name, element, value)
      throw new EncodeError(name, "an array, a typed array or text such as {1,2}", describeValue(value))
    },
    resultFormat: decodeBinary === undefined || prefersText ? TEXT : BINARY,
    prefersText,
    takesArrays: true, // in arrays of domains over arrays
  }
  return {
    ...codec,
    ...(decodeBinary && { decodeBinary: arrayBinaryDecoder(name, decodeBinary, keepBounds) }),
    ...(encodeBinary && {
      encodeBinary: (value, writer) =>
        isArrayLike(value) && encodeArrayBinary(name, element, elementOid, value, writer),
    }),
  }
}
