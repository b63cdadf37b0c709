/**
 * The report of a server message for people: plain text, no colours, every line fit for a terminal. A position counts
 * characters, so the caret below a statement is placed by code points and by the columns they take, not by UTF-16 units.
 *
 *     UndefinedColumn: column "nam" does not exist (42703 undefined_column)
 *     LINE 2: select nam from users
 *                    ^
 *     HINT: Perhaps you meant to reference the column "users.name".
 */

import { conditionName } from "./condition.ts"
import { redactAround } from "./redact.ts"
import type { ServerMessageFields } from "./server-message.ts"

/** Columns of a statement's line that are shown: a longer line is cut around the position. */
const LINE_WIDTH = 100
/** Columns kept before the position when the line's beginning is cut off. */
const BEFORE_POSITION = 60
const ELLIPSIS = "..."
/** Characters that are looked at on either side of the position: a line may be as long as its statement, with all its data. */
const REACH = 1000

/** The report of an error or a notice, with the statement when there is one. */
export function formatReport(label: string, fields: ServerMessageFields, statement: string | undefined): string {
  const condition = conditionName(fields.code)
  const lines = [
    `${label}: ${fields.message} (${condition === undefined ? fields.code : `${fields.code} ${condition}`})`,
  ]
  if (statement !== undefined) lines.push(...formatStatementExcerpt("LINE", statement, fields.position))
  if (fields.detail !== undefined) lines.push(`DETAIL: ${fields.detail}`)
  if (fields.hint !== undefined) lines.push(`HINT: ${fields.hint}`)
  if (fields.internalQuery !== undefined) {
    lines.push(...formatStatementExcerpt("QUERY LINE", fields.internalQuery, fields.internalPosition))
  }
  if (fields.where !== undefined) lines.push(`CONTEXT: ${fields.where}`)
  return lines.join("\n")
}

/**
 * The line of a statement that `position` points into and a second one with the caret; without a position, or with one
 * outside the statement, only the first line that has something on it.
 */
export function formatStatementExcerpt(label: string, statement: string, position: number | undefined): string[] {
  const shown = redactAround(statement, position)
  const lines = shown.text.split(/\r\n|\n|\r/)
  const place = shown.position === undefined ? undefined : findPosition(shown.text, shown.position)
  const index = place?.line ?? lines.findIndex((line) => line.trim() !== "")
  const line = lines[index]
  if (line === undefined) return []
  const head = `${label} ${index + 1}: `
  const first = Math.max(0, (place?.character ?? 0) - REACH)
  const cells = toCells(line, first, first + 2 * REACH)
  if (place === undefined) return [head + cut(cells, 0, index + 1 < lines.length)]
  const character = place.character - first
  const start = cutStart(cells, character)
  const before = (start > 0 ? ELLIPSIS.length : 0) + width(cells.slice(start, character))
  return [head + cut(cells, start, false), `${" ".repeat(head.length + before)}^`]
}

/** One character as it is shown and the number of columns it takes. */
interface Cell {
  readonly text: string
  readonly width: number
}

/** The line, and the character in it, that the position (from 1) is at; just behind the last character is fine too. */
function findPosition(statement: string, position: number): { line: number; character: number } | undefined {
  let line = 0
  let character = 0
  let number = 1
  let previous = ""
  for (const current of statement) {
    if (previous === "\n" || (previous === "\r" && current !== "\n")) {
      line++
      character = 0
    }
    if (number === position) return { line, character }
    number++
    character++
    previous = current
  }
  return number === position ? { line, character } : undefined
}

/** The line's characters from the first up to the last, which is not among them. */
function toCells(line: string, first: number, last: number): Cell[] {
  const cells: Cell[] = []
  let number = 0
  for (const text of line) {
    if (number === last) break
    if (number++ < first) continue
    cells.push(isControl(text) ? { text: " ", width: 1 } : { text, width: characterWidth(text) })
  }
  return cells
}

/** The first cell to show: 0 when the position is near enough to the beginning. */
function cutStart(cells: readonly Cell[], character: number): number {
  if (width(cells) <= LINE_WIDTH || width(cells.slice(0, character)) <= BEFORE_POSITION) return 0
  let start = character
  for (let columns = 0; start > 0; start--) {
    columns += cells[start - 1]!.width
    if (columns > BEFORE_POSITION) break
  }
  return start
}

function cut(cells: readonly Cell[], start: number, more: boolean): string {
  let text = start > 0 ? ELLIPSIS : ""
  let columns = 0
  for (let i = start; i < cells.length; i++) {
    const cell = cells[i]!
    columns += cell.width
    if (columns > LINE_WIDTH) return text + ELLIPSIS
    text += cell.text
  }
  return more ? `${text} ${ELLIPSIS}` : text
}

function width(cells: readonly Cell[]): number {
  return cells.reduce((sum, cell) => sum + cell.width, 0)
}

function isControl(text: string): boolean {
  return /^\p{Cc}$/u.test(text)
}

/** Columns a character takes in a terminal: none for combining and format characters, two for East Asian wide ones. */
function characterWidth(text: string): number {
  const code = text.codePointAt(0)!
  if (code < 0x300) return 1
  if (/^[\p{Mn}\p{Me}\p{Cf}]$/u.test(text)) return 0
  return WIDE.some(([first, last]) => code >= first && code <= last) ? 2 : 1
}

/** Wide blocks of Unicode's East Asian Width table (UAX #11), rounded to whole blocks. */
const WIDE: readonly (readonly [first: number, last: number])[] = [
  [0x1100, 0x115f], // Hangul Jamo, leading consonants
  [0x2e80, 0xa4cf], // CJK radicals … Yi
  [0xac00, 0xd7a3], // Hangul syllables
  [0xf900, 0xfaff], // CJK compatibility ideographs
  [0xfe30, 0xfe6f], // CJK compatibility forms
  [0xff00, 0xff60], // fullwidth forms
  [0xffe0, 0xffe6],
  [0x1f300, 0x1faff], // pictographs and emoji
  [0x20000, 0x3fffd], // ideographs of the supplementary planes
]
