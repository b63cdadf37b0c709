/**
 * Dates and timestamps that a session printed in another DateStyle than ISO, turned into the ISO text: `SQL`
 * (`11/20/2026 10:00:00 UTC`), `Postgres` (`Fri Nov 20 10:00:00 2026 UTC`) and `German` (`20.11.2026 10:00:00 UTC`).
 * This is the rare path: the binary format has no style.
 *
 * Two things in these styles cannot be known from the text. Whether 03/04 is in March or April, which the session's
 * DateStyle tells; and what offset a zone abbreviation stands for, which only UTC and GMT tell, for others the session's
 * TimeZone. Without these settings both are refused rather than guessed.
 *
 * @see https://www.postgresql.org/docs/current/datatype-datetime.html#DATATYPE-DATETIME-OUTPUT
 */

import { ByteSource } from "../base/byte-source.ts"
import { DecodeError } from "../errors/client-error.ts"
import type { Codec } from "./codec.ts"
import { offsetAt } from "./time-zones.ts"

/** How the values of date types are to be read from text. */
export interface DateStyleOptions {
  /** The session's DateStyle as the server reports it (`"SQL, DMY"`): it tells whether the day or the month is first. */
  readonly dateStyle?: string | undefined
  /** The session's TimeZone as the server reports it: it tells what a zone's abbreviation stands for. */
  readonly timeZone?: string | undefined
}

const TIME = "\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,6})?"
const ZONE = "[A-Za-z0-9:+-]+"
/** No date has a longer year, and a Date none of ever so many digits. */
const YEAR = "\\d{4,7}"
const SEPARATED = new RegExp(`^(\\d\\d)([/.-])(\\d\\d)\\2(${YEAR})(?: (${TIME})(?: ?(${ZONE}))??)?( BC)?$`)
const WORDED = new RegExp(
  `^[A-Z][a-z]{2} (?:(\\d\\d) ([A-Z][a-z]{2})|([A-Z][a-z]{2}) (\\d\\d)) (${TIME}) (${YEAR})(?: (${ZONE}))??( BC)?$`,
)
const FAR_YEAR = 200_000
const NUMERIC_ZONE = /^([+-])(\d\d)(?::?(\d\d))?(?::?(\d\d))?$/
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

/** The ISO text of a value printed in another style. @throws DecodeError when it is none, or cannot be known. */
export function isoFromDateStyle(type: string, text: string, options: DateStyleOptions): string {
  const separated = SEPARATED.exec(text)
  if (separated !== null) {
    const [, first = "", separator, second = "", year = "", time, zone, era = ""] = separated
    const dayFirst = separator === "." || isDayFirst(type, first, second, options)
    const date = dayFirst ? `${year}-${second}-${first}` : `${year}-${first}-${second}`
    return date + (time === undefined ? "" : ` ${time}${isoZone(type, zone, date, time, era, options)}`) + era
  }
  const worded = WORDED.exec(text)
  if (worded === null) throw new DecodeError(type, "the text is not a date in any of the server's styles")
  const [, dayBefore, monthAfter, monthBefore, dayAfter, time = "", year = "", zone, era = ""] = worded
  const month = MONTHS.indexOf(monthAfter ?? monthBefore ?? "") + 1
  const date = `${year}-${String(month).padStart(2, "0")}-${dayBefore ?? dayAfter ?? ""}`
  return `${date} ${time}${isoZone(type, zone, date, time, era, options)}${era}`
}

function isDayFirst(type: string, first: string, second: string, options: DateStyleOptions): boolean {
  // A session that is in ISO by now has printed this in a style that nobody knows any more.
  if (options.dateStyle?.startsWith("ISO") === false) return options.dateStyle.includes("DMY")
  if (first === second || second > "12") return false
  if (first > "12") return true
  throw new DecodeError(type, "the session's DateStyle does not show whether the day or the month is first; use ISO")
}

function isoZone(
  type: string,
  zone: string | undefined,
  date: string,
  time: string,
  era: string,
  { timeZone }: DateStyleOptions,
): string {
  if (zone === undefined) return ""
  if (zone === "UTC" || zone === "GMT") return "+00"
  const numeric = NUMERIC_ZONE.exec(zone)
  if (numeric === null) {
    const wallClock = millisecondsOf(date, time, era)
    const offset = timeZone === undefined ? undefined : offsetAt(timeZone, wallClock, zone)
    if (offset !== undefined) return isoOffset(offset)
    throw new DecodeError(type, "the session's DateStyle names the time zone by an ambiguous abbreviation; use ISO")
  }
  const [, sign = "", hours = "", minutes, seconds] = numeric
  return sign + hours + (minutes === undefined ? "" : `:${minutes}`) + (seconds === undefined ? "" : `:${seconds}`)
}

/** A wall clock in ISO parts as if it were UTC, from 1970. */
function millisecondsOf(date: string, time: string, era: string): number {
  const [year = 0, month = 1, day = 1] = date.split("-").map(Number)
  const [hours = 0, minutes = 0, seconds = 0] = time.split(":").map(Number)
  const clock = new Date(0)
  // The calendar repeats every 400 years, and a Date does not reach as far as a timestamp.
  clock.setUTCFullYear(era === "" ? (year > FAR_YEAR ? (year % 400) + 2000 : year) : 1 - year, month - 1, day)
  clock.setUTCHours(hours, minutes, Math.floor(seconds))
  return clock.getTime()
}

/** Seconds east of Greenwich as the server writes them in ISO. */
function isoOffset(seconds: number): string {
  const size = Math.abs(seconds)
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0")
  const rest = size % 60 === 0 ? "" : `:${two(size % 60)}`
  return `${seconds < 0 ? "-" : "+"}${two(size / 3600)}:${two((size % 3600) / 60)}${rest}`
}

/**
 * A codec of dates or timestamps that reads what the session has printed in any style.
 * @param settings the session's, kept up to date
 */
export function inAnyStyle<T>(codec: Codec<T>, settings: ReadonlyMap<string, string>): Codec<T> {
  const { name, decodeText } = codec
  return {
    ...codec,
    decodeText: (source, start, end) => {
      // An ISO year has four digits and more; the other styles have something else in the third place.
      const third = end - start > 2 ? source.bytes[start + 2]! - 48 : -1
      if (third >= 0 && third <= 9) return decodeText(source, start, end)
      const text = source.ascii(start, end)
      if (text.endsWith("infinity")) return decodeText(source, start, end)
      const iso = isoFromDateStyle(name, text, {
        dateStyle: settings.get("DateStyle"),
        timeZone: settings.get("TimeZone"),
      })
      return decodeText(new ByteSource(asciiBytes(iso)), 0, iso.length)
    },
  }
}

function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}
