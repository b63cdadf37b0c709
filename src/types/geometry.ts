/**
 * The geometric types as plain objects: point, line, lseg, box, path, polygon and circle. All are made of float8, so
 * binary keeps every bit; the text is exact as long as the session's extra_float_digits is not below 1.
 *
 * A fixed number of coordinates makes a point, line, lseg, box or circle; a path and a polygon count their points, and
 * that count is checked against the bytes there.
 *
 * @see https://www.postgresql.org/docs/current/datatype-geometric.html
 */

import type { ByteSource } from "../base/byte-source.ts"
import type { ByteWriter } from "../base/byte-writer.ts"
import { BINARY } from "../base/format.ts"
import { DecodeError, EncodeError } from "../errors/client-error.ts"
import type { Codec } from "./codec.ts"
import { floatText } from "./float-text.ts"
import { textForm } from "./text-form.ts"

/** A point in the plane. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** The infinite line ax + by + c = 0. */
export interface Line {
  readonly a: number
  readonly b: number
  readonly c: number
}

/** A line segment. */
export interface LineSegment {
  readonly start: Point
  readonly end: Point
}

/** A rectangle by two opposite corners; the server gives the upper right as `high`, the lower left as `low`. */
export interface Box {
  readonly high: Point
  readonly low: Point
}

/** Points joined by line segments, the last with the first if it is closed. */
export interface Path {
  readonly closed: boolean
  readonly points: readonly Point[]
}

/** A polygon by its corners. */
export interface Polygon {
  readonly points: readonly Point[]
}

/** A circle. */
export interface Circle {
  readonly center: Point
  readonly radius: number
}

const COORDINATE = /[^(){}[\]<>,\s]+/g
const POINTS = /^(?:\((?:\(n,n\),)*\(n,n\)\)|\[(?:\(n,n\),)*\(n,n\)\])$/
const POINT_SIZE = 16

/** One shape of a fixed number of coordinates. */
interface Shape<T> {
  readonly name: string
  readonly expected: string
  /** Its text, an `n` for each coordinate. */
  readonly form: string
  /** Makes the object of its coordinates. */
  build(numbers: readonly number[]): T
  /** The coordinates of such an object; undefined where something is missing. */
  take(value: Readonly<Record<string, unknown>>): readonly unknown[]
}

/** point as `{ x, y }`. */
export const pointCodec: Codec<Point> = {
  ...shapeCodec<Point>({
    name: "point",
    expected: "{ x, y } or a string",
    form: "(n,n)",
    build: ([x, y]) => ({ x: x!, y: y! }),
    take: (value) => [value["x"], value["y"]],
  }),
  decodeBinary: (source, start, end) => {
    if (end - start !== POINT_SIZE) throw new DecodeError("point", `16 bytes expected, ${end - start} received`)
    return readPoint(source, start)
  },
}

/** line as `{ a, b, c }`. */
export const lineCodec: Codec<Line> = shapeCodec<Line>({
  name: "line",
  expected: "{ a, b, c } or a string",
  form: "{n,n,n}",
  build: ([a, b, c]) => ({ a: a!, b: b!, c: c! }),
  take: (value) => [value["a"], value["b"], value["c"]],
})

/** lseg as `{ start, end }`. */
export const lsegCodec: Codec<LineSegment> = shapeCodec<LineSegment>({
  name: "lseg",
  expected: "{ start: { x, y }, end: { x, y } } or a string",
  form: "[(n,n),(n,n)]",
  build: ([a, b, c, d]) => ({ start: { x: a!, y: b! }, end: { x: c!, y: d! } }),
  take: (value) => [...takePoint(value["start"]), ...takePoint(value["end"])],
})

/** box as `{ high, low }`; the only type whose arrays are separated by semicolons. */
export const boxCodec: Codec<Box> = {
  ...shapeCodec<Box>({
    name: "box",
    expected: "{ high: { x, y }, low: { x, y } } or a string",
    form: "(n,n),(n,n)",
    build: ([a, b, c, d]) => ({ high: { x: a!, y: b! }, low: { x: c!, y: d! } }),
    take: (value) => [...takePoint(value["high"]), ...takePoint(value["low"])],
  }),
  delimiter: ";",
}

/** circle as `{ center, radius }`. */
export const circleCodec: Codec<Circle> = shapeCodec<Circle>({
  name: "circle",
  expected: "{ center: { x, y }, radius } or a string",
  form: "<(n,n),n>",
  build: ([x, y, radius]) => ({ center: { x: x!, y: y! }, radius: radius! }),
  take: (value) => [...takePoint(value["center"]), value["radius"]],
})

