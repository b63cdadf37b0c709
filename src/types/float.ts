/**
 * float4 and float8. Infinities, NaN and the sign of zero are kept both ways. A float4 becomes the number with the
 * fewest digits that rounds to it (0.1, not 0.10000000149011612), as the server prints it, in both formats.
 * A number that lies half-way between two float4 is told by its decimal text, as in SQL: that may be off the middle.
 * With `extra_float_digits` below 1 the server itself shortens the text format; the binary one is always exact.
 *
 * @see https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-FLOAT
 */

import type { ByteSource } from "../base/byte-source.ts"
import type { ByteWriter } from "../base/byte-writer.ts"
import { BINARY } from "../base/format.ts"
import { DecodeError, describeValue, EncodeError } from "../errors/client-error.ts"
import type { Codec } from "./codec.ts"
import { compareDecimal } from "./decimal-order.ts"
import { floatText } from "./float-text.ts"
import { textForm } from "./text-form.ts"

const EXPECTED_FLOAT8 = "a number"
const EXPECTED_FLOAT4 = "a number within the range of a float4"
/** Every float4 is determined by nine significant digits. */
const FLOAT4_DIGITS = 9
/** No two decimals with this many digits are the same float4, unless it is a denormal one. */
const SAFE_DIGITS = 6
const SMALLEST_NORMAL = 2 ** -126
const HALFWAY_FROM_EVEN = /([02468])5(e.*)?$/
const MOST_DECIMALS = 8
/** No float is printed with as many characters; a float4 is compared digit by digit with what it was read from. */
const LONGEST_TEXT = 1000

function parse(type: string, source: ByteSource, start: number, end: number): number {
  const text = end - start <= LONGEST_TEXT ? source.ascii(start, end) : ""
  const value = Number(text)
  if (Number.isNaN(value) ? text !== "NaN" : text === "") throw new DecodeError(type, "expected a number")
  return value
}

/** The number with the fewest digits among those that round to this float4; of two the even one, as the server has it. */
export function shortestFloat4(value: number): number {
  if (value < 0) return -shortestFloat4(-value)
  if (value >= 1e-3 && value < 1e7) {
    let scale = 1
    for (let decimals = 0; decimals <= MOST_DECIMALS; decimals++) {
      const candidate = roundToEven(value * scale) / scale
      if (standsFor(candidate, value)) return candidate
      scale *= 10
    }
  }
  if (value === 0 || !Number.isFinite(value)) return value
  for (let digits = value < SMALLEST_NORMAL ? 1 : SAFE_DIGITS; digits < FLOAT4_DIGITS; digits++) {
    const candidate = withDigits(value, digits)
    if (standsFor(candidate, value)) return candidate
    const above = oneAbove(value, digits)
    if (standsFor(above, value)) return above
  }
  return Number(value.toPrecision(FLOAT4_DIGITS))
}

/** Whether a number's decimal text is this float4 and no neighbour of it: the very middle is not good enough. */
function standsFor(candidate: number, value: number): boolean {
  if (!isHalfway(candidate)) return Math.fround(candidate) === value
  const text = String(candidate)
  return nearestFloat4(text, candidate) === value && compareDecimal(text, candidate) !== 0
}

/** Whether a number lies in the middle between two float4. */
function isHalfway(value: number): boolean {
  const rounded = Math.fround(value)
  if (rounded === value || !Number.isFinite(rounded)) return false
  const mirrored = 2 * value - rounded
  return Math.fround(mirrored) === mirrored
}

/** The float4 nearest to a decimal text, which was read as this number: rounding twice can lead astray. */
function nearestFloat4(text: string, value: number): number {
  const rounded = Math.fround(value)
  if (!isHalfway(value)) return rounded
  const mirrored = 2 * value - rounded
  const order = compareDecimal(text, value)
  if (order === 0) return rounded
  return order > 0 ? Math.max(rounded, mirrored) : Math.min(rounded, mirrored)
}

function roundToEven(value: number): number {
  const up = Math.round(value)
  return up - value === 0.5 && up % 2 !== 0 ? up - 1 : up
}

/** The number rounded to some significant digits; `toPrecision` rounds what lies half-way up. */
function withDigits(value: number, digits: number): number {
  const longer = value.toPrecision(digits + 1)
  const halfway = Number(longer) === value && HALFWAY_FROM_EVEN.test(longer)
  return Number(halfway ? longer.replace(HALFWAY_FROM_EVEN, "$1$2") : value.toPrecision(digits))
}

/** The next number up with as many digits: above a power of two there is more room than below. */
function oneAbove(value: number, digits: number): number {
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e") as [string, string]
  return Number(`${Number(mantissa.replace(".", "")) + 1}e${Number(exponent) - digits + 1}`)
}

function decodeFloat4Text(source: ByteSource, start: number, end: number): number {
  const value = parse("float4", source, start, end)
  return shortestFloat4(nearestFloat4(source.ascii(start, end), value))
}

function decodeFloat4Binary(source: ByteSource, start: number, end: number): number {
  if (end - start !== 4) throw new DecodeError("float4", `expected 4 bytes, got ${end - start}`)
  return shortestFloat4(source.view.getFloat32(start))
}

/** Whether a float4 holds the number without overflowing to infinity or vanishing to zero. */
function fitsFloat4(value: number): boolean {
  const rounded = Math.fround(value)
  return Number.isFinite(rounded) ? rounded !== 0 || value === 0 : !Number.isFinite(value)
}

function encodeFloat4Text(value: unknown): string {
  if (typeof value === "number") {
    if (!fitsFloat4(value)) throw new EncodeError("float4", EXPECTED_FLOAT4, describeValue(value))
    return floatText(value)
  }
  return textForm("float4", EXPECTED_FLOAT4, value)
}

function encodeFloat4Binary(value: unknown, writer: ByteWriter): boolean {
  if (typeof value !== "number" || !fitsFloat4(value) || isHalfway(value)) return false
  writer.float32(value)
  return true
}

function decodeFloat8Text(source: ByteSource, start: number, end: number): number {
  return parse("float8", source, start, end)
}

function decodeFloat8Binary(source: ByteSource, start: number, end: number): number {
  if (end - start !== 8) throw new DecodeError("float8", `expected 8 bytes, got ${end - start}`)
  return source.view.getFloat64(start)
}

function encodeFloat8Text(value: unknown): string {
  return typeof value === "number" ? floatText(value) : textForm("float8", EXPECTED_FLOAT8, value)
}

function encodeFloat8Binary(value: unknown, writer: ByteWriter): boolean {
  if (typeof value !== "number") return false
  writer.float64(value)
  return true
}

/** float4 ↔ number. */
export const float4Codec: Codec<number> = {
  name: "float4",
  decodeText: decodeFloat4Text,
  decodeBinary: decodeFloat4Binary,
  encodeText: encodeFloat4Text,
  encodeBinary: encodeFloat4Binary,
  resultFormat: BINARY,
}

/** float8 ↔ number. */
export const float8Codec: Codec<number> = {
  name: "float8",
  decodeText: decodeFloat8Text,
  decodeBinary: decodeFloat8Binary,
  encodeText: encodeFloat8Text,
  encodeBinary: encodeFloat8Binary,
  resultFormat: BINARY,
}
