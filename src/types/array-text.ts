/**
 * The text form of arrays, for any element codec: `{1,NULL,"a b"}`, nested for more dimensions, with the bounds in front
 * (`[0:1]={…}`) when they are not the usual ones.
 *
 * @see https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
 */

import { describeValue, EncodeError } from "../errors/client-error.ts"
import { dimensionsOf, lowerBoundsOf, MOST_DIMENSIONS, withLowerBounds } from "./array-shape.ts"
import type { Codec, Decode } from "./codec.ts"
import { LiteralScanner, quoteElement } from "./literal-scanner.ts"

const OPEN = 0x7b
const CLOSE = 0x7d
const OPEN_BOUNDS = 0x5b
const CLOSE_BOUNDS = 0x5d
const COLON = 0x3a
const EQUALS = 0x3d

/** Reads the text form of arrays of an element type. */
export function arrayTextDecoder(name: string, element: Codec, keepBounds: boolean): Decode<unknown[]> {
  const { decodeText } = element
  const delimiter = (element.delimiter ?? ",").charCodeAt(0)

  function readLevel(scan: LiteralScanner, depth: number): unknown[] {
    if (depth > MOST_DIMENSIONS) scan.fail("more dimensions than an array can have")
    scan.expect(OPEN)
    const elements: unknown[] = []
    if (scan.take(CLOSE)) return elements
    do {
      if (scan.peek() === OPEN) {
        elements.push(readLevel(scan, depth + 1))
        continue
      }
      scan.element(delimiter, CLOSE)
      if (scan.isNull()) elements.push(null)
      else if (scan.start === scan.end && !scan.quoted) scan.fail("an element is missing")
      else elements.push(decodeText(scan.source, scan.start, scan.end))
    } while (scan.take(delimiter))
    scan.expect(CLOSE)
    return elements
  }

  return (source, start, end) => {
    const scan = new LiteralScanner(name, source, start, end)
    const lowerBounds = readLowerBounds(scan)
    const elements = readLevel(scan, 1)
    scan.finish()
    return keepBounds ? withLowerBounds(elements, lowerBounds) : elements
  }
}

/** Reads the bounds in front of the array: `[0:2][1:3]=`. */
function readLowerBounds(scan: LiteralScanner): number[] {
  const lowerBounds: number[] = []
  while (scan.take(OPEN_BOUNDS)) {
    if (lowerBounds.length === MOST_DIMENSIONS) scan.fail("more dimensions than an array can have")
    scan.element(COLON, COLON)
    const bound = Number(scan.source.ascii(scan.start, scan.end))
    if (!Number.isInteger(bound)) scan.fail("a lower bound is no integer")
    lowerBounds.push(bound)
    scan.element(CLOSE_BOUNDS, CLOSE_BOUNDS)
    scan.expect(CLOSE_BOUNDS)
  }
  if (lowerBounds.length > 0) scan.expect(EQUALS)
  return lowerBounds
}

/** The text form of an array. @throws EncodeError for ragged nesting and for elements that do not fit. */
export function arrayText(name: string, element: Codec, value: ArrayLike<unknown>): string {
  const sizes = dimensionsOf(name, value, element.takesArrays === true)
  if (sizes.length === 0) return "{}"
  const text = levelText(name, element, value, sizes.length)
  const lowerBounds = lowerBoundsOf(value, sizes.length)
  if (lowerBounds === undefined) return text
  const bounds = lowerBounds.map((bound, level) => `[${bound}:${bound + sizes[level]! - 1}]`)
  return `${bounds.join("")}=${text}`
}

function levelText(name: string, element: Codec, value: ArrayLike<unknown>, depth: number): string {
  const delimiter = element.delimiter ?? ","
  let text = "{"
  for (let i = 0; i < value.length; i++) {
    if (i > 0) text += delimiter
    const item = value[i]
    try {
      if (depth > 1) text += levelText(name, element, item as unknown[], depth - 1)
      else text += elementText(name, element, item)
    } catch (error) {
      throw error instanceof EncodeError ? error.within(i) : error
    }
  }
  return `${text}}`
}

function elementText(name: string, element: Codec, item: unknown): string {
  if (item === null) return "NULL"
  if (item === undefined) throw new EncodeError(name, "null for NULL", "an undefined element")
  if (Array.isArray(item) && element.takesArrays !== true) {
    throw new EncodeError(name, "nested arrays of one depth", describeValue(item))
  }
  return quoteElement(element.encodeText(item), element.delimiter)
}
