/**
 * cube: a point or box in up to 100 dimensions, by two opposite corners; a point has the same corner twice. It is read as
 * text, because a database that was upgraded may have the extension in a version without a binary form.
 *
 *     header: dimensions, upper bit set for a point   first corner   second corner unless it is a point
 *     int32                                           float8 each    float8 each
 *
 * @see https://www.postgresql.org/docs/current/cube.html
 */

import type { ByteSource } from "../base/byte-source.ts"
import { TEXT } from "../base/format.ts"
import { DecodeError, EncodeError } from "../errors/client-error.ts"
import type { Codec } from "./codec.ts"
import { floatText } from "./float-text.ts"
import { textForm } from "./text-form.ts"

const NAME = "cube"
const POINT_BIT = 0x8000_0000
const MOST_DIMENSIONS = 100
const HEADER = 4
const TEXT_FORM = /^\(([^()]*)\)(?:,\(([^()]*)\))?$/

/** A point or box in n dimensions. */
export interface Cube {
  /** The first corner; usually, but not by rule, the lower left. */
  readonly lowerLeft: readonly number[]
  /** The opposite corner. */
  readonly upperRight: readonly number[]
}

/** cube as `{ lowerLeft, upperRight }`. */
export const cubeCodec: Codec<Cube> = {
  name: NAME,
  resultFormat: TEXT,
  decodeText: (source, start, end) => parseCube(source.ascii(start, end)),
  decodeBinary: decodeCube,
  encodeText: (value) => {
    const cube = cubeOf(value)
    if (cube === undefined) return textForm(NAME, "{ lowerLeft, upperRight } or a string", value)
    return `(${cube.lowerLeft.map(floatText).join()}),(${cube.upperRight.map(floatText).join()})`
  },
  encodeBinary: (value, writer) => {
    const cube = cubeOf(value)
    if (cube === undefined) return false
    const { lowerLeft, upperRight } = cube
    const isPoint = lowerLeft.every((number, i) => number === upperRight[i])
    writer.int32(lowerLeft.length + (isPoint ? POINT_BIT : 0))
    for (const number of lowerLeft) writer.float64(number)
    if (!isPoint) for (const number of upperRight) writer.float64(number)
    return true
  },
}

function decodeCube(source: ByteSource, start: number, end: number): Cube {
  const { view } = source
  if (end - start < HEADER) throw new DecodeError(NAME, "it has no header")
  const header = view.getUint32(start)
  const isPoint = header >= POINT_BIT
  const dimensions = isPoint ? header - POINT_BIT : header
  const corners = isPoint ? 1 : 2
  if (dimensions > MOST_DIMENSIONS || end - start !== HEADER + dimensions * corners * 8) {
    throw new DecodeError(NAME, "it has not as many coordinates as it says")
  }
  const lowerLeft = readCorner(source, start + HEADER, dimensions)
  const upperRight = isPoint ? lowerLeft.slice() : readCorner(source, start + HEADER + dimensions * 8, dimensions)
  return { lowerLeft, upperRight }
}

function readCorner(source: ByteSource, start: number, dimensions: number): number[] {
  const corner = new Array<number>(dimensions)
  for (let i = 0; i < dimensions; i++) corner[i] = source.view.getFloat64(start + i * 8)
  return corner
}

function parseCube(text: string): Cube {
  const [, first, second] = TEXT_FORM.exec(text) ?? []
  if (first === undefined) throw new DecodeError(NAME, "the text is not a cube")
  const lowerLeft = parseCorner(first)
  const upperRight = second === undefined ? lowerLeft.slice() : parseCorner(second)
  if (lowerLeft.length !== upperRight.length) throw new DecodeError(NAME, "its corners have different dimensions")
  return { lowerLeft, upperRight }
}

function parseCorner(text: string): number[] {
  if (text === "") return []
  return text.split(",").map((word) => {
    const trimmed = word.trim()
    const number = trimmed === "" ? Number.NaN : Number(trimmed)
    if (Number.isNaN(number) && trimmed !== "NaN") throw new DecodeError(NAME, "a coordinate is not a number")
    return number
  })
}

/** The value as a cube; undefined when it is of another kind. @throws EncodeError when its corners do not fit. */
function cubeOf(value: unknown): Cube | undefined {
  const { lowerLeft, upperRight } = Object(value) as Partial<Cube>
  if (!Array.isArray(lowerLeft) || !Array.isArray(upperRight)) return undefined
  if (lowerLeft.length === upperRight.length && lowerLeft.length <= MOST_DIMENSIONS) {
    if ([...lowerLeft, ...upperRight].every((number) => typeof number === "number")) return { lowerLeft, upperRight }
  }
  throw new EncodeError(NAME, "two corners of the same dimensions, at most 100, all numbers", "other corners")
}
