/**
 * The binary form of arrays, for any element codec. Announced sizes are checked against the bytes there before anything
 * is allocated. Elements are read in one flat loop and folded into their dimensions afterwards; for the commonest types
 * the loop reads them itself.
 *
 *     ndim  has-null  element oid  (size  lower bound) × ndim   (length or -1   bytes) × elements, last dimension first
 *     int32   int32      int32      int32    int32                  int32
 *
 * @see https://www.postgresql.org/docs/current/arrays.html
 */

import type { ByteSource } from "../base/byte-source.ts"
import type { ByteWriter } from "../base/byte-writer.ts"
import type { Oid } from "../base/format.ts"
import { DecodeError, EncodeError } from "../errors/client-error.ts"
import { dimensionsOf, lowerBoundsOf, MOST_DIMENSIONS, withLowerBounds } from "./array-shape.ts"
import type { Codec, Decode } from "./codec.ts"
import { float8Codec } from "./float.ts"
import { int4Codec, int8Codec } from "./int.ts"
import { textCodec } from "./text.ts"

const HEADER = 12
const DIMENSION = 8
const LENGTH = 4

/** Which loop reads the elements. */
const ANY = 0
const INT4 = 1
const INT8 = 2
const FLOAT8 = 3
const TEXT = 4
/** A loop's number joined with the length that its elements have to have. */
const INT4_OF_4 = 4 * 8 + INT4
const INT8_OF_8 = 8 * 8 + INT8
const FLOAT8_OF_8 = 8 * 8 + FLOAT8

function loopFor(decode: Decode<unknown>): number {
  switch (decode) {
    case int4Codec.decodeBinary:
      return INT4
    case int8Codec.decodeBinary:
      return INT8
    case float8Codec.decodeBinary:
      return FLOAT8
    case textCodec.decodeBinary:
      return TEXT
    default:
      return ANY
  }
}

/** Reads the binary form of arrays of an element type. */
export function arrayBinaryDecoder(name: string, decode: Decode<unknown>, keepBounds: boolean): Decode<unknown[]> {
  const loop = loopFor(decode)

  return (source, start, end) => {
    if (end - start < HEADER) throw new DecodeError(name, `expected at least ${HEADER} bytes, got ${end - start}`)
    const view = source.view
    const dimensions = view.getInt32(start)
    if (dimensions === 0) return []
    const first = start + HEADER + dimensions * DIMENSION
    if (dimensions < 0 || dimensions > MOST_DIMENSIONS || first > end) {
      throw new DecodeError(name, `${dimensions} dimensions announced in ${end - start} bytes`)
    }
    let count = 1
    for (let at = start + HEADER; at < first; at += DIMENSION) {
      const size = view.getInt32(at)
      count *= size
      if (size < 0 || count > (end - first) / LENGTH) {
        throw new DecodeError(name, "more elements announced than there are bytes")
      }
    }
    let elements = decodeElements(name, decode, loop, source, first, end, count)
    if (dimensions > 1) elements = fold(elements, view, start + HEADER, dimensions)
    return keepBounds ? withLowerBounds(elements, readLowerBounds(view, start + HEADER, dimensions)) : elements
  }
}

function decodeElements(
  name: string,
  decode: Decode<unknown>,
  loop: number,
  source: ByteSource,
  start: number,
  end: number,
  count: number,
): unknown[] {
  const view = source.view
  const elements: unknown[] = new Array(count)
  let at = start
  for (let i = 0; i < count; i++) {
    if (at + LENGTH > end) throw new DecodeError(name, "it ends before its last element")
    const length = view.getInt32(at)
    at += LENGTH
    if (length === -1) {
      elements[i] = null
      continue
    }
    const next = at + length
    if (length < 0 || next > end) throw new DecodeError(name, "an element is longer than the array")
    switch (length * 8 + loop) {
      case INT4_OF_4:
        elements[i] = view.getInt32(at)
        break
      case INT8_OF_8:
        elements[i] = view.getBigInt64(at)
        break
      case FLOAT8_OF_8:
        elements[i] = view.getFloat64(at)
        break
      default:
        elements[i] = loop === TEXT ? source.text(at, next) : decode(source, at, next)
    }
    at = next
  }
  if (at !== end) throw new DecodeError(name, "there are bytes behind its last element")
  return elements
}

