/**
 * int2vector and oidvector, which the catalogs use → arrays of numbers. Their text is `1 2 3`; their binary form is that
 * of an array, counted from 0.
 *
 * @see https://www.postgresql.org/docs/current/catalog-pg-index.html
 */

import type { ByteSource } from "../base/byte-source.ts"
import { BINARY, type Oid } from "../base/format.ts"
import { describeValue, EncodeError } from "../errors/client-error.ts"
import { arrayBinaryDecoder } from "./array-binary.ts"
import type { Codec, Decode } from "./codec.ts"
import { oidCodec } from "./identifiers.ts"
import { int2Codec } from "./int.ts"
import { oids } from "./oids.generated.ts"
import { sendableText } from "./text-form.ts"

const SPACE = 0x20

function vectorCodecFor(name: string, element: Codec<number>, elementOid: Oid): Codec<number[]> {
  return {
    name,
    decodeText: (source: ByteSource, start: number, end: number): number[] => {
      const elements: number[] = []
      for (let at = start; at < end; ) {
        let next = at
        while (next < end && source.bytes[next] !== SPACE) next++
        elements.push(element.decodeText(source, at, next))
        at = next + 1
      }
      return elements
    },
    decodeBinary: arrayBinaryDecoder(name, element.decodeBinary!, false) as Decode<number[]>,
    encodeText: (value) => {
      if (typeof value === "string") return sendableText(name, value)
      if (Array.isArray(value)) return value.map((item, i) => elementText(element, item, i)).join(" ")
      throw new EncodeError(name, "an array of integers", describeValue(value))
    },
    encodeBinary: (value, writer) => {
      if (!Array.isArray(value) || value.length === 0) return false // the server refuses an empty one in binary
      const start = writer.length
      writer.int32(1)
      writer.int32(0)
      writer.int32(elementOid)
      writer.int32(value.length)
      writer.int32(0)
      for (const item of value) {
        const length = writer.reserve(4)
        if (!element.encodeBinary!(item, writer)) {
          writer.truncate(start)
          return false
        }
        writer.patchInt32(length, writer.length - length - 4)
      }
      return true
    },
    resultFormat: BINARY,
    takesArrays: true,
  }
}

function elementText(codec: Codec<number>, item: unknown, index: number): string {
  try {
    return codec.encodeText(item)
  } catch (error) {
    throw error instanceof EncodeError ? error.within(index) : error
  }
}

/** Several int2, as in `pg_index.indkey`. */
export const int2vectorCodec: Codec<number[]> = vectorCodecFor("int2vector", int2Codec, oids.int2)
/** Several oids, as in `pg_proc.proargtypes`. */
export const oidvectorCodec: Codec<number[]> = vectorCodecFor("oidvector", oidCodec, oids.oid)
