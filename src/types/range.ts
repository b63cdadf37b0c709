/**
 * Any codec → the codec of its range type. A range is empty, or has two bounds, each of which may be absent (null) and
 * belongs to it or not. `infinity` as a bound of dates is a value, not the absence of one.
 *
 *     flags   (length   bound) for each bound that is there        [lower,"upper")   (,upper]   empty
 *     int8     int32    bytes
 *
 * @see https://www.postgresql.org/docs/current/rangetypes.html
 */

import type { ByteSource } from "../base/byte-source.ts"
import type { ByteWriter } from "../base/byte-writer.ts"
import { BINARY, TEXT } from "../base/format.ts"
import { DecodeError, EncodeError } from "../errors/client-error.ts"
import type { Codec } from "./codec.ts"
import { LiteralScanner, quoteElement } from "./literal-scanner.ts"
import { textForm } from "./text-form.ts"

const EMPTY = 0x01
const LOWER_INCLUSIVE = 0x02
const UPPER_INCLUSIVE = 0x04
const LOWER_UNBOUNDED = 0x08
const UPPER_UNBOUNDED = 0x10
const KNOWN_FLAGS = 0x1f

const COMMA = 0x2c
const OPEN_ROUND = 0x28
const CLOSE_ROUND = 0x29
const OPEN_SQUARE = 0x5b
const CLOSE_SQUARE = 0x5d
const EMPTY_WORD = "empty"

/** Which bounds belong to a range: square brackets say yes, round ones no. */
export type RangeBounds = "[)" | "[]" | "(]" | "()"

/** Anything that says what a range says; absent bounds are null, bounds are taken as `[)` unless told otherwise. */
export interface RangeLike<T = unknown> {
  readonly lower: T | null
  readonly upper: T | null
  readonly lowerInclusive?: boolean
  readonly upperInclusive?: boolean
  readonly empty?: boolean
}

/** A range of values. */
export class Range<T = unknown> implements RangeLike<T> {
  /** The lower bound; null when there is none. */
  readonly lower: T | null
  /** The upper bound; null when there is none. */
  readonly upper: T | null
  /** Whether the lower bound belongs to the range. */
  readonly lowerInclusive: boolean
  /** Whether the upper bound belongs to the range. */
  readonly upperInclusive: boolean
  /** Whether no value is in it; it then has no bounds. */
  readonly empty: boolean

  constructor(lower: T | null, upper: T | null, bounds: RangeBounds | "empty" = "[)") {
    this.empty = bounds === EMPTY_WORD
    this.lower = this.empty ? null : lower
    this.upper = this.empty ? null : upper
    this.lowerInclusive = this.lower !== null && bounds[0] === "["
    this.upperInclusive = this.upper !== null && bounds[1] === "]"
  }

  /** The range that no value is in. */
  static empty<T = unknown>(): Range<T> {
    return emptyRange()
  }
}

function emptyRange<T>(): Range<T> {
  return new Range<T>(null, null, EMPTY_WORD)
}

/** The codec of a range type; a multirange is made of it. */
export interface RangeCodec<T = unknown> extends Codec<Range<T>> {
  /** Reads the range that begins where the scanner stands, up to its closing bracket. */
  readonly readText: (scan: LiteralScanner) => Range<T>
}

/** The codec for the ranges of an element type. */
export function rangeOf<T>(element: Codec<T>, name: string): RangeCodec<T> {
  const { decodeBinary, encodeBinary, prefersText = false } = element
  const readText = (scan: LiteralScanner): Range<T> => readRange(scan, element)
  return {
    name,
    prefersText,
    resultFormat: decodeBinary === undefined || prefersText ? TEXT : BINARY,
    readText,
    decodeText: (source, start, end) => {
      if (end - start === EMPTY_WORD.length && source.ascii(start, end) === EMPTY_WORD) return Range.empty<T>()
      const scan = new LiteralScanner(name, source, start, end)
      const range = readText(scan)
      scan.finish()
      return range
    },
    encodeText: (value) => {
      const range = rangeLike(name, value)
      return range === undefined
        ? textForm(name, "a Range or { lower, upper }, or text such as [1,10)", value)
        : rangeText(range, element)
    },
    ...(decodeBinary && {
      decodeBinary: (source, start, end) => decodeRange(name, decodeBinary, source, start, end),
    }),
    ...(encodeBinary && {
      encodeBinary: (value, writer) => {
        const range = rangeLike(name, value)
        return range !== undefined && writeRange(range, encodeBinary, writer)
      },
    }),
  }
}

