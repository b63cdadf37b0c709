/**
 * Dates and times as text, exactly as the server prints them under DateStyle ISO: at least four digits of the year,
 * no trailing zeros in the fraction, ` BC` at the very end. The years 1000 to 9999 are made in one `fromCharCode`,
 * which gives a flat string of its own without a native call.
 *
 * @see https://www.postgresql.org/docs/current/datatype-datetime.html#DATATYPE-DATETIME-OUTPUT
 */

import { civilFromDays, dayOf, monthOf, SECONDS_PER_DAY, yearOf } from "./calendar.ts"

const { fromCharCode } = String
const DASH = 45
const SPACE = 32
const COLON = 58
const POINT = 46
const ZERO = 48

/** `2026-11-20`, `0044-03-15 BC`: the date of a day number from 2000-01-01. */
export function isoDate(days: number): string {
  const civil = civilFromDays(days)
  const year = yearOf(civil)
  const month = monthOf(civil)
  const day = dayOf(civil)
  if (year < 1000 || year > 9999) {
    return year > 0
      ? `${longYear(year)}-${two(month)}-${two(day)}`
      : `${longYear(1 - year)}-${two(month)}-${two(day)} BC`
  }
  const century = (year / 100) | 0
  const rest = year - century * 100
  // biome-ignore format: as it is printed
  return fromCharCode(
    tens(century), ones(century), tens(rest), ones(rest), DASH, tens(month), ones(month), DASH, tens(day), ones(day),
  )
}

/** `10:00:00.5`: a time of day; 86,400 seconds are `24:00:00`. */
export function isoTime(second: number, micros: number): string {
  const hours = (second / 3600) | 0
  const minutes = ((second / 60) | 0) % 60
  const seconds = second % 60
  // biome-ignore format: as it is printed
  const time = fromCharCode(
    tens(hours), ones(hours), COLON, tens(minutes), ones(minutes), COLON, tens(seconds), ones(seconds),
  )
  return micros === 0 ? time : time + isoFraction(micros)
}

/** `.5`, `.000001`: the fraction of a second that is not zero, without trailing zeros. */
export function isoFraction(micros: number): string {
  const text = `.${String(micros).padStart(6, "0")}`
  return text.slice(0, fractionEnd(micros, text.length))
}

/** `2026-11-20 10:00:00.123456`: whole seconds from 2000-01-01 and microseconds; `zone` stands before ` BC`. */
export function isoTimestamp(second: number, micros: number, zone: "" | "+00"): string {
  const days = Math.floor(second / SECONDS_PER_DAY)
  const time = second - days * SECONDS_PER_DAY
  const civil = civilFromDays(days)
  const year = yearOf(civil)
  if (year < 1000 || year > 9999) {
    const date = isoDate(days)
    const clock = ` ${isoTime(time, micros)}${zone}`
    return year > 0 ? date + clock : `${date.slice(0, -3)}${clock} BC`
  }
  const text = flatTimestamp(civil, year, time, micros)
  return zone === "" ? text : text + zone
}

/** `+05:30:15`: an offset in seconds east of Greenwich, with no more parts than it needs. */
export function isoOffset(east: number): string {
  const seconds = Math.abs(east)
  const hours = two((seconds / 3600) | 0)
  const minutes = ((seconds / 60) | 0) % 60
  const rest = seconds % 60
  const sign = east < 0 ? "-" : "+"
  if (rest !== 0) return `${sign}${hours}:${two(minutes)}:${two(rest)}`
  return minutes === 0 ? sign + hours : `${sign}${hours}:${two(minutes)}`
}

/** The two lists of characters stand apart, because strings that are joined or cut take longer to make and to send. */
function flatTimestamp(civil: number, year: number, time: number, micros: number): string {
  const century = (year / 100) | 0
  const rest = year - century * 100
  const month = monthOf(civil)
  const day = dayOf(civil)
  const hours = (time / 3600) | 0
  const minutes = ((time / 60) | 0) % 60
  const seconds = time % 60
  if (micros === 0) {
    // biome-ignore format: as it is printed
    return fromCharCode(
      tens(century), ones(century), tens(rest), ones(rest), DASH, tens(month), ones(month), DASH, tens(day), ones(day),
      SPACE, tens(hours), ones(hours), COLON, tens(minutes), ones(minutes), COLON, tens(seconds), ones(seconds),
    )
  }
  const high = (micros / 10_000) | 0
  const middle = ((micros / 100) | 0) % 100
  const low = micros % 100
  // biome-ignore format: as it is printed
  const text = fromCharCode(
    tens(century), ones(century), tens(rest), ones(rest), DASH, tens(month), ones(month), DASH, tens(day), ones(day),
    SPACE, tens(hours), ones(hours), COLON, tens(minutes), ones(minutes), COLON, tens(seconds), ones(seconds),
    POINT, tens(high), ones(high), tens(middle), ones(middle), tens(low), ones(low),
  )
  return micros % 10 === 0 ? text.slice(0, fractionEnd(micros, text.length)) : text
}

/** Where a text that ends in six digits of `micros` ends without their trailing zeros. */
function fractionEnd(micros: number, length: number): number {
  let end = length
  for (let rest = micros; rest % 10 === 0; rest /= 10) end--
  return end
}

function tens(pair: number): number {
  return ((pair / 10) | 0) + ZERO
}

function ones(pair: number): number {
  return (pair % 10) + ZERO
}

function two(pair: number): string {
  return fromCharCode(tens(pair), ones(pair))
}

function longYear(year: number): string {
  return String(year).padStart(4, "0")
}
