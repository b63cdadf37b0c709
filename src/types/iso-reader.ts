/**
 * Reads dates and times in the ISO form that the server prints, on bytes and without a string in between. It is strict:
 * what it does not take is either another DateStyle, `infinity`, or one of the many other ways to write a date that
 * only the server knows; the caller decides.
 *
 * A reader holds what it read last: each codec has one of its own, and takes the fields before the next call.
 *
 * @see https://www.postgresql.org/docs/current/datatype-datetime.html#DATATYPE-DATETIME-OUTPUT
 */

import { allocateBytes } from "#platform"
import type { Bytes } from "../base/platform.ts"
import { daysFromCivil, FIRST_DAY, isCivilDate, LAST_DAY, LAST_SECOND, SECONDS_PER_DAY } from "./calendar.ts"

const ZERO = 48
const DASH = 45
const PLUS = 43
const COLON = 58
const POINT = 46
const SPACE = 32
const LETTER_B = 66
const LETTER_C = 67
/** No ISO date and time is longer: seven digits of the year, a fraction, a full offset, ` BC`. */
const LONGEST = 40

/** What an ISO date, time or timestamp says. */
export class IsoReader {
  /** The day, from 2000-01-01. */
  days = 0
  /** Whole seconds: from 2000-01-01 for a timestamp (UTC once the offset is taken off), from midnight for a time. */
  second = 0
  /** Microseconds beyond `second`, 0 to 999,999. */
  micros = 0
  /** Whether there was an offset. */
  hasOffset = false
  /** The offset in seconds east of Greenwich. */
  offset = 0
  /** Text that came as a string, as bytes. */
  readonly #scratch: Bytes = allocateBytes(LONGEST + 3)
  /** How far the parts were read. */
  #at = 0

  /** Reads `2026-11-20` or `0044-03-15 BC`. */
  date(bytes: Uint8Array, start: number, end: number): boolean {
    const before = endsInBc(bytes, start, end)
    const limit = before ? end - 3 : end
    if (!this.#readDate(bytes, start, limit, before) || this.#at !== limit) return false
    return this.days >= FIRST_DAY && this.days <= LAST_DAY
  }

  /** Reads `10:00:00.5` and, for a time with time zone, its offset. */
  time(bytes: Uint8Array, start: number, end: number): boolean {
    if (!this.#readTime(bytes, start, end) || !this.#readOffset(bytes, end)) return false
    return this.second < SECONDS_PER_DAY || (this.second === SECONDS_PER_DAY && this.micros === 0)
  }

  /** Reads a date, a time of day and an offset if there is one; `second` is then in UTC. */
  timestamp(bytes: Uint8Array, start: number, end: number): boolean {
    const before = endsInBc(bytes, start, end)
    const limit = before ? end - 3 : end
    if (!this.#readDate(bytes, start, limit, before)) return false
    if (this.#at === limit || bytes[this.#at] !== SPACE) return false
    if (!this.#readTime(bytes, this.#at + 1, limit) || this.second >= SECONDS_PER_DAY) return false
    if (!this.#readOffset(bytes, limit)) return false
    const second = this.days * SECONDS_PER_DAY + this.second - this.offset
    this.second = second
    return second >= FIRST_DAY * SECONDS_PER_DAY && second <= LAST_SECOND
  }

  /** The same from a string; false as well for anything that is not ASCII. */
  dateOf(text: string): boolean {
    return text.length <= LONGEST && this.date(this.#scratch, 0, this.#scratch.utf8Write(text, 0))
  }

  /** The same from a string; false as well for anything that is not ASCII. */
  timeOf(text: string): boolean {
    return text.length <= LONGEST && this.time(this.#scratch, 0, this.#scratch.utf8Write(text, 0))
  }

  /** The same from a string; false as well for anything that is not ASCII. */
  timestampOf(text: string): boolean {
    return text.length <= LONGEST && this.timestamp(this.#scratch, 0, this.#scratch.utf8Write(text, 0))
  }

  /** Any day of the calendar: the first instant there is stands on the day before, west of Greenwich. */
  #readDate(bytes: Uint8Array, start: number, limit: number, before: boolean): boolean {
    let at = start
    let year = 0
    for (; at < limit; at++) {
      const digit = bytes[at]! - ZERO
      if (digit < 0 || digit > 9) break
      year = year * 10 + digit
    }
    const digits = at - start
    if (digits < 4 || digits > 7 || year === 0 || limit - at < 6) return false
    if (bytes[at] !== DASH || bytes[at + 3] !== DASH) return false
    if (before) year = 1 - year
    const month = pair(bytes, at + 1)
    const day = pair(bytes, at + 4)
    if (!isCivilDate(year, month, day)) return false
    this.#at = at + 6
    this.days = daysFromCivil(year, month, day)
    return true
  }

  #readTime(bytes: Uint8Array, start: number, limit: number): boolean {
    if (limit - start < 8 || bytes[start + 2] !== COLON || bytes[start + 5] !== COLON) return false
    const hour = pair(bytes, start)
    const minute = pair(bytes, start + 3)
    const second = pair(bytes, start + 6)
    if (hour < 0 || minute < 0 || minute > 59 || second < 0 || second > 59) return false
    this.second = hour * 3600 + minute * 60 + second
    this.micros = 0
    this.#at = start + 8
    return this.#at === limit || bytes[this.#at] !== POINT || this.#readFraction(bytes, limit)
  }

  #readFraction(bytes: Uint8Array, limit: number): boolean {
    const start = this.#at + 1
    let at = start
    let micros = 0
    let scale = 1_000_000
    for (; at < limit; at++) {
      const digit = bytes[at]! - ZERO
      if (digit < 0 || digit > 9) break
      scale /= 10
      micros += digit * scale
    }
    if (at === start || at - start > 6) return false
    this.micros = micros
    this.#at = at
    return true
  }

  /** The offset is the last part: true when it, or nothing, fills the rest. */
  #readOffset(bytes: Uint8Array, limit: number): boolean {
    this.hasOffset = false
    this.offset = 0
    let at = this.#at
    if (at === limit) return true
    const sign = bytes[at]
    if ((sign !== PLUS && sign !== DASH) || limit - at < 3) return false
    let offset = 0
    let unit = 3600
    for (at++; ; at++) {
      const part = at + 2 <= limit ? pair(bytes, at) : -1
      if (part < 0 || part > 59) return false
      offset += part * unit
      at += 2
      if (at === limit) break
      if (bytes[at] !== COLON || unit === 1) return false
      unit /= 60
    }
    this.hasOffset = true
    this.offset = sign === DASH ? -offset : offset
    return true
  }
}

function endsInBc(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start > 10 && bytes[end - 1] === LETTER_C && bytes[end - 2] === LETTER_B && bytes[end - 3] === SPACE
}

/** Two digits as a number, or -1. */
function pair(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]! - ZERO
  const ones = bytes[at + 1]! - ZERO
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1
}
