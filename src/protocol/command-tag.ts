/**
 * Command tags: `"INSERT 0 5"` → the command and the number of rows it concerned, read from the bytes without making a
 * string for the commands that matter.
 *
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-COMMANDCOMPLETE
 */

import type { ByteSource } from "../base/byte-source.ts"
import { ProtocolError } from "../errors/client-error.ts"

/** A command tag taken apart. */
export interface CommandTag {
  /** The command's name: `SELECT`, `INSERT`, `CREATE TABLE`, … */
  readonly command: string
  /** The rows it returned or changed; 0 for commands that concern none. */
  readonly rowCount: number
}

const SPACE = 0x20
const ZERO = 0x30
const NINE = 0x39

/** Reads a CommandComplete message. */
export function readCommandTag(source: ByteSource, start: number, end: number): CommandTag {
  const { bytes } = source
  const last = end - 1
  if (last < start || bytes[last] !== 0) throw new ProtocolError("a CommandComplete message has no end")
  // The count stands at the end; what stands before it is the command (and for INSERT an Oid, always 0 by now).
  let rowCount = 0
  let scale = 1
  let position = last
  while (position > start && isDigit(bytes[position - 1]!)) {
    position--
    rowCount += (bytes[position]! - ZERO) * scale
    scale *= 10
  }
  if (position === last || position === start || bytes[position - 1] !== SPACE) {
    return { command: source.text(start, last), rowCount: 0 }
  }
  return { command: commandName(source, start, position - 1), rowCount }
}

function commandName(source: ByteSource, start: number, end: number): string {
  switch (end - start) {
    case 6:
      if (is(source, start, "SELECT")) return "SELECT"
      if (is(source, start, "UPDATE")) return "UPDATE"
      if (is(source, start, "DELETE")) return "DELETE"
      break
    case 8:
      if (is(source, start, "INSERT 0")) return "INSERT"
      break
  }
  const text = source.text(start, end)
  return text.startsWith("INSERT ") ? "INSERT" : text
}

function is({ bytes }: ByteSource, start: number, word: string): boolean {
  for (let i = 0; i < word.length; i++) if (bytes[start + i] !== word.charCodeAt(i)) return false
  return true
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE
}
