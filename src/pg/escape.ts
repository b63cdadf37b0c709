/**
 * Quoting as node-postgres does it: identifiers always in quotes, literals with a leading blank and `E` when there is a
 * backslash in them.
 *
 * @see https://www.postgresql.org/docs/current/sql-syntax-lexical.html
 */

/** A name as SQL: in double quotes, with those inside doubled. */
export function escapeIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A string as SQL. Anything that is not a string becomes the empty one, as in `pg`. */
export function escapeLiteral(text: string): string {
  if (typeof text !== "string") return "''"
  const quoted = `'${text.replaceAll("'", "''").replaceAll("\\", "\\\\")}'`
  return text.includes("\\") ? ` E${quoted}` : quoted
}
