/**
 * date: a day without a time zone, so it stays the ISO text that the server prints and never becomes a Date, which
 * would show another day elsewhere. As a parameter a Date stands for its day in UTC.
 *
 * @see https://www.postgresql.org/docs/current/datatype-datetime.html
 */

import { BINARY } from "../base/format.ts"
import { DecodeError, EncodeError } from "../errors/client-error.ts"
import { EPOCH_DAYS, FIRST_DAY, LAST_DAY } from "./calendar.ts"
import type { Codec } from "./codec.ts"
import { type DateStyleOptions, isoFromDateStyle } from "./date-styles.ts"
import { IsoReader } from "./iso-reader.ts"
import { isoDate } from "./iso-text.ts"
import { temporalKind, temporalText } from "./temporal-input.ts"
import { onlyText } from "./text-form.ts"

const NAME = "date"
const INFINITY_DAYS = 0x7fff_ffff
const MINUS_INFINITY_DAYS = -0x8000_0000
const MS_PER_DAY = 86_400_000
const EXPECTED = "a string, a Date, ±Infinity or a Temporal.PlainDate"

/** date as ISO text: `2026-11-20`, `0044-03-15 BC`, `infinity`. */
export function dateCodecOf(options: DateStyleOptions): Codec<string> {
  const reader = new IsoReader()
  return {
    name: NAME,
    resultFormat: BINARY,
    decodeText: (source, start, end) => {
      const text = source.ascii(start, end)
      if (reader.date(source.bytes, start, end) || text === "infinity" || text === "-infinity") return text
      if (!reader.dateOf(isoFromDateStyle(NAME, text, options))) throw new DecodeError(NAME, "the text is not a date")
      return isoDate(reader.days)
    },
    decodeBinary: (source, start, end) => {
      if (end - start !== 4) throw new DecodeError(NAME, `4 bytes expected, ${end - start} received`)
      const days = source.view.getInt32(start)
      if (days >= FIRST_DAY && days <= LAST_DAY) return isoDate(days)
      if (days === INFINITY_DAYS) return "infinity"
      if (days === MINUS_INFINITY_DAYS) return "-infinity"
      throw new DecodeError(NAME, "the value is beyond the range of dates")
    },
    encodeText: (value) => {
      if (value instanceof Date) return isoDate(daysOf(value))
      if (value === Infinity) return "infinity"
      if (value === -Infinity) return "-infinity"
      return temporalKind(value) === "PlainDate" ? temporalText(NAME, value) : onlyText(NAME, EXPECTED, value)
    },
    encodeBinary: (value, writer) => {
      let days: number
      if (value instanceof Date) days = daysOf(value)
      else if (value === Infinity || value === "infinity") days = INFINITY_DAYS
      else if (value === -Infinity || value === "-infinity") days = MINUS_INFINITY_DAYS
      else if (typeof value === "string" ? reader.dateOf(value) : readTemporal(value, reader)) days = reader.days
      else return false
      writer.int32(days)
      return true
    },
  }
}

/** date as ISO text. */
export const dateCodec: Codec<string> = dateCodecOf({})

function readTemporal(value: unknown, reader: IsoReader): boolean {
  return temporalKind(value) === "PlainDate" && reader.dateOf(temporalText(NAME, value))
}

/** The day of a Date in UTC. */
function daysOf(date: Date): number {
  const days = Math.floor(date.getTime() / MS_PER_DAY) - EPOCH_DAYS
  if (days >= FIRST_DAY) return days
  throw new EncodeError(
    NAME,
    "a Date not before 4714-11-24 BC",
    Number.isNaN(days) ? "an invalid Date" : "an earlier one",
  )
}
