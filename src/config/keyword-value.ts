/**
 * `host=… user=…` strings exactly as libpq reads them: blanks around names, `=` and values are skipped, values may stand
 * in single quotes, a backslash takes the next character as it is, the last of two equal names wins.
 *
 * Refusals tell the position, never the text.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE
 */

import { ConfigError } from "../errors/client-error.ts"

/** Receives each pair in the order of the string; `offset` is where its name begins. */
export type StorePair = (name: string, value: string, offset: number) => void

/** Reads a keyword/value string. @throws ConfigError when it is malformed. */
export function parseKeywordValue(text: string, store: StorePair): void {
  let i = skipBlanks(text, 0)
  while (i < text.length) {
    const nameStart = i
    while (i < text.length && text[i] !== "=" && !isBlank(text.charCodeAt(i))) i++
    const name = text.slice(nameStart, i)
    i = skipBlanks(text, i)
    if (text[i] !== "=") {
      throw new ConfigError(`connection string: missing "=" after the word at character ${nameStart + 1}`)
    }
    i = skipBlanks(text, i + 1)

    const quoted = text[i] === "'"
    const valueStart = i
    if (quoted) i++
    let value = ""
    for (;;) {
      if (i >= text.length) {
        if (!quoted) break
        throw new ConfigError(`connection string: the quote opened at character ${valueStart + 1} is not closed`)
      }
      const c = text[i]!
      if (quoted ? c === "'" : isBlank(text.charCodeAt(i))) {
        i++
        break
      }
      if (c === "\\") {
        value += text[i + 1] ?? ""
        i += 2
      } else {
        value += c
        i++
      }
    }
    store(name, value, nameStart)
    i = skipBlanks(text, i)
  }
}

function skipBlanks(text: string, start: number): number {
  let i = start
  while (i < text.length && isBlank(text.charCodeAt(i))) i++
  return i
}

/** C's isspace: space, tab, line feed, vertical tab, form feed, carriage return. */
function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13)
}