function readRange<T>(scan: LiteralScanner, element: Codec<T>): Range<T> {
  const lowerInclusive = scan.take(OPEN_SQUARE)
  if (!lowerInclusive) scan.expect(OPEN_ROUND)
  scan.element(COMMA, COMMA)
  const lower = readBound(scan, element)
  scan.expect(COMMA)
  scan.element(CLOSE_ROUND, CLOSE_SQUARE)
  const upper = readBound(scan, element)
  const upperInclusive = scan.take(CLOSE_SQUARE)
  if (!upperInclusive) scan.expect(CLOSE_ROUND)
  return new Range(lower, upper, boundsOf(lowerInclusive, upperInclusive))
}

function readBound<T>(scan: LiteralScanner, element: Codec<T>): T | null {
  if (scan.start === scan.end && !scan.quoted) return null
  return element.decodeText(scan.source, scan.start, scan.end)
}

function decodeRange<T>(
  name: string,
  decode: NonNullable<Codec<T>["decodeBinary"]>,
  source: ByteSource,
  start: number,
  end: number,
): Range<T> {
  const flags = end > start ? source.bytes[start]! : -1
  if (flags < 0 || (flags & ~KNOWN_FLAGS) !== 0) throw new DecodeError(name, "its flags are unknown")
  let at = start + 1
  let lower: T | null = null
  let upper: T | null = null
  if ((flags & (EMPTY | LOWER_UNBOUNDED)) === 0) {
    const next = boundEnd(name, source, at, end)
    lower = decode(source, at + 4, next)
    at = next
  }
  if ((flags & (EMPTY | UPPER_UNBOUNDED)) === 0) {
    const next = boundEnd(name, source, at, end)
    upper = decode(source, at + 4, next)
    at = next
  }
  if (at !== end) throw new DecodeError(name, "there are bytes behind its bounds")
  if ((flags & EMPTY) !== 0) return Range.empty<T>()
  return new Range(lower, upper, boundsOf((flags & LOWER_INCLUSIVE) !== 0, (flags & UPPER_INCLUSIVE) !== 0))
}

/** Where the bound ends whose length stands here. */
function boundEnd(name: string, source: ByteSource, at: number, end: number): number {
  const length = at + 4 <= end ? source.view.getInt32(at) : -1
  if (length < 0 || length > end - at - 4) throw new DecodeError(name, "a bound is longer than the range")
  return at + 4 + length
}

function boundsOf(lowerInclusive: boolean, upperInclusive: boolean): RangeBounds {
  if (lowerInclusive) return upperInclusive ? "[]" : "[)"
  return upperInclusive ? "(]" : "()"
}

/** The value as a range; undefined when it is of another kind. @throws EncodeError when a bound is left out. */
function rangeLike(name: string, value: unknown): Range | undefined {
  if (value instanceof Range) return value
  if (typeof value !== "object" || value === null) return undefined
  const { lower, upper, lowerInclusive = true, upperInclusive = false, empty } = value as Partial<RangeLike>
  if (empty === true) return Range.empty()
  if (lower === undefined && upper === undefined) return undefined
  if (lower === undefined || upper === undefined) {
    throw new EncodeError(name, "two bounds, null for one that is absent", "one bound only")
  }
  return new Range(lower, upper, boundsOf(lowerInclusive, upperInclusive))
}

function rangeText(range: Range, element: Codec): string {
  if (range.empty) return EMPTY_WORD
  const lower = range.lower === null ? "" : quoteElement(element.encodeText(range.lower))
  const upper = range.upper === null ? "" : quoteElement(element.encodeText(range.upper))
  return `${range.lowerInclusive ? "[" : "("}${lower},${upper}${range.upperInclusive ? "]" : ")"}`
}

function writeRange(range: Range, encode: NonNullable<Codec["encodeBinary"]>, writer: ByteWriter): boolean {
  const start = writer.length
  if (range.empty) {
    writer.int8(EMPTY)
    return true
  }
  const { lower, upper } = range
  writer.int8(
    (range.lowerInclusive ? LOWER_INCLUSIVE : 0) |
      (range.upperInclusive ? UPPER_INCLUSIVE : 0) |
      (lower === null ? LOWER_UNBOUNDED : 0) |
      (upper === null ? UPPER_UNBOUNDED : 0),
  )
  if (writeBound(lower, encode, writer) && writeBound(upper, encode, writer)) return true
  writer.truncate(start)
  return false
}

function writeBound(bound: unknown, encode: NonNullable<Codec["encodeBinary"]>, writer: ByteWriter): boolean {
  if (bound === null) return true
  const length = writer.reserve(4)
  if (!encode(bound, writer)) return false
  writer.patchInt32(length, writer.length - length - 4)
  return true
}
