/**
 * The offset that a wall clock had in a time zone, from the runtime's own knowledge of zones. It is needed only where a
 * session prints zones by their abbreviations, which name no offset by themselves.
 *
 * In the hour that a zone lives through twice the abbreviation tells which one is meant, if it is one of those that say
 * summer or winter; other ones are left open rather than guessed.
 */

const MS_PER_DAY = 86_400_000
const SUMMER = /^(?:CEST|EEST|WEST|MEST|BST|IST|[A-Z]{1,3}DT)$/
const WINTER = /^(?:CET|EET|WET|MET|GMT|[A-Z]{1,3}ST)$/
const formats: Map<string, Intl.DateTimeFormat | undefined> = new Map()

/**
 * Seconds east of Greenwich; undefined when the zone is unknown to the runtime or the moment stays ambiguous.
 * @param wallClock the local date and time as if it were UTC, in milliseconds from 1970
 */
export function offsetAt(timeZone: string, wallClock: number, abbreviation: string): number | undefined {
  const format = formatFor(timeZone)
  if (format === undefined) return undefined
  const around = [wallClock - MS_PER_DAY, wallClock + MS_PER_DAY].map((instant) => offsetOf(format, instant))
  const offsets = [...new Set(around)].filter((offset) => offsetOf(format, wallClock - offset) === offset)
  if (offsets.length === 1) return offsets[0]! / 1000
  if (offsets.length === 0) return undefined
  if (SUMMER.test(abbreviation)) return Math.max(...offsets) / 1000
  return WINTER.test(abbreviation) ? Math.min(...offsets) / 1000 : undefined
}

function formatFor(timeZone: string): Intl.DateTimeFormat | undefined {
  if (!formats.has(timeZone)) formats.set(timeZone, makeFormat(timeZone))
  return formats.get(timeZone)
}

function makeFormat(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    })
  } catch {
    return undefined // PostgreSQL knows zones that the runtime does not
  }
}

/** Milliseconds east of Greenwich at an instant. */
function offsetOf(format: Intl.DateTimeFormat, instant: number): number {
  const whole = Math.floor(instant / 1000) * 1000
  const parts: Record<string, string> = {}
  for (const { type, value } of format.formatToParts(whole)) parts[type] = value
  const part = (name: string): number => Number(parts[name])
  const year = parts["era"]?.startsWith("B") ? 1 - part("year") : part("year")
  const clock = new Date(0)
  clock.setUTCFullYear(year, part("month") - 1, part("day"))
  clock.setUTCHours(part("hour"), part("minute"), part("second"))
  return clock.getTime() - whole
}
