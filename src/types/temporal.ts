/**
 * The date and time types as Temporal objects, made with the runtime's own Temporal or with a polyfill handed in. All
 * microseconds are kept. What a Temporal object cannot be is given as it would be without: `infinity` as the number
 * Infinity, days and instants after the year 275760 and the time `24:00:00` as ISO text, an interval that is infinite or
 * has parts of both signs as an {@link Interval}.
 *
 * Temporal objects as parameters need none of this: every codec takes them.
 *
 * @see https://tc39.es/proposal-temporal/docs/
 */

import { civilFromDays, dayOf, EPOCH_DAYS, EPOCH_SECONDS, monthOf, SECONDS_PER_DAY, yearOf } from "./calendar.ts"
import type { Codec } from "./codec.ts"
import { dateCodecOf } from "./date.ts"
import type { DateStyleOptions } from "./date-styles.ts"
import { type Interval, intervalCodec } from "./interval.ts"
import { IsoReader } from "./iso-reader.ts"
import { timeCodec } from "./time.ts"
import { timestampCodecOf, timestamptzCodecOf } from "./timestamp.ts"

/** The last instant there is, in seconds from 2000-01-01. */
const LAST_INSTANT = 8.64e12 - EPOCH_SECONDS
/** The last day there is, from 2000-01-01. */
const LAST_PLAIN_DAY = 100_000_000 - EPOCH_DAYS
const MICROS_PER_SECOND = 1_000_000
const MICROS_PER_HOUR = 3_600_000_000n

type NumbersConstructor = new (...numbers: number[]) => object

/** What is needed of a Temporal namespace; the runtime's own and every polyfill have it. */
export interface TemporalNamespace {
  readonly Instant: { fromEpochNanoseconds(nanoseconds: bigint): object }
  readonly PlainDate: NumbersConstructor
  readonly PlainTime: NumbersConstructor
  readonly PlainDateTime: NumbersConstructor
  readonly Duration: NumbersConstructor
}

/** The codecs of the types that Temporal has objects for. */
export interface TemporalCodecs {
  readonly date: Codec<unknown>
  readonly time: Codec<unknown>
  readonly timestamp: Codec<unknown>
  readonly timestamptz: Codec<unknown>
  readonly interval: Codec<unknown>
}

/** The runtime's own Temporal; undefined where it has none. */
export function runtimeTemporal(): TemporalNamespace | undefined {
  return (globalThis as { readonly Temporal?: TemporalNamespace }).Temporal
}

/** date, time, timestamp, timestamptz and interval as objects of the given Temporal. */
export function temporalCodecs(temporal: TemporalNamespace, options: DateStyleOptions = {}): TemporalCodecs {
  const { Instant, PlainDate, PlainTime, PlainDateTime, Duration } = temporal
  const reader = new IsoReader()
  const asText = { ...options, as: "string" } as const

  const toDate = (text: unknown): unknown => {
    if (!reader.dateOf(String(text))) return infinity(text)
    if (reader.days > LAST_PLAIN_DAY) return text
    const civil = civilFromDays(reader.days)
    return new PlainDate(yearOf(civil), monthOf(civil), dayOf(civil))
  }

  const toTime = (text: unknown): unknown => {
    if (!reader.timeOf(String(text)) || reader.second === SECONDS_PER_DAY) return text
    return new PlainTime(...clock(reader.second, reader.micros))
  }

  const toDateTime = (text: unknown): unknown => {
    if (!reader.timestampOf(String(text))) return infinity(text)
    const days = Math.floor(reader.second / SECONDS_PER_DAY)
    if (days > LAST_PLAIN_DAY) return text
    const civil = civilFromDays(days)
    const time = clock(reader.second - days * SECONDS_PER_DAY, reader.micros)
    return new PlainDateTime(yearOf(civil), monthOf(civil), dayOf(civil), ...time)
  }

  const toInstant = (text: unknown): unknown => {
    if (!reader.timestampOf(String(text))) return infinity(text)
    const { second, micros } = reader
    if (second > LAST_INSTANT || (second === LAST_INSTANT && micros > 0)) return text
    const nanoseconds = BigInt(second + EPOCH_SECONDS) * 1_000_000_000n + BigInt(micros) * 1000n
    return Instant.fromEpochNanoseconds(nanoseconds)
  }

  const toDuration = (interval: Interval): unknown => {
    const { months, days, microseconds } = interval
    const hasPositive = months > 0 || days > 0 || microseconds > 0n
    const hasNegative = months < 0 || days < 0 || microseconds < 0n
    if (!interval.isFinite || (hasPositive && hasNegative)) return interval
    const hours = Number(microseconds / MICROS_PER_HOUR)
    const micros = Number(microseconds % MICROS_PER_HOUR)
    const time = clock(Math.trunc(micros / MICROS_PER_SECOND), micros % MICROS_PER_SECOND).slice(1)
    return new Duration(Math.trunc(months / 12), months % 12, 0, days, hours, ...time)
  }

  return {
    date: converted(dateCodecOf(options), toDate),
    time: converted(timeCodec, toTime),
    timestamp: converted(timestampCodecOf(asText), toDateTime),
    timestamptz: converted(timestamptzCodecOf(asText), toInstant),
    interval: converted(intervalCodec, toDuration),
  }
}

/** The same codec, with every value that is read made into another. */
function converted<T>(codec: Codec<T>, convert: (value: T) => unknown): Codec<unknown> {
  const { decodeText, decodeBinary } = codec
  return {
    ...codec,
    decodeText: (source, start, end) => convert(decodeText(source, start, end)),
    ...(decodeBinary && { decodeBinary: (source, start, end) => convert(decodeBinary(source, start, end)) }),
  }
}

function infinity(text: unknown): number {
  return text === "infinity" ? Infinity : -Infinity
}

/** Hours, minutes, seconds, milliseconds and microseconds, all of one sign. */
function clock(second: number, micros: number): number[] {
  return [
    Math.trunc(second / 3600),
    Math.trunc(second / 60) % 60,
    second % 60,
    Math.trunc(micros / 1000),
    micros % 1000,
  ]
}
