/**
 * Quoting for the places where the protocol has no parameters. What comes out is one token for the server whatever its
 * `standard_conforming_strings` and `backslash_quote` say, and whatever stands before it.
 *
 * @see https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-STRINGS
 */

import { describeValue } from "../errors/client-error.ts"
import { CompositionError } from "../errors/composition-error.ts"

/** A name as a quoted identifier: case kept, no keyword, no end before its end. */
export function quoteIdentifier(name: string): string {
  if (typeof name !== "string") throw new CompositionError(`an identifier must be a string, got ${describeValue(name)}`)
  if (name === "") throw new CompositionError("an identifier can't be empty")
  checkText(name, "an identifier")
  return `"${name.replaceAll('"', '""')}"`
}

/**
 * A text as a string constant. With a backslash in it, it becomes an E-string, which means the same under every setting;
 * the space before the E keeps it from becoming part of a word.
 */
export function quoteLiteral(text: string): string {
  if (typeof text !== "string") throw new CompositionError(`a literal must be a string, got ${describeValue(text)}`)
  checkText(text, "a literal")
  const doubled = text.replaceAll("'", "''")
  return doubled.includes("\\") ? ` E'${doubled.replaceAll("\\", "\\\\")}'` : `'${doubled}'`
}

/** Refuses what PostgreSQL cannot store and what UTF-8 cannot write. */
export function checkText(text: string, what: string): void {
  if (text.includes("\0")) throw new CompositionError(`${what} can't contain a NUL character (U+0000)`)
  if (!text.isWellFormed()) throw new CompositionError(`${what} contains half of a surrogate pair`)
}
