/**
 * The text of dates and timestamps to a Date: in local time unless it says its offset, infinity as a number, null for
 * what is not a date. Fractions of a millisecond are cut off.
 *
 * @see https://www.postgresql.org/docs/current/datatype-datetime.html#DATATYPE-DATETIME-OUTPUT
 */

const TIMESTAMP = /(\d+)-(\d{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2})(\.\d+)?.*?( BC)?$/
const DATE = /^(\d+)-(\d{2})-(\d{2})( BC)?$/
const OFFSET = /([Z+-])(\d{2})?:?(\d{2})?:?(\d{2})?/

/** A Date, a number for the infinities, or null. */
export function parseDate(text: string): Date | number | null {
  if (text === "infinity") return Number.POSITIVE_INFINITY
  if (text === "-infinity") return Number.NEGATIVE_INFINITY
  const parts = TIMESTAMP.exec(text)
  if (parts === null) return parseDay(text)
  const [, year, month, day, hour, minute, second, fraction, era] = parts
  return makeDate(
    era === undefined ? Number(year) : 1 - Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    fraction === undefined ? 0 : 1000 * Number(fraction),
    offsetMs(text),
  )
}

/** A Date from its fields: in local time when there is no offset. */
export function makeDate(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  ms: number,
  offset: number | undefined,
): Date {
  // Years below 100 would be taken for those of the twentieth century.
  const isShort = year >= 0 && year < 100
  if (offset === undefined) {
    const local = new Date(year, month, day, hour, minute, second, ms)
    if (isShort) local.setFullYear(year)
    return local
  }
  const date = new Date(Date.UTC(year, month, day, hour, minute, second, ms))
  if (isShort) date.setUTCFullYear(year)
  if (offset !== 0) date.setTime(date.getTime() - offset)
  return date
}

function parseDay(text: string): Date | null {
  const parts = DATE.exec(text)
  if (parts === null) return null
  const [, year, month, day, era] = parts
  return makeDate(
    era === undefined ? Number(year) : 1 - Number(year),
    Number(month) - 1,
    Number(day),
    0,
    0,
    0,
    0,
    undefined,
  )
}

function offsetMs(text: string): number | undefined {
  if (text.endsWith("+00")) return 0
  const parts = OFFSET.exec(text.split(" ")[1]!)
  if (parts === null) return undefined
  const [, sign, hours, minutes = "0", seconds = "0"] = parts
  if (sign === "Z") return 0
  const total = Number.parseInt(hours!, 10) * 3600 + Number(minutes) * 60 + Number(seconds)
  return (sign === "-" ? -total : total) * 1000
}
