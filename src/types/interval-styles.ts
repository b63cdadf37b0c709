/**
 * The text of an interval in all four IntervalStyles, told apart by their looks:
 *
 *     postgres            1 year 2 mons -3 days +04:05:06.789
 *     postgres_verbose    @ 1 year 2 mons -3 days 4 hours 5 mins 6.789 secs ago
 *     sql_standard        +1-2 -3 +4:05:06.789     (one sign for all when there is only one)
 *     iso_8601            P1Y2M-3DT4H5M6.789S
 *
 * It reads what the server prints, and no other ways to write an interval. Microseconds are counted in BigInt, because
 * the greatest interval has more than a number can hold exactly.
 *
 * @see https://www.postgresql.org/docs/current/datatype-datetime.html#DATATYPE-INTERVAL-OUTPUT
 */

const ISO =
  /^P(?:(-?\d+)Y)?(?:(-?\d+)M)?(?:(-?\d+)W)?(?:(-?\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?\d+(?:\.\d{1,6})?)S)?)?$/
const CLOCK = /^([+-]?)(\d+):(\d\d):(\d\d(?:\.\d{1,6})?)$/
const SQL_MONTHS = /^(-?)(\d+)-(\d+)$/
const SQL_DAYS = /^(-?)(\d+) (\d+:\d\d:\d\d(?:\.\d{1,6})?)$/
const SQL_MIXED = /^([+-]\d+-\d+) ([+-]\d+) ([+-]\d+:\d\d:\d\d(?:\.\d{1,6})?)$/
const SECONDS = /^[+-]?\d+(?:\.\d{1,6})?$/
const WHOLE = /^[+-]?\d+$/

const MICROS_PER_SECOND = 1_000_000n
const MICROS_PER_MINUTE = 60_000_000n
const MICROS_PER_HOUR = 3_600_000_000n

/** The three parts of an interval, not checked against PostgreSQL's limits. */
interface IntervalParts {
  months: number
  days: number
  microseconds: bigint
}

/** The parts of an interval in any of the four styles; undefined for other text. */
export function parseInterval(text: string): IntervalParts | undefined {
  if (text.startsWith("P")) return parseIso(text)
  if (text.startsWith("@ ")) return parseVerbose(text)
  return parseSql(text) ?? parseWords(text)
}

function parseIso(text: string): IntervalParts | undefined {
  const match = ISO.exec(text)
  if (match === null || text.length < 3 || text.endsWith("T")) return undefined
  const [, years = "0", months = "0", weeks = "0", days = "0", hours = "0", minutes = "0", seconds = "0"] = match
  return {
    months: Number(years) * 12 + Number(months),
    days: Number(weeks) * 7 + Number(days),
    microseconds: BigInt(hours) * MICROS_PER_HOUR + BigInt(minutes) * MICROS_PER_MINUTE + micros(seconds),
  }
}

function parseVerbose(text: string): IntervalParts | undefined {
  const ago = text.endsWith(" ago")
  const parts =
    text === "@ 0" ? { months: 0, days: 0, microseconds: 0n } : parseWords(text.slice(2, ago ? -4 : undefined))
  if (parts === undefined || !ago) return parts
  return { months: 0 - parts.months, days: 0 - parts.days, microseconds: -parts.microseconds }
}

/** The forms of sql_standard; `0` is one of them, and a clock alone stands in the style postgres, too. */
function parseSql(text: string): IntervalParts | undefined {
  if (text === "0") return { months: 0, days: 0, microseconds: 0n }
  if (CLOCK.test(text)) return { months: 0, days: 0, microseconds: clockMicros(text) }
  if (SQL_MONTHS.test(text)) return { months: yearsAndMonths(text), days: 0, microseconds: 0n }
  const daysAndClock = SQL_DAYS.exec(text)
  if (daysAndClock !== null) {
    const [, sign = "", days = "", clock = ""] = daysAndClock // one sign for both
    return { months: 0, days: Number(sign + days), microseconds: clockMicros(sign + clock) }
  }
  const mixed = SQL_MIXED.exec(text)
  if (mixed === null) return undefined
  const [, months = "", days = "", clock = ""] = mixed
  return { months: yearsAndMonths(months), days: Number(days), microseconds: clockMicros(clock) }
}

/** Numbers with their units, and at the end a clock: postgres, and postgres_verbose without its frame. */
function parseWords(text: string): IntervalParts | undefined {
  const parts: IntervalParts = { months: 0, days: 0, microseconds: 0n }
  const words = text.split(" ")
  for (let at = 0; at < words.length; at += 2) {
    const word = words[at]!
    if (at === words.length - 1) {
      if (!CLOCK.test(word)) return undefined
      parts.microseconds += clockMicros(word)
    } else if (!addUnit(parts, word, words[at + 1]!)) return undefined
  }
  return parts
}

function addUnit(parts: IntervalParts, amount: string, unit: string): boolean {
  if (unit.startsWith("sec")) {
    if (!SECONDS.test(amount)) return false
    parts.microseconds += micros(amount)
    return true
  }
  if (!WHOLE.test(amount)) return false
  switch (unit) {
    case "year":
    case "years":
      parts.months += Number(amount) * 12
      return true
    case "mon":
    case "mons":
      parts.months += Number(amount)
      return true
    case "day":
    case "days":
      parts.days += Number(amount)
      return true
    case "hour":
    case "hours":
      parts.microseconds += BigInt(amount) * MICROS_PER_HOUR
      return true
    case "min":
    case "mins":
      parts.microseconds += BigInt(amount) * MICROS_PER_MINUTE
      return true
    default:
      return false
  }
}

function yearsAndMonths(text: string): number {
  const [, years = "", months = ""] = /(\d+)-(\d+)$/.exec(text) ?? []
  const size = Number(years) * 12 + Number(months)
  return text.startsWith("-") ? 0 - size : size
}

/** `-4:05:06.789`; the sign is for all of it. */
function clockMicros(text: string): bigint {
  const [, sign = "", hours = "0", minutes = "0", seconds = "0"] = CLOCK.exec(text) ?? []
  const size = BigInt(hours) * MICROS_PER_HOUR + BigInt(minutes) * MICROS_PER_MINUTE + micros(seconds)
  return sign === "-" ? -size : size
}

/** Seconds with a fraction. */
function micros(text: string): bigint {
  const [whole = "0", fraction = ""] = text.replace(/^[+-]/, "").split(".")
  const size = BigInt(whole) * MICROS_PER_SECOND + BigInt(fraction.padEnd(6, "0"))
  return text.startsWith("-") ? -size : size
}
