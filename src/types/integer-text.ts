/**
 * Integers as text, for all types that are integers inside: the digits the server sends, and the values and strings
 * that it would take. What is no integer or out of range is refused here; nothing is ever rounded.
 *
 * @see https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-CONSTANTS-NUMERIC
 */

import type { ByteSource } from "../base/byte-source.ts"
import { DecodeError, describeValue, EncodeError } from "../errors/client-error.ts"

/** The bounds of an integer type, both included. */
export interface IntegerRange {
  readonly type: string
  readonly min: bigint
  readonly max: bigint
  /** What fits, for errors. */
  readonly expected: string
}

const DECIMAL = /^[ \t-\r]*([+-]?)(\d(?:_?\d)*)[ \t-\r]*$/
/** What every version of the server reads alike; underscores and other radices came with PostgreSQL 16. */
const PLAIN = /^[ \t-\r]*[+-]?\d+[ \t-\r]*$/
const PREFIXED = /^[ \t-\r]*([+-]?)(0[xX](?:_?[\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+)[ \t-\r]*$/
/** No integer type has more digits; leading zeros and underscores aside, more cannot fit. */
const LONGEST = 1000

/** The bounds of a type with the words for them. */
export function integerRange(type: string, min: bigint, max: bigint): IntegerRange {
  return { type, min, max, expected: `an integer from ${min} to ${max}` }
}

/** The number that stands in at most 15 decimal digits; DecodeError for anything else. */
export function decodeDigits(type: string, source: ByteSource, start: number, end: number): number {
  const bytes = source.bytes
  const negative = start < end && bytes[start] === 0x2d
  let at = negative ? start + 1 : start
  const digits = end - at
  let value = 0
  if (digits > 0 && digits <= 15) {
    for (; at < end; at++) {
      const digit = bytes[at]! - 48
      if (digit < 0 || digit > 9) break
      value = value * 10 + digit
    }
    if (at === end) return negative && value !== 0 ? -value : value
  }
  throw new DecodeError(type, "expected an integer in decimal digits")
}

/** The integer a string stands for in PostgreSQL's notation, undefined when it is none. */
export function parseInteger(text: string): bigint | undefined {
  if (text.length > LONGEST) return undefined
  const match = DECIMAL.exec(text) ?? PREFIXED.exec(text)
  if (match === null) return undefined
  const value = BigInt(match[2]!.replaceAll("_", ""))
  return match[1] === "-" ? -value : value
}

/** The integer that a value is, undefined when it is none or an unsafe number, whose last digits are already lost. */
export function integerOf(value: unknown): bigint | undefined {
  switch (typeof value) {
    case "number":
      return Number.isSafeInteger(value) ? BigInt(value) : undefined
    case "bigint":
      return value
    case "string":
      return parseInteger(value)
    default:
      return undefined
  }
}

/** The same for what may be sent in binary: of strings, those that do not depend on the server's version. */
export function plainIntegerOf(value: unknown): bigint | undefined {
  return typeof value === "string" && !PLAIN.test(value) ? undefined : integerOf(value)
}

/** The text of an integer in range: a string as it is. @throws EncodeError when the value does not fit. */
export function integerText(range: IntegerRange, value: unknown): string {
  const integer = integerOf(value)
  if (integer === undefined || integer < range.min || integer > range.max) {
    throw new EncodeError(range.type, range.expected, describeMisfit(value, integer))
  }
  return typeof value === "string" ? value : String(integer)
}

function describeMisfit(value: unknown, integer: bigint | undefined): string {
  if (integer !== undefined) return "an integer out of range"
  if (typeof value === "number" && Number.isInteger(value)) return "an unsafe integer number; use a bigint"
  return describeValue(value)
}
