/**
 * SASLprep (RFC 4013) for passwords, as PostgreSQL does it: pure ASCII stays as it is, and a password that the profile
 * prohibits is used unprepared instead of being refused. Server and client have to agree on this to the letter, or a
 * password works in one driver and not in another; so the prohibitions are checked before normalization, as there.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4013
 */

import {
  LEFT_TO_RIGHT,
  MAPPED_TO_NOTHING,
  NON_ASCII_SPACES,
  PROHIBITED,
  RIGHT_TO_LEFT,
  UNASSIGNED,
} from "./saslprep.generated.ts"

/** Sorted ranges: first, last, first, last, … */
type Ranges = readonly number[]

interface Tables {
  readonly mappedToNothing: Ranges
  readonly nonAsciiSpaces: Ranges
  readonly prohibited: Ranges
  readonly unassigned: Ranges
  readonly rightToLeft: Ranges
  readonly leftToRight: Ranges
}

let unpacked: Tables | undefined

/** The password as SCRAM hashes it. */
export function saslprep(password: string): string {
  if (!/[^\x01-\x7f]/.test(password)) return password
  unpacked ??= unpackTables()
  const mapped = map(password, unpacked)
  if (mapped.length === 0 || !isPermitted(mapped, unpacked)) return password
  return mapped
    .map((code) => String.fromCodePoint(code))
    .join("")
    .normalize("NFKC")
}

/** Spaces of all kinds become plain ones, invisible characters vanish. */
function map(password: string, tables: Tables): number[] {
  const mapped: number[] = []
  for (const character of password) {
    const code = character.codePointAt(0)!
    if (includes(tables.nonAsciiSpaces, code)) mapped.push(0x20)
    else if (!includes(tables.mappedToNothing, code)) mapped.push(code)
  }
  return mapped
}

function isPermitted(codes: readonly number[], tables: Tables): boolean {
  let hasRightToLeft = false
  let hasLeftToRight = false
  for (const code of codes) {
    if (includes(tables.prohibited, code) || includes(tables.unassigned, code)) return false
    if (includes(tables.rightToLeft, code)) hasRightToLeft = true
    else if (includes(tables.leftToRight, code)) hasLeftToRight = true
  }
  if (!hasRightToLeft) return true
  if (hasLeftToRight) return false
  return includes(tables.rightToLeft, codes[0]!) && includes(tables.rightToLeft, codes[codes.length - 1]!)
}

function includes(ranges: Ranges, code: number): boolean {
  let low = 0
  let high = ranges.length / 2 - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    if (code < ranges[middle * 2]!) high = middle - 1
    else if (code > ranges[middle * 2 + 1]!) low = middle + 1
    else return true
  }
  return false
}

function unpackTables(): Tables {
  return {
    mappedToNothing: unpack(MAPPED_TO_NOTHING),
    nonAsciiSpaces: unpack(NON_ASCII_SPACES),
    prohibited: unpack(PROHIBITED),
    unassigned: unpack(UNASSIGNED),
    rightToLeft: unpack(RIGHT_TO_LEFT),
    leftToRight: unpack(LEFT_TO_RIGHT),
  }
}

function unpack(text: string): Ranges {
  const ranges: number[] = []
  let previous = -1
  for (const word of text.split(" ")) {
    const [gap, more = "0"] = word.split("+")
    const first = previous + 1 + Number.parseInt(gap!, 36)
    previous = first + Number.parseInt(more, 36)
    ranges.push(first, previous)
  }
  return ranges
}
