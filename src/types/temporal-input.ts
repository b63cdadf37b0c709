/**
 * Temporal objects as parameters. They are known by their `Symbol.toStringTag`, so that the runtime's own and those of
 * any polyfill work alike and none needs to be imported. Their ISO text is rewritten to what the server reads: years
 * beyond four digits without a sign, years before 1 with ` BC`. Whatever calendar they have, the ISO date counts.
 *
 * PostgreSQL keeps microseconds: an object with nanoseconds beyond them is refused, not rounded.
 */

import { EncodeError } from "../errors/client-error.ts"

const YEAR = /^([+-]\d{6}|\d{4})/
const SUB_MICROSECOND = /(\.\d{6})(\d+)/

interface TemporalObject {
  readonly [Symbol.toStringTag]?: unknown
  toString(options?: { readonly calendarName: "never" }): string
  toInstant?(): TemporalObject
}

/** `"PlainDate"` for a Temporal.PlainDate and so on; undefined for what is not of Temporal. */
export function temporalKind(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined
  const tag = (value as TemporalObject)[Symbol.toStringTag]
  return typeof tag === "string" && tag.startsWith("Temporal.") ? tag.slice(9) : undefined
}

/** The server's text for a Temporal object that is a date, a time, both, or an instant. @throws EncodeError */
export function temporalText(type: string, value: unknown): string {
  const object = value as TemporalObject
  const source = object.toInstant === undefined ? object : object.toInstant()
  const iso = source.toString({ calendarName: "never" })
  const rest = SUB_MICROSECOND.exec(iso)?.[2]
  if (rest !== undefined && Number(rest) !== 0) {
    throw new EncodeError(type, "microseconds at most", `a Temporal.${temporalKind(value)} with nanoseconds`)
  }
  const micro = iso.replace(SUB_MICROSECOND, "$1").replace("Z", "+00")
  const year = Number(YEAR.exec(micro)?.[0])
  if (Number.isNaN(year) || micro[2] === ":") return micro
  const local = micro.replace(YEAR, "").replace("T", " ")
  return year > 0 ? `${longYear(year)}${local}` : `${longYear(1 - year)}${local} BC`
}

function longYear(year: number): string {
  return String(year).padStart(4, "0")
}
