/**
 * pgvector's vector and halfvec: as an array of numbers, or a Float32Array on request. Both formats give the numbers
 * that the server computes with: those of 32 bits, and for halfvec of 16. Going in, numbers are rounded to that as any
 * client does; one that is not finite or too large is refused, like an empty vector.
 *
 *     dimensions   unused   elements
 *       uint16     uint16   float4 each, halfvec: 2 bytes each        [1,2.5,-3]
 *
 * @see https://github.com/pgvector/pgvector
 */

import type { ByteSource } from "../base/byte-source.ts"
import type { ByteWriter } from "../base/byte-writer.ts"
import { BINARY } from "../base/format.ts"
import { DecodeError, describeValue, EncodeError } from "../errors/client-error.ts"
import type { Codec } from "./codec.ts"
import { floatText } from "./float-text.ts"
import { halfOfNumber, numberOfHalf } from "./half-float.ts"
import { textForm } from "./text-form.ts"

const HEADER = 4
/** What the count can say; where the extension's own limit lies is its business. */
const MOST_DIMENSIONS = 0x7fff
/** The bits of infinity in half precision, without sign. */
const INFINITE_HALF = 0x7c00
const EXPECTED = "a non-empty array, Float32Array or Float64Array of finite numbers, or text such as [1,2,3]"
const ELEMENT = /^-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/

/** How vectors are given to the caller. */
export interface VectorOptions {
  /** Plain arrays, or Float32Array, which takes a third of the memory. */
  readonly as: "array" | "float32"
}

/** A vector's elements. */
export type VectorValue = number[] | Float32Array<ArrayBuffer>

/** What differs between the two types. */
interface Kind {
  readonly name: string
  /** Bytes of an element. */
  readonly size: 2 | 4
}

const VECTOR: Kind = { name: "vector", size: 4 }
const HALFVEC: Kind = { name: "halfvec", size: 2 }

/** vector, elements of 32 bits. */
export function vectorCodecOf(options: VectorOptions): Codec<VectorValue> {
  return makeCodec(VECTOR, options)
}

/** halfvec, elements of 16 bits. */
export function halfvecCodecOf(options: VectorOptions): Codec<VectorValue> {
  return makeCodec(HALFVEC, options)
}

/** vector as an array of numbers. */
export const vectorCodec: Codec<VectorValue> = vectorCodecOf({ as: "array" })

/** halfvec as an array of numbers. */
export const halfvecCodec: Codec<VectorValue> = halfvecCodecOf({ as: "array" })

function makeCodec(kind: Kind, options: VectorOptions): Codec<VectorValue> {
  const { name, size } = kind
  const make =
    options.as === "array" ? (count: number) => new Array<number>(count) : (count: number) => new Float32Array(count)
  return {
    name,
    takesArrays: true,
    resultFormat: BINARY,
    decodeText: (source, start, end) => {
      const words = splitVector(name, source.ascii(start, end))
      const vector = make(words.length)
      for (let i = 0; i < words.length; i++) vector[i] = parseElement(kind, words[i]!)
      return vector
    },
    decodeBinary: (source, start, end) => {
      const count = end - start < HEADER ? -1 : source.view.getUint16(start)
      if (count < 0 || end - start !== HEADER + count * size) {
        throw new DecodeError(name, "it has not as many elements as it says")
      }
      const vector = make(count)
      if (size === 4) readSingles(source, start + HEADER, count, vector)
      else readHalves(source, start + HEADER, count, vector)
      return vector
    },
    encodeText: (value) =>
      isNumberList(value)
        ? `[${Array.from(checkedElements(kind, value), floatText).join()}]`
        : textForm(name, EXPECTED, value),
    encodeBinary: (value, writer) => isNumberList(value) && writeVector(kind, value, writer),
  }
}

function readSingles(source: ByteSource, start: number, count: number, vector: VectorValue): void {
  const { view } = source
  for (let i = 0; i < count; i++) vector[i] = view.getFloat32(start + i * 4)
}

function readHalves(source: ByteSource, start: number, count: number, vector: VectorValue): void {
  const { view } = source
  for (let i = 0; i < count; i++) vector[i] = numberOfHalf(view.getUint16(start + i * 2))
}

function splitVector(name: string, text: string): string[] {
  if (!text.startsWith("[") || !text.endsWith("]")) throw new DecodeError(name, "the text is not a vector")
  return text.slice(1, -1).split(",")
}

/** An element as both formats give it: exactly the number that the server has. */
function parseElement({ name, size }: Kind, word: string): number {
  if (!ELEMENT.test(word)) throw new DecodeError(name, "an element is not a number")
  return size === 4 ? Math.fround(Number(word)) : numberOfHalf(halfOfNumber(Number(word)))
}

function writeVector(kind: Kind, value: ArrayLike<unknown>, writer: ByteWriter): true {
  const numbers = checkedElements(kind, value)
  const count = numbers.length
  writer.ensure(HEADER + count * kind.size)
  writer.int16(count)
  writer.int16(0)
  if (kind.size === 4) for (let i = 0; i < count; i++) writer.float32(numbers[i]!)
  else for (let i = 0; i < count; i++) writer.int16(halfOfNumber(numbers[i]!))
  return true
}

/** The value itself, once each of its elements is known to fit. */
function checkedElements(kind: Kind, value: ArrayLike<unknown>): readonly number[] {
  const count = value.length
  let fits = count > 0 && count <= MOST_DIMENSIONS
  for (let i = 0; i < count && fits; i++) {
    const element = value[i]
    fits = typeof element === "number" && isInRange(element, kind.size)
  }
  if (fits) return value as readonly number[]
  throw new EncodeError(kind.name, EXPECTED, count > 0 ? "elements that do not fit" : describeValue(value))
}

function isInRange(value: number, size: 2 | 4): boolean {
  if (size === 4) return Number.isFinite(Math.fround(value))
  return Number.isFinite(value) && (halfOfNumber(value) & INFINITE_HALF) !== INFINITE_HALF
}

function isNumberList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || value instanceof Float32Array || value instanceof Float64Array
}
