/**
 * The proleptic Gregorian calendar by arithmetic: days to year, month and day and back, over the whole range of
 * PostgreSQL's dates, without `Date`, whose UTC functions mistake the years 0 to 99.
 *
 * Days count from 2000-01-01, as on the wire. Years are astronomical: 1 BC is year 0, 44 BC is year -43. A civil date
 * travels packed into one 32-bit integer, so that taking a day number apart allocates nothing.
 *
 * @see https://www.postgresql.org/docs/current/datatype-datetime.html
 */

/** From 1970-01-01 to 2000-01-01. */
export const EPOCH_DAYS = 10957
/** From 1970-01-01 to 2000-01-01. */
export const EPOCH_SECONDS = 946_684_800
/** The length of every day that has no time zone. */
export const SECONDS_PER_DAY = 86_400
/** The first day a date or timestamp can have: 4714-11-24 BC. */
export const FIRST_DAY = -2_451_545
/** The last day a date can have: 5874897-12-31. */
export const LAST_DAY = 2_145_031_948
/** The last second a timestamp can have, from 2000-01-01: the end of 294276. */
export const LAST_SECOND = 9_223_371_331_199

/** 2000-01-01 as days since 0000-03-01, from where leap days end every cycle. */
const MARCH_EPOCH = 730_425
const DAYS_PER_ERA = 146_097
/** Makes any year of PostgreSQL's range positive, so that it packs into 23 bits. */
const YEAR_BIAS = 4800

/** The day number of a civil date that is known to exist. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month > 2 ? year : year - 1
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = (((month + 9) % 12) * 153 + 2) / 5
  const dayOfEra = yearOfEra * 365 + (yearOfEra >> 2) - ((yearOfEra / 100) | 0) + (dayOfYear | 0) + day - 1
  return era * DAYS_PER_ERA + dayOfEra - MARCH_EPOCH
}

/** The civil date of a day number between {@link FIRST_DAY} and {@link LAST_DAY}, packed. */
export function civilFromDays(days: number): number {
  const shifted = days + MARCH_EPOCH
  const era = Math.floor(shifted / DAYS_PER_ERA)
  const dayOfEra = shifted - era * DAYS_PER_ERA
  const leaps = ((dayOfEra / 1460) | 0) - ((dayOfEra / 36_524) | 0) + ((dayOfEra / 146_096) | 0)
  const yearOfEra = ((dayOfEra - leaps) / 365) | 0
  const dayOfYear = dayOfEra - (yearOfEra * 365 + (yearOfEra >> 2) - ((yearOfEra / 100) | 0))
  const marchMonth = ((5 * dayOfYear + 2) / 153) | 0
  const day = dayOfYear - (((153 * marchMonth + 2) / 5) | 0) + 1
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  const year = era * 400 + yearOfEra + (month < 3 ? 1 : 0)
  return ((year + YEAR_BIAS) << 9) | (month << 5) | day
}

/** The astronomical year of a packed civil date. */
export function yearOf(civil: number): number {
  return (civil >>> 9) - YEAR_BIAS
}

/** The month of a packed civil date, 1 to 12. */
export function monthOf(civil: number): number {
  return (civil >> 5) & 15
}

/** The day of the month of a packed civil date, 1 to 31. */
export function dayOf(civil: number): number {
  return civil & 31
}

/** Whether the calendar has this date. */
export function isCivilDate(year: number, month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}