/** path as `{ closed, points }`. */
export const pathCodec: Codec<Path> = {
  name: "path",
  resultFormat: BINARY,
  decodeText: (source, start, end) => {
    const text = source.ascii(start, end)
    return { closed: text.startsWith("("), points: parsePoints("path", text) }
  },
  decodeBinary: (source, start, end) => {
    const closed = end > start ? source.bytes[start]! : 2
    if (closed > 1) throw new DecodeError("path", "it is neither open nor closed")
    return { closed: closed === 1, points: readPoints("path", source, start + 1, end) }
  },
  encodeText: (value) => {
    const { closed } = Object(value) as Partial<Path>
    const points = takePoints("path", value)
    if (points === undefined || typeof closed !== "boolean") {
      return textForm("path", "{ closed, points } or a string", value)
    }
    return closed ? `(${formatPoints(points)})` : `[${formatPoints(points)}]`
  },
  encodeBinary: (value, writer) => {
    const { closed } = Object(value) as Partial<Path>
    const points = takePoints("path", value)
    if (points === undefined || typeof closed !== "boolean") return false
    writer.int8(closed ? 1 : 0)
    return writePoints(points, writer)
  },
}

/** polygon as `{ points }`. */
export const polygonCodec: Codec<Polygon> = {
  name: "polygon",
  resultFormat: BINARY,
  decodeText: (source, start, end) => ({ points: parsePoints("polygon", source.ascii(start, end)) }),
  decodeBinary: (source, start, end) => ({ points: readPoints("polygon", source, start, end) }),
  encodeText: (value) => {
    const points = takePoints("polygon", value)
    return points === undefined ? textForm("polygon", "{ points } or a string", value) : `(${formatPoints(points)})`
  },
  encodeBinary: (value, writer) => {
    const points = takePoints("polygon", value)
    return points !== undefined && writePoints(points, writer)
  },
}

function shapeCodec<T>(shape: Shape<T>): Codec<T> {
  const { name, expected, form } = shape
  const count = form.split("n").length - 1
  /** The coordinates of an object; undefined for any other value. */
  const take = (value: unknown): readonly number[] | undefined => {
    if (typeof value !== "object" || value === null) return undefined
    const numbers = shape.take(value as Record<string, unknown>)
    return numbers.length === count && numbers.every(isNumber) ? numbers : undefined
  }
  return {
    name,
    resultFormat: BINARY,
    decodeText: (source, start, end) => {
      const text = source.ascii(start, end)
      if (text.replace(COORDINATE, "n") !== form) throw new DecodeError(name, "the text is of another shape")
      return shape.build(parseNumbers(name, text))
    },
    decodeBinary: (source, start, end) => {
      if (end - start !== count * 8) throw new DecodeError(name, `${count * 8} bytes expected, ${end - start} received`)
      const numbers: number[] = []
      for (let at = start; at < end; at += 8) numbers.push(source.view.getFloat64(at))
      return shape.build(numbers)
    },
    encodeText: (value) => {
      const numbers = take(value)
      if (numbers === undefined) return textForm(name, expected, value)
      let at = 0
      return form.replace(/n/g, () => floatText(numbers[at++]!))
    },
    encodeBinary: (value, writer) => {
      const numbers = take(value)
      if (numbers === undefined) return false
      for (const number of numbers) writer.float64(number)
      return true
    },
  }
}

function parseNumbers(type: string, text: string): number[] {
  return (text.match(COORDINATE) ?? []).map((word) => {
    const number = Number(word)
    if (Number.isNaN(number) && word !== "NaN") throw new DecodeError(type, "a coordinate is not a number")
    return number
  })
}

function parsePoints(type: string, text: string): Point[] {
  if (!POINTS.test(text.replace(COORDINATE, "n"))) throw new DecodeError(type, "the text is not a list of points")
  const numbers = parseNumbers(type, text)
  const points: Point[] = []
  for (let at = 0; at < numbers.length; at += 2) points.push({ x: numbers[at]!, y: numbers[at + 1]! })
  return points
}

function readPoint(source: ByteSource, start: number): Point {
  return { x: source.view.getFloat64(start), y: source.view.getFloat64(start + 8) }
}

function readPoints(type: string, source: ByteSource, start: number, end: number): Point[] {
  const room = end - start - 4
  const count = room < 0 ? 0 : source.view.getInt32(start)
  if (count < 1 || room !== count * POINT_SIZE) throw new DecodeError(type, "it has not as many points as it says")
  const points = new Array<Point>(count)
  for (let i = 0; i < count; i++) points[i] = readPoint(source, start + 4 + i * POINT_SIZE)
  return points
}

function takePoint(value: unknown): readonly unknown[] {
  const { x, y } = Object(value) as Partial<Point>
  return [x, y]
}

/** The points of a path or polygon; undefined for any other value. */
function takePoints(type: string, value: unknown): readonly Point[] | undefined {
  if (typeof value !== "object" || value === null) return undefined
  const { points } = value as Partial<Polygon>
  if (!Array.isArray(points)) return undefined
  if (points.length > 0 && points.every((point) => takePoint(point).every(isNumber))) return points
  throw new EncodeError(type, "at least one point, each { x, y }", "other points")
}

function formatPoints(points: readonly Point[]): string {
  return points.map(({ x, y }) => `(${floatText(x)},${floatText(y)})`).join()
}

function writePoints(points: readonly Point[], writer: ByteWriter): true {
  writer.int32(points.length)
  for (const { x, y } of points) {
    writer.float64(x)
    writer.float64(y)
  }
  return true
}

function isNumber(value: unknown): value is number {
  return typeof value === "number"
}
