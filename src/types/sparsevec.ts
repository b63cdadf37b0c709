/**
 * pgvector's sparsevec: the elements that are not zero, with their indices. In JavaScript, as in the binary form, indices
 * begin at 0; in the text form they begin at 1.
 *
 *     dimensions   count   unused   index × count   value × count        {1:1.5,3:2}/5
 *       int32      int32   int32    int32 each      float4 each
 *
 * @see https://github.com/pgvector/pgvector
 */

import type { ByteSource } from "../base/byte-source.ts"
import type { ByteWriter } from "../base/byte-writer.ts"
import { BINARY } from "../base/format.ts"
import { DecodeError, EncodeError } from "../errors/client-error.ts"
import type { Codec } from "./codec.ts"
import { textForm } from "./text-form.ts"

const NAME = "sparsevec"
const HEADER = 12
/** The bytes of an index and a value. */
const ELEMENT = 8
const MOST_DIMENSIONS = 0x7fff_ffff
const TEXT_FORM = /^\{(.*)\}\/(\d{1,10})$/
const TEXT_ELEMENT = /^(\d{1,10}):(-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)$/

/** A vector by its elements that are not zero. */
export interface SparseVector {
  /** How many elements there are in all. */
  readonly dimensions: number
  /** Where the given elements stand, from 0, ascending. */
  readonly indices: readonly number[]
  /** The elements at these indices, in 32 bits each. */
  readonly values: readonly number[]
}

/** sparsevec as `{ dimensions, indices, values }`. */
export const sparsevecCodec: Codec<SparseVector> = {
  name: NAME,
  resultFormat: BINARY,
  decodeText: (source, start, end) => parseSparse(source.ascii(start, end)),
  decodeBinary: decodeSparse,
  encodeText: (value) => {
    const vector = sparseOf(value)
    if (vector === undefined) return textForm(NAME, "{ dimensions, indices, values } or a string", value)
    const elements = vector.indices.map((index, i) => `${index + 1}:${vector.values[i]}`)
    return `{${elements.join()}}/${vector.dimensions}`
  },
  encodeBinary: (value, writer) => {
    const vector = sparseOf(value)
    return vector !== undefined && writeSparse(vector, writer)
  },
}

function decodeSparse(source: ByteSource, start: number, end: number): SparseVector {
  const { view } = source
  const dimensions = end - start < HEADER ? 0 : view.getInt32(start)
  const count = dimensions < 1 ? -1 : view.getInt32(start + 4)
  if (count < 0 || end - start !== HEADER + count * ELEMENT) {
    throw new DecodeError(NAME, "it has not as many elements as it says")
  }
  const indices = new Array<number>(count)
  const values = new Array<number>(count)
  const valuesAt = start + HEADER + count * 4
  let previous = -1
  for (let i = 0; i < count; i++) {
    const index = view.getInt32(start + HEADER + i * 4)
    if (index <= previous || index >= dimensions) throw new DecodeError(NAME, "its indices are out of order or range")
    previous = index
    indices[i] = index
    values[i] = view.getFloat32(valuesAt + i * 4)
  }
  return { dimensions, indices, values }
}

function parseSparse(text: string): SparseVector {
  const [, elements, size] = TEXT_FORM.exec(text) ?? []
  if (elements === undefined || size === undefined) throw new DecodeError(NAME, "the text is not a sparse vector")
  const dimensions = Number(size)
  const indices: number[] = []
  const values: number[] = []
  let previous = -1
  for (const element of elements === "" ? [] : elements.split(",")) {
    const [, position, value] = TEXT_ELEMENT.exec(element) ?? []
    const index = Number(position) - 1
    if (value === undefined || index <= previous || index >= dimensions) {
      throw new DecodeError(NAME, "its elements are malformed, or out of order or range")
    }
    previous = index
    indices.push(index)
    values.push(Math.fround(Number(value)))
  }
  return { dimensions, indices, values }
}

/** The value as a vector without zeros; undefined when it is of another kind. @throws EncodeError when it does not fit. */
function sparseOf(value: unknown): SparseVector | undefined {
  const { dimensions, indices, values } = Object(value) as Partial<SparseVector>
  if (dimensions === undefined || !isList(indices) || !isList(values)) return undefined
  const kept: number[] = []
  const elements: number[] = []
  let previous = -1
  let fits = isIndex(dimensions, MOST_DIMENSIONS) && dimensions > 0 && indices.length === values.length
  for (let i = 0; i < indices.length && fits; i++) {
    const index = indices[i]
    const element = values[i]
    fits = isIndex(index, dimensions - 1) && index > previous && typeof element === "number"
    if (!fits) break
    previous = index as number
    const rounded = Math.fround(element as number)
    fits = Number.isFinite(rounded)
    if (rounded !== 0) {
      kept.push(previous)
      elements.push(rounded)
    }
  }
  if (fits) return { dimensions, indices: kept, values: elements }
  throw new EncodeError(NAME, "ascending indices from 0, and as many finite numbers", "others")
}

function writeSparse(vector: SparseVector, writer: ByteWriter): true {
  const { dimensions, indices, values } = vector
  writer.ensure(HEADER + indices.length * ELEMENT)
  writer.int32(dimensions)
  writer.int32(indices.length)
  writer.int32(0)
  for (const index of indices) writer.int32(index)
  for (const value of values) writer.float32(value)
  return true
}

function isIndex(value: unknown, most: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))
}
