/**
 * numeric ↔ its exact decimal text: all digits and the scale are kept, with NaN and the infinities; on request a number.
 * The text format is read by default because that is what the string is; the binary one counts in base 10000.
 *
 *     ndigits  weight  sign  dscale  digit × ndigits          value = Σ digit[i] · 10000^(weight − i)
 *       int16   int16  int16  int16   int16 each              dscale = decimals to show
 *
 * @see https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-NUMERIC-DECIMAL
 */

import type { ByteSource } from "../base/byte-source.ts"
import type { ByteWriter } from "../base/byte-writer.ts"
import { TEXT } from "../base/format.ts"
import { DecodeError, describeValue, EncodeError } from "../errors/client-error.ts"
import type { Codec } from "./codec.ts"
import { parseInteger } from "./integer-text.ts"

const HEADER = 8
const NEGATIVE = 0x4000
const NAN = 0xc000
const INFINITY = 0xd000
const NEGATIVE_INFINITY = 0xf000
const LARGEST_SCALE = 0x3fff
const LARGEST_WEIGHT = 0x7fff
const DECIMAL = /^[ \t-\r]*[+-]?(?:\d(?:_?\d)*(?:\.(?:\d(?:_?\d)*)?)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?[ \t-\r]*$/
const SPECIAL = /^[ \t-\r]*(?:nan|[+-]?inf(?:inity)?)[ \t-\r]*$/i
const PLAIN = /^(-?)(\d*)(?:\.(\d*))?$/
const EXPECTED = "a number, a bigint or a string in decimal digits"

function decodeText(source: ByteSource, start: number, end: number): string {
  return source.ascii(start, end)
}

function decodeBinary(source: ByteSource, start: number, end: number): string {
  if (end - start < HEADER) throw new DecodeError("numeric", `expected at least ${HEADER} bytes, got ${end - start}`)
  const view = source.view
  const count = view.getUint16(start)
  const weight = view.getInt16(start + 2)
  const sign = view.getUint16(start + 4)
  const scale = view.getUint16(start + 6)
  const first = start + HEADER
  if (end - first !== count * 2) throw new DecodeError("numeric", `${count} digits announced in ${end - first} bytes`)
  switch (sign) {
    case 0:
    case NEGATIVE:
      break
    case NAN:
      return "NaN"
    case INFINITY:
      return "Infinity"
    case NEGATIVE_INFINITY:
      return "-Infinity"
    default:
      throw new DecodeError("numeric", "unknown sign")
  }
  if (scale > LARGEST_SCALE) throw new DecodeError("numeric", "the scale is out of range")
  let text = sign === NEGATIVE ? "-" : ""
  if (weight < 0 || count === 0) text += "0"
  else {
    text += digitAt(source, first, count, 0)
    for (let i = 1; i <= weight && i < count; i++) text += fourDigits(digitAt(source, first, count, i))
    if (weight >= count) text += "0000".repeat(weight - count + 1)
  }
  return scale === 0 ? text : `${text}.${fraction(source, first, count, weight, scale)}`
}

/** The `scale` decimals behind the point. */
function fraction(source: ByteSource, first: number, count: number, weight: number, scale: number): string {
  let text = ""
  let i = weight + 1
  if (i < 0) {
    text = "0000".repeat(Math.min(-i, (scale >> 2) + 1))
    i = 0
  }
  while (text.length < scale && i < count) text += fourDigits(digitAt(source, first, count, i++))
  return text.length >= scale ? text.slice(0, scale) : text.padEnd(scale, "0")
}

function digitAt(source: ByteSource, first: number, count: number, index: number): number {
  if (index >= count) return 0
  const digit = source.view.getUint16(first + index * 2)
  if (digit > 9999) throw new DecodeError("numeric", "a digit is out of range")
  return digit
}

function fourDigits(digit: number): string {
  if (digit >= 1000) return String(digit)
  if (digit >= 100) return `0${digit}`
  return digit >= 10 ? `00${digit}` : `000${digit}`
}

function encodeText(value: unknown): string {
  switch (typeof value) {
    case "number":
    case "bigint":
      return String(value)
    case "string":
      if (DECIMAL.test(value) || SPECIAL.test(value) || parseInteger(value) !== undefined) return value
  }
  throw new EncodeError("numeric", EXPECTED, describeValue(value))
}

function encodeBinary(value: unknown, writer: ByteWriter): boolean {
  switch (typeof value) {
    case "number":
      if (Number.isNaN(value)) return writeSpecial(NAN, writer)
      if (value === Infinity) return writeSpecial(INFINITY, writer)
      if (value === -Infinity) return writeSpecial(NEGATIVE_INFINITY, writer)
      return writeDecimal(String(value), writer)
    case "bigint":
      return writeDecimal(String(value), writer)
    case "string":
      return writeDecimal(value, writer)
    default:
      return false
  }
}

function writeSpecial(sign: number, writer: ByteWriter): true {
  writer.int32(0)
  writer.int16(sign)
  writer.int16(0)
  return true
}

/** Writes plain decimal digits; other notations are left to the server. */
function writeDecimal(text: string, writer: ByteWriter): boolean {
  const match = PLAIN.exec(text)
  if (match === null) return false
  const whole = match[2]!
  const decimals = match[3] ?? ""
  if (whole.length + decimals.length === 0 || decimals.length > LARGEST_SCALE) return false
  const digits = whole.padStart(whole.length + ((4 - (whole.length & 3)) & 3), "0") + padToFour(decimals)
  const weightOfFirst = ((whole.length + 3) >> 2) - 1
  let from = 0
  let to = digits.length
  while (from < to && groupAt(digits, from) === 0) from += 4
  while (to > from && groupAt(digits, to - 4) === 0) to -= 4
  const weight = from === to ? 0 : weightOfFirst - (from >> 2)
  if (weight > LARGEST_WEIGHT) return false
  writer.int16((to - from) >> 2)
  writer.int16(weight)
  writer.int16(match[1] === "-" && from < to ? NEGATIVE : 0)
  writer.int16(decimals.length)
  for (let at = from; at < to; at += 4) writer.int16(groupAt(digits, at))
  return true
}

function padToFour(decimals: string): string {
  return decimals.padEnd(decimals.length + ((4 - (decimals.length & 3)) & 3), "0")
}

/** Four decimal digits as one of base 10000. */
function groupAt(digits: string, at: number): number {
  return (
    (digits.charCodeAt(at) - 48) * 1000 +
    (digits.charCodeAt(at + 1) - 48) * 100 +
    (digits.charCodeAt(at + 2) - 48) * 10 +
    (digits.charCodeAt(at + 3) - 48)
  )
}

function toNumber(text: string): number {
  const value = Number(text)
  if (Number.isNaN(value) && text !== "NaN") throw new DecodeError("numeric", "expected a decimal number")
  return value
}

/** numeric ↔ string, exact. */
export const numericCodec: Codec<string> = {
  name: "numeric",
  decodeText,
  decodeBinary,
  encodeText,
  encodeBinary,
  resultFormat: TEXT,
}

/** numeric as the nearest number, for those who asked for it. */
export const numericAsNumberCodec: Codec<number> = {
  ...numericCodec,
  decodeText: (source, start, end) => toNumber(decodeText(source, start, end)),
  decodeBinary: (source, start, end) => toNumber(decodeBinary(source, start, end)),
}
