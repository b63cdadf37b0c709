/**
 * Dates and timestamps that a session printed in another DateStyle than ISO, turned into the ISO text: `SQL`
 * (`11/20/2026 10:00:00 UTC`), `Postgres` (`Fri Nov 20 10:00:00 2026 UTC`) and `German` (`20.11.2026 10:00:00 UTC`).
 * This is the rare path: the binary format has no style.
 *
 * Two things in these styles cannot be known from the text. Whether 03/04 is in March or April, which the session's
 * DateStyle tells; and what offset a zone abbreviation stands for, which only UTC and GMT tell. Both are refused
 * rather than guessed.
 *
 * @see https://www.postgresql.org/docs/current/datatype-datetime.html#DATATYPE-DATETIME-OUTPUT
 */

import { DecodeError } from "../errors/client-error.ts"

/** How the values of date types are to be read from text. */
export interface DateStyleOptions {
  /** The session's DateStyle as the server reports it (`"SQL, DMY"`): it tells whether the day or the month is first. */
  readonly dateStyle?: string
}

const TIME = "\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,6})?"
const ZONE = "[A-Za-z0-9:+-]+"
const SEPARATED = new RegExp(`^(\\d\\d)([/.-])(\\d\\d)\\2(\\d{4,})(?: (${TIME})(?: ?(${ZONE}))??)?( BC)?$`)
const WORDED = new RegExp(
  `^[A-Z][a-z]{2} (?:(\\d\\d) ([A-Z][a-z]{2})|([A-Z][a-z]{2}) (\\d\\d)) (${TIME}) (\\d{4,})(?: (${ZONE}))??( BC)?$`,
)
const NUMERIC_ZONE = /^([+-])(\d\d)(?::?(\d\d))?(?::?(\d\d))?$/
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

/** The ISO text of a value printed in another style. @throws DecodeError when it is none, or cannot be known. */
export function isoFromDateStyle(type: string, text: string, options: DateStyleOptions): string {
  const separated = SEPARATED.exec(text)
  if (separated !== null) {
    const [, first = "", separator, second = "", year = "", time, zone, era = ""] = separated
    const dayFirst = separator === "." || isDayFirst(type, first, second, options)
    const date = dayFirst ? `${year}-${second}-${first}` : `${year}-${first}-${second}`
    return date + (time === undefined ? "" : ` ${time}${isoZone(type, zone)}`) + era
  }
  const worded = WORDED.exec(text)
  if (worded === null) throw new DecodeError(type, "the text is not a date in any of the server's styles")
  const [, dayBefore, monthAfter, monthBefore, dayAfter, time = "", year = "", zone, era = ""] = worded
  const month = MONTHS.indexOf(monthAfter ?? monthBefore ?? "") + 1
  const date = `${year}-${String(month).padStart(2, "0")}-${dayBefore ?? dayAfter ?? ""}`
  return `${date} ${time}${isoZone(type, zone)}${era}`
}

function isDayFirst(type: string, first: string, second: string, options: DateStyleOptions): boolean {
  if (options.dateStyle !== undefined) return options.dateStyle.includes("DMY")
  if (first === second || second > "12") return false
  if (first > "12") return true
  throw new DecodeError(type, "the session's DateStyle does not show whether the day or the month is first; use ISO")
}

function isoZone(type: string, zone: string | undefined): string {
  if (zone === undefined) return ""
  if (zone === "UTC" || zone === "GMT") return "+00"
  const numeric = NUMERIC_ZONE.exec(zone)
  if (numeric === null) {
    throw new DecodeError(type, "the session's DateStyle names the time zone by an ambiguous abbreviation; use ISO")
  }
  const [, sign = "", hours = "", minutes, seconds] = numeric
  return sign + hours + (minutes === undefined ? "" : `:${minutes}`) + (seconds === undefined ? "" : `:${seconds}`)
}
