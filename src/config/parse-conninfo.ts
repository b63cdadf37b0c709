/**
 * From a connection string, of either grammar, to its parameters under libpq's names: only what the string says, no
 * environment, no defaults, no validation of values. The rules common to both grammars live here: unknown names are
 * refused, the last of two equal names wins, `requiressl` is the old way to say `sslmode`.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING
 */

import { ConfigError } from "../errors/client-error.ts"
import { parseKeywordValue } from "./keyword-value.ts"
import { findKeyword, KEYWORDS, type Keyword, suggestion } from "./keywords.ts"
import { parseUri, uriPrefixLength } from "./uri.ts"

/**
 * Reads a connection string, a `postgresql://` URI or a keyword/value list, and returns what it says.
 *
 * @throws ConfigError when libpq would refuse it; the message has positions and keywords, never a value.
 */
export function parseConninfo(text: string): Record<string, string> {
  return Object.fromEntries(readConninfo(text))
}

/** The same as a map from keywords. */
export function readConninfo(text: string): Map<Keyword, string> {
  if (typeof text !== "string") throw new ConfigError("the connection string must be a string")
  const nul = text.indexOf("\0")
  if (nul >= 0) throw new ConfigError(`connection string: zero bytes are not allowed (character ${nul + 1})`)
  const found = new Map<Keyword, string>()
  const store = (name: string, value: string, offset: number): void => {
    if (name === "requiressl") {
      found.set("sslmode", value.startsWith("1") ? "require" : "prefer")
      return
    }
    const info = findKeyword(name)
    if (info === undefined) {
      const names = KEYWORDS.map(({ keyword }) => keyword)
      throw new ConfigError(`connection string: unknown keyword at character ${offset + 1}${suggestion(name, names)}`)
    }
    found.set(info.keyword, value)
  }
  if (uriPrefixLength(text) > 0) parseUri(text, store)
  else parseKeywordValue(text, store)
  return found
}
