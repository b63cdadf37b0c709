/**
 * interval: months, days and microseconds, three numbers that PostgreSQL never mixes, because a month has no fixed number
 * of days and a day no fixed number of hours. `Interval` keeps them apart; its text is ISO 8601 as the server prints it
 * under IntervalStyle iso_8601. `infinity` (PostgreSQL 17) is the greatest value of all three, as on the wire.
 *
 * @see https://www.postgresql.org/docs/current/datatype-datetime.html#DATATYPE-INTERVAL-INPUT
 */

import type { ByteWriter } from "../base/byte-writer.ts"
import { BINARY } from "../base/format.ts"
import { DecodeError, EncodeError } from "../errors/client-error.ts"
import type { Codec } from "./codec.ts"
import { parseInterval } from "./interval-styles.ts"
import { isoFraction } from "./iso-text.ts"
import { temporalKind } from "./temporal-input.ts"
import { onlyText } from "./text-form.ts"

const NAME = "interval"
const EXPECTED = "an Interval or all of { months, days, microseconds }, a string or a Temporal.Duration"
const PARTS = ["months", "days", "microseconds"] as const
const MAX_32 = 0x7fff_ffff
const MIN_32 = -0x8000_0000
const MAX_64 = 0x7fff_ffff_ffff_ffffn
const MIN_64 = -0x8000_0000_0000_0000n
/** No style needs as many characters; the digits of a far longer number would take long to count. */
const LONGEST_TEXT = 1000
const MICROS_PER_HOUR = 3_600_000_000n
const MICROS_PER_MINUTE = 60_000_000n
const MICROS_PER_SECOND = 1_000_000n

/** Anything with the three parts of an interval; whole numbers, and all three have to be there. */
export interface IntervalLike {
  readonly months: number
  readonly days: number
  readonly microseconds: bigint | number
}

/** A span of time in PostgreSQL's own three parts. */
export class Interval implements IntervalLike {
  /** Longer than every other interval. */
  static readonly infinity: Interval = new this(MAX_32, MAX_32, MAX_64)
  /** Shorter than every other interval. */
  static readonly minusInfinity: Interval = new this(MIN_32, MIN_32, MIN_64)

  readonly months: number
  readonly days: number
  readonly microseconds: bigint

  /** @throws EncodeError when a part is not a whole number or beyond PostgreSQL's range. */
  constructor(months: number, days: number, microseconds: bigint | number) {
    this.months = wholeNumber(months, "months")
    this.days = wholeNumber(days, "days")
    this.microseconds = wholeMicroseconds(microseconds)
  }

  /** Reads text in any of the server's four IntervalStyles. @throws DecodeError for any other text. */
  static parse(text: string): Interval {
    return readInterval(text)
  }

  /** False for `infinity` and `-infinity`. */
  get isFinite(): boolean {
    const { months, days, microseconds } = this
    if (months === MAX_32) return !(days === MAX_32 && microseconds === MAX_64)
    return !(months === MIN_32 && days === MIN_32 && microseconds === MIN_64)
  }

  /** ISO 8601 as the server prints it: `P1Y2M3DT4H5M6.789S`, `PT0S`, `infinity`. */
  toString(): string {
    return formatInterval(this)
  }

  /** The same; JSON has no bigint. */
  toJSON(): string {
    return formatInterval(this)
  }
}

function readInterval(text: string): Interval {
  if (text === "infinity") return Interval.infinity
  if (text === "-infinity") return Interval.minusInfinity
  const parts = text.length > LONGEST_TEXT ? undefined : parseInterval(text)
  if (parts === undefined || !inRange(parts.months, parts.days, parts.microseconds)) {
    throw new DecodeError(NAME, "the text is not an interval in any of the server's styles")
  }
  return new Interval(parts.months, parts.days, parts.microseconds)
}

/** interval as an {@link Interval}. */
export const intervalCodec: Codec<Interval> = {
  name: NAME,
  resultFormat: BINARY,
  decodeText: (source, start, end) => Interval.parse(source.ascii(start, end)),
  decodeBinary: (source, start, end) => {
    if (end - start !== 16) throw new DecodeError(NAME, `16 bytes expected, ${end - start} received`)
    const { view } = source
    return new Interval(view.getInt32(start + 12), view.getInt32(start + 8), view.getBigInt64(start))
  },
  encodeText: (value) => {
    const interval = intervalOf(value)
    return interval === undefined ? textOrRefusal(value) : formatInterval(interval)
  },
  encodeBinary: (value, writer) => {
    const interval = intervalOf(value)
    return interval !== undefined && writeInterval(interval, writer)
  },
}

