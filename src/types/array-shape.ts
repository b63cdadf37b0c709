/**
 * The shape of SQL arrays: how many elements in each dimension, and where counting starts. JavaScript arrays nest where
 * SQL has dimensions, so every inner array has to be of one length; six dimensions are the server's limit.
 *
 * @see https://www.postgresql.org/docs/current/arrays.html
 */

import { describeValue, EncodeError } from "../errors/client-error.ts"

/** The most dimensions an array can have. */
export const MOST_DIMENSIONS = 6

/** An array that starts counting elsewhere than at 1, as in `[0:2]={a,b,c}`; made when lower bounds are asked for. */
export class BoundedArray<T> extends Array<T> {
  /** The index of the first element in each dimension. */
  lowerBounds: readonly number[] = []

  /** Derived arrays (map, slice, …) are plain ones: their bounds would be wrong. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array
  }
}

/** The elements as an array that remembers its lower bounds; a plain one when they are all 1. */
export function withLowerBounds<T>(elements: T[], lowerBounds: readonly number[]): T[] {
  if (lowerBounds.every((bound) => bound === 1)) return elements
  const bounded = new BoundedArray<T>()
  for (const element of elements) bounded.push(element)
  bounded.lowerBounds = lowerBounds
  return bounded
}

/** The lower bounds to send, undefined when they are the usual ones. */
export function lowerBoundsOf(value: ArrayLike<unknown>, dimensions: number): readonly number[] | undefined {
  if (!(value instanceof BoundedArray) || value.lowerBounds.length !== dimensions) return undefined
  return value.lowerBounds
}

/** A value that is an SQL array: an array, or a typed array of numbers or bigints. */
export function isArrayLike(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))
}

/**
 * The number of elements in each dimension, `[]` for an empty array.
 * @throws EncodeError when inner arrays differ in length or depth, or lie too deep.
 */
export function dimensionsOf(name: string, value: ArrayLike<unknown>, takesArrays: boolean): number[] {
  const sizes: number[] = []
  for (let level: unknown = value; ; level = level[0]) {
    if (!isArrayLike(level) || (sizes.length > 0 && (takesArrays || !Array.isArray(level)))) break
    sizes.push(level.length)
    if (sizes.length > MOST_DIMENSIONS) {
      throw new EncodeError(name, `at most ${MOST_DIMENSIONS} dimensions`, "arrays nested deeper")
    }
  }
  if (sizes.length > 1) checkLevel(name, value, sizes, 0)
  return sizes.includes(0) ? [] : sizes
}

function checkLevel(name: string, value: unknown, sizes: readonly number[], level: number): void {
  if (!Array.isArray(value) || value.length !== sizes[level]) {
    throw new EncodeError(
      name,
      `nested arrays of one length, here ${sizes[level]}`,
      Array.isArray(value) ? `one of ${value.length}` : describeValue(value),
    )
  }
  if (level + 1 < sizes.length) for (const inner of value) checkLevel(name, inner, sizes, level + 1)
}
