/**
 * From a connection string, of either grammar, to its parameters under libpq's names: only what the string says, no
 * environment, no defaults, no validation of values. The rules common to both grammars live here: unknown names are
 * refused, the last of two equal names wins, `requiressl` is the old way to say `sslmode`.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING
 */

import { ConfigError } from "../errors/client-error.ts"
import { suggestion } from "../errors/suggestion.ts"
import { parseKeywordValue } from "./keyword-value.ts"
import { findKeyword, KEYWORDS, type Keyword } from "./keywords.ts"
import { parseUri, uriPrefixLength } from "./uri.ts"

/** No keyword has "://" in it. */
const FOREIGN_SCHEME = /^\s*[a-z][a-z0-9+.:-]*:\/\//i

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
  const isUri = uriPrefixLength(text) > 0
  if (!isUri && FOREIGN_SCHEME.test(text)) {
    throw new ConfigError("connection string: a URI has to begin with postgresql:// or postgres://")
  }
  const found = new Map<Keyword, string>()
  const store = (name: string, value: string, offset: number): void => {
    if (name === "requiressl") {
      found.set("sslmode", value.startsWith("1") ? "require" : "prefer")
      return
    }
    const info = findKeyword(name)
    if (info === undefined) {
      const names = KEYWORDS.map(({ keyword }) => keyword)
      const shown = isUri && mayBeShown(name, text.slice(offset)) ? ` "${name}"` : ""
      const problem = `unknown keyword${shown} at character ${offset + 1}`
      throw new ConfigError(`connection string: ${problem}${suggestion(name, names)}`)
    }
    found.set(info.keyword, value)
  }
  if (isUri) parseUri(text, store)
  else parseKeywordValue(text, store)
  return found
}

/**
 * Whether an unknown parameter of a URI is one, and not a piece of a password that has special characters in it: behind
 * such a piece comes the at-sign in front of the host.
 */
function mayBeShown(name: string, rest: string): boolean {
  return /^[A-Za-z_]{1,63}$/.test(name) && !rest.includes("@")
}