function writeInterval(interval: Interval, writer: ByteWriter): true {
  writer.int64(interval.microseconds)
  writer.int32(interval.days)
  writer.int32(interval.months)
  return true
}

function formatInterval(interval: Interval): string {
  if (!interval.isFinite) return interval.months > 0 ? "infinity" : "-infinity"
  const { months, days, microseconds } = interval
  const years = Math.trunc(months / 12)
  const date = part(years, "Y") + part(months % 12, "M") + part(days, "D")
  if (microseconds === 0n) return date === "" ? "PT0S" : `P${date}`
  const hours = microseconds / MICROS_PER_HOUR
  const minutes = (microseconds % MICROS_PER_HOUR) / MICROS_PER_MINUTE
  const rest = Number(microseconds % MICROS_PER_MINUTE)
  return `P${date}T${part(Number(hours), "H")}${part(Number(minutes), "M")}${rest === 0 ? "" : `${seconds(rest)}S`}`
}

function part(value: number, unit: string): string {
  return value === 0 ? "" : value + unit
}

function seconds(micros: number): string {
  const size = Math.abs(micros)
  const fraction = size % 1_000_000
  return (micros < 0 ? "-" : "") + Math.trunc(size / 1_000_000) + (fraction === 0 ? "" : isoFraction(fraction))
}

/** The interval that a value of one of the natural kinds stands for. */
function intervalOf(value: unknown): Interval | undefined {
  if (value instanceof Interval) return value
  if (typeof value !== "object" || value === null) return undefined
  if (temporalKind(value) === "Duration") return durationInterval(value as Record<string, number>)
  const { months, days, microseconds } = value as Partial<IntervalLike>
  if (months === undefined || days === undefined || microseconds === undefined) return undefined
  return new Interval(months, days, microseconds)
}

/** Passes text; says which parts an object lacks that has some. @throws EncodeError */
function textOrRefusal(value: unknown): string {
  if (typeof value === "object" && value !== null) {
    const missing = PARTS.filter((part) => (value as Partial<IntervalLike>)[part] === undefined)
    if (missing.length < PARTS.length) {
      throw new EncodeError(NAME, EXPECTED, `an object without ${missing.join(" and ")}`)
    }
  }
  return onlyText(NAME, EXPECTED, value)
}

/** A Temporal.Duration: years and months, weeks and days, hours and all below them. */
function durationInterval(duration: Readonly<Record<string, number>>): Interval {
  const unit = (name: string): number => duration[name] ?? 0
  if (unit("nanoseconds") % 1000 !== 0) {
    throw new EncodeError(NAME, "microseconds at most", "a Temporal.Duration with nanoseconds")
  }
  const micros =
    BigInt(unit("hours")) * MICROS_PER_HOUR +
    BigInt(unit("minutes")) * MICROS_PER_MINUTE +
    BigInt(unit("seconds")) * MICROS_PER_SECOND +
    BigInt(unit("milliseconds")) * 1000n +
    BigInt(unit("microseconds")) +
    BigInt(unit("nanoseconds") / 1000)
  return new Interval(unit("years") * 12 + unit("months"), unit("weeks") * 7 + unit("days"), micros)
}

function wholeNumber(value: unknown, part: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value <= MAX_32 && value >= MIN_32) return value + 0
  throw new EncodeError(NAME, `${part} that are a whole number of 32 bits`, "one that is not")
}

function wholeMicroseconds(value: unknown): bigint {
  const micros = typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : value
  if (typeof micros === "bigint" && micros <= MAX_64 && micros >= MIN_64) return micros
  throw new EncodeError(NAME, "microseconds that are a whole number of 64 bits", "one that is not")
}

function inRange(months: number, days: number, microseconds: bigint): boolean {
  return (
    months <= MAX_32 &&
    months >= MIN_32 &&
    days <= MAX_32 &&
    days >= MIN_32 &&
    microseconds <= MAX_64 &&
    microseconds >= MIN_64
  )
}
