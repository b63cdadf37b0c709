/**
 * Intervals as `pg` gives them: an object with the parts that are not zero, which knows its SQL and ISO 8601 forms.
 *
 * @see https://www.postgresql.org/docs/current/datatype-datetime.html#DATATYPE-INTERVAL-OUTPUT
 */

const INTERVAL =
  /(?:([+-]?\d+)\s+years?)?\s*(?:([+-]?\d+)\s+mons?)?\s*(?:([+-]?\d+)\s+days?)?\s*(?:([+-])?(\d*):(\d\d):(\d\d)\.?(\d{1,6})?)?/

type Part = "seconds" | "minutes" | "hours" | "days" | "months" | "years"

/** In the order in which SQL is written. */
const SQL_ORDER: readonly Part[] = ["seconds", "minutes", "hours", "days", "months", "years"]

/** An interval in the style `postgres`. */
export class PostgresInterval {
  declare years?: number
  declare months?: number
  declare days?: number
  declare hours?: number
  declare minutes?: number
  declare seconds?: number
  /** With fractions: microseconds are kept. */
  declare milliseconds?: number

  constructor(text: string) {
    if (!text) return
    const [, years, months, days, sign, hours, minutes, seconds, fraction] = INTERVAL.exec(text)!
    const direction = sign === "-" ? -1 : 1
    this.#set("years", Number(years ?? 0))
    this.#set("months", Number(months ?? 0))
    this.#set("days", Number(days ?? 0))
    this.#set("hours", Number(hours ?? 0) * direction)
    this.#set("minutes", Number(minutes ?? 0) * direction)
    this.#set("seconds", Number(seconds ?? 0) * direction)
    this.#set("milliseconds", (Number((fraction ?? "").padEnd(6, "0")) / 1000) * direction)
  }

  /** As SQL, so that it can be a parameter again. */
  toPostgres(): string {
    const parts = SQL_ORDER.filter((part) => Object.hasOwn(this, part))
    if (this.milliseconds && !parts.includes("seconds")) parts.push("seconds")
    return parts.length === 0 ? "0" : parts.map((part) => `${this.#value(part, /\.?0+$/)} ${part}`).join(" ")
  }

  /** As ISO 8601. */
  toISOString(): string {
    const value = (part: Part): string => this.#value(part, /0+$/)
    const date = `${value("years")}Y${value("months")}M${value("days")}D`
    return `P${date}T${value("hours")}H${value("minutes")}M${value("seconds")}S`
  }

  /** The same. */
  toISO(): string {
    return this.toISOString()
  }

  #set(part: Part | "milliseconds", value: number): void {
    if (value !== 0) this[part] = value
  }

  #value(part: Part, trailing: RegExp): string {
    const value = this[part] ?? 0
    if (part !== "seconds" || !this.milliseconds) return String(value)
    return (value + this.milliseconds / 1000).toFixed(6).replace(trailing, "")
  }
}
