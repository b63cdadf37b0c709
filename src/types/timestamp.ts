/**
 * timestamp and timestamptz. A timestamptz is an instant and becomes a Date, which has milliseconds: microseconds are
 * cut off downwards. What a Date cannot be stays whole: `infinity` is the number Infinity, and an instant after the
 * year 275760 is its ISO text in UTC. A timestamp is a wall clock without a place, and stays the ISO text that the
 * server prints. Options give the ISO text in UTC for the one, a Date that takes the wall clock for UTC for the other.
 *
 * Both formats give the same value, whatever the session's TimeZone and (see date-styles.ts) DateStyle.
 *
 * @see https://www.postgresql.org/docs/current/datatype-datetime.html
 */

import type { ByteWriter } from "../base/byte-writer.ts"
import { BINARY } from "../base/format.ts"
import { DecodeError, EncodeError } from "../errors/client-error.ts"
import { EPOCH_SECONDS, FIRST_DAY, LAST_SECOND, SECONDS_PER_DAY } from "./calendar.ts"
import type { Codec } from "./codec.ts"
import { type DateStyleOptions, isoFromDateStyle } from "./date-styles.ts"
import { IsoReader } from "./iso-reader.ts"
import { isoTimestamp } from "./iso-text.ts"
import {
  INFINITY_HIGH,
  INFINITY_LOW,
  MINUS_INFINITY_HIGH,
  restMicros,
  wholeSeconds,
  writeInfinity,
  writeMicroseconds,
} from "./microseconds.ts"
import { temporalKind, temporalText } from "./temporal-input.ts"
import { onlyText } from "./text-form.ts"

const FIRST_SECOND = FIRST_DAY * SECONDS_PER_DAY
/** The first millisecond that is a timestamp, from 1970. */
const FIRST_TIME = (FIRST_SECOND + EPOCH_SECONDS) * 1000
/** The last millisecond that is a Date, from 1970. */
const LAST_DATE = 8.64e15

/** What a timestamp is decoded to: see the options; `±Infinity` and far years are the same under both. */
export type TimestampValue = Date | number | string

/** How timestamps are given to the caller. */
export interface TimestampOptions extends DateStyleOptions {
  /** A Date, or the ISO text with all its microseconds. */
  readonly as: "date" | "string"
}

/** Makes a value of what was read; `zone` is what ISO text ends in. */
type Build = (second: number, micros: number, zone: Zone) => TimestampValue
type Zone = "" | "+00"

/** timestamp, a wall clock: ISO text, or a Date that takes it for UTC. */
export function timestampCodecOf(options: TimestampOptions): Codec<TimestampValue> {
  return makeCodec("timestamp", "", ["PlainDateTime"], options)
}

/** timestamptz, an instant: a Date, or ISO text in UTC. */
export function timestamptzCodecOf(options: TimestampOptions): Codec<TimestampValue> {
  return makeCodec("timestamptz", "+00", ["Instant", "ZonedDateTime"], options)
}

/** timestamp as ISO text. */
export const timestampCodec: Codec<TimestampValue> = timestampCodecOf({ as: "string" })

/** timestamptz as a Date. */
export const timestamptzCodec: Codec<TimestampValue> = timestamptzCodecOf({ as: "date" })

function makeCodec(
  name: string,
  zone: Zone,
  kinds: readonly string[],
  options: TimestampOptions,
): Codec<TimestampValue> {
  const asDate = options.as === "date"
  const build: Build = asDate ? buildDate : isoTimestamp
  const reader = new IsoReader()
  const expected = `a Date, a string, ±Infinity or a Temporal.${kinds.join(" or Temporal.")}`
  const isTemporal = (value: unknown): boolean => kinds.includes(temporalKind(value) ?? "")
  return {
    name,
    resultFormat: BINARY,
    decodeText: (source, start, end) => {
      if (!reader.timestamp(source.bytes, start, end)) {
        const text = source.ascii(start, end)
        if (text === "infinity") return asDate ? Infinity : text
        if (text === "-infinity") return asDate ? -Infinity : text
        if (!reader.timestampOf(isoFromDateStyle(name, text, options))) {
          throw new DecodeError(name, "the text is not a timestamp")
        }
      }
      return build(reader.second, reader.micros, zone)
    },
    decodeBinary: (source, start, end) => {
      if (end - start !== 8) throw new DecodeError(name, `8 bytes expected, ${end - start} received`)
      const high = source.view.getInt32(start)
      const low = source.view.getUint32(start + 4)
      const second = wholeSeconds(high, low)
      if (second >= FIRST_SECOND && second <= LAST_SECOND) return build(second, restMicros(high, low), zone)
      if (high === INFINITY_HIGH && low === INFINITY_LOW) return asDate ? Infinity : "infinity"
      if (high === MINUS_INFINITY_HIGH && low === 0) return asDate ? -Infinity : "-infinity"
      throw new DecodeError(name, "the value is beyond the range of timestamps")
    },
    encodeText: (value) => {
      if (value instanceof Date) return dateText(value, name, zone)
      if (value === Infinity) return "infinity"
      if (value === -Infinity) return "-infinity"
      return isTemporal(value) ? temporalText(name, value) : onlyText(name, expected, value)
    },
    encodeBinary: (value, writer) => {
      if (value instanceof Date) return writeDate(value, name, writer)
      if (value === Infinity || value === "infinity") return writeInfinity(writer, 1)
      if (value === -Infinity || value === "-infinity") return writeInfinity(writer, -1)
      if (typeof value === "string") return writeIso(value, reader, zone, writer)
      return isTemporal(value) && writeIso(temporalText(name, value), reader, zone, writer)
    },
  }
}

/** The instant as a Date if there is one, else as text. */
function buildDate(second: number, micros: number): Date | string {
  const time = (second + EPOCH_SECONDS) * 1000 + Math.floor(micros / 1000)
  return time <= LAST_DATE ? new Date(time) : isoTimestamp(second, micros, "+00")
}

/** The milliseconds of a Date that the server has, too. */
function timeOf(date: Date, name: string): number {
  const time = date.getTime()
  if (time >= FIRST_TIME) return time
  throw new EncodeError(
    name,
    "a Date not before 4714-11-24 BC",
    Number.isNaN(time) ? "an invalid Date" : "an earlier one",
  )
}

function dateText(date: Date, name: string, zone: Zone): string {
  const time = timeOf(date, name)
  const second = Math.floor(time / 1000)
  return isoTimestamp(second - EPOCH_SECONDS, (time - second * 1000) * 1000, zone)
}

function writeDate(date: Date, name: string, writer: ByteWriter): boolean {
  const time = timeOf(date, name)
  const second = Math.floor(time / 1000)
  writeMicroseconds(writer, second - EPOCH_SECONDS, (time - second * 1000) * 1000)
  return true
}

/** Writes text in the server's own ISO form, the one form that means the same to every session; refuses any other. */
function writeIso(text: string, reader: IsoReader, zone: Zone, writer: ByteWriter): boolean {
  if (!reader.timestampOf(text) || reader.hasOffset !== (zone !== "")) return false
  writeMicroseconds(writer, reader.second, reader.micros)
  return true
}