/** Groups flat elements by the sizes of all dimensions but the first. */
function fold(flat: unknown[], view: DataView, sizesAt: number, dimensions: number): unknown[] {
  let elements = flat
  for (let level = dimensions - 1; level > 0; level--) {
    const size = view.getInt32(sizesAt + level * DIMENSION)
    const groups: unknown[] = []
    for (let from = 0; from < elements.length; from += size) groups.push(elements.slice(from, from + size))
    elements = groups
  }
  return elements
}

function readLowerBounds(view: DataView, sizesAt: number, dimensions: number): number[] {
  return Array.from({ length: dimensions }, (_, level) => view.getInt32(sizesAt + level * DIMENSION + 4))
}

/** Writes the binary form of an array; false and nothing written when an element has none. */
export function encodeArrayBinary(
  name: string,
  element: Codec,
  elementOid: Oid,
  value: ArrayLike<unknown>,
  writer: ByteWriter,
): boolean {
  const start = writer.length
  const sizes = dimensionsOf(name, value, element.takesArrays === true)
  const lowerBounds = lowerBoundsOf(value, sizes.length)
  writer.int32(sizes.length)
  const hasNull = writer.reserve(4)
  writer.int32(elementOid)
  for (let level = 0; level < sizes.length; level++) {
    writer.int32(sizes[level]!)
    writer.int32(lowerBounds === undefined ? 1 : lowerBounds[level]!)
  }
  const nulls = sizes.length === 0 ? 0 : encodeElements(element, value, sizes.length, writer)
  if (nulls < 0) {
    writer.truncate(start)
    return false
  }
  writer.patchInt32(hasNull, nulls > 0 ? 1 : 0)
  return true
}

/** Writes all elements. What a codec refuses is no failure here: the text form is asked next, and says which it is. */
function encodeElements(element: Codec, value: ArrayLike<unknown>, depth: number, writer: ByteWriter): number {
  try {
    return encodeLevel(element, value, depth, writer)
  } catch (error) {
    if (error instanceof EncodeError) return -1
    throw error
  }
}

/** Writes the elements below; returns how many were NULL, or -1 when one has no binary form. */
function encodeLevel(element: Codec, value: ArrayLike<unknown>, depth: number, writer: ByteWriter): number {
  const count = value.length
  let nulls = 0
  if (depth > 1) {
    for (let i = 0; i < count; i++) {
      const below = encodeLevel(element, value[i] as unknown[], depth - 1, writer)
      if (below < 0) return -1
      nulls += below
    }
    return nulls
  }
  if (element.encodeBinary === int4Codec.encodeBinary) return encodeInt4s(value, writer)
  for (let i = 0; i < count; i++) {
    const item = value[i]
    if (item === null) {
      writer.int32(-1)
      nulls++
      continue
    }
    const length = writer.reserve(LENGTH)
    if (item === undefined || !element.encodeBinary!(item, writer)) return -1
    writer.patchInt32(length, writer.length - length - LENGTH)
  }
  return nulls
}

function encodeInt4s(value: ArrayLike<unknown>, writer: ByteWriter): number {
  const count = value.length
  let nulls = 0
  writer.ensure(count * (LENGTH + 4))
  for (let i = 0; i < count; i++) {
    const item = value[i]
    if (typeof item === "number" && (item | 0) === item) {
      writer.int32(4)
      writer.int32(item)
    } else if (item === null) {
      writer.int32(-1)
      nulls++
    } else {
      const length = writer.reserve(LENGTH)
      if (!int4Codec.encodeBinary!(item, writer)) return -1
      writer.patchInt32(length, 4)
    }
  }
  return nulls
}
