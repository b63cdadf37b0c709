/**
 * A value written into the statement itself. Strings and everything that has a text representation become quoted
 * constants; numbers, booleans and NULL are written plainly, because DDL and SET take them only so.
 * What stands before and after decides about spaces and parentheses: `-` and a negative number must not make a comment,
 * `::` must not bind tighter than a minus, a letter must not become a prefix.
 *
 * @see https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-PRECEDENCE
 */

import { describeValue } from "../errors/client-error.ts"
import { CompositionError } from "../errors/composition-error.ts"
import { quoteLiteral } from "./quote.ts"

/**
 * Gives the text representation, not yet quoted, of a value that is no primitive: what the codec of `type` (or of the
 * type that is inferred when undefined) would send in the text format.
 */
export type LiteralOf = (value: unknown, type: string | undefined) => string

/** The value as an SQL constant that can stand between `before` and `after`. */
export function inlineLiteral(
  before: string,
  value: unknown,
  type: string | undefined,
  after: string,
  literalOf: LiteralOf = textOfObject,
): string {
  let literal = plainLiteral(value, type, literalOf)
  if (type !== undefined) literal = `(${literal}::${type})`
  else if (/^\s*(?:\[|\.)/.test(after) || (literal.startsWith("-") && /^\s*::/.test(after))) literal = `(${literal})`
  const open = before === "" || " \t\n\r(,=[".includes(before.at(-1)!) || literal.startsWith(" ")
  const shut = !/^[\w$'"\u0080-\uffff]/.test(after)
  return `${open ? "" : " "}${literal}${shut ? "" : " "}`
}

function plainLiteral(value: unknown, type: string | undefined, literalOf: LiteralOf): string {
  switch (typeof value) {
    case "string":
      return quoteLiteral(value)
    case "boolean":
      return String(value)
    case "bigint":
      return type === undefined || value >= 0n ? String(value) : `'${value}'`
    case "number":
      if (!Number.isFinite(value)) return `'${value}'`
      return type === undefined || value >= 0 ? String(value) : `'${value}'`
    case "undefined":
      return "NULL"
    case "object":
      return value === null ? "NULL" : quoteLiteral(literalOf(value, type))
    default:
      throw new CompositionError(`can't write ${describeValue(value)} into a statement`)
  }
}

/** Text representations that need no registry of types. */
function textOfObject(value: unknown): string {
  if (value instanceof Uint8Array) {
    let hex = "\\x"
    for (const byte of value) hex += byte.toString(16).padStart(2, "0")
    return hex
  }
  if (value instanceof Date) {
    const year = value.getUTCFullYear()
    if (year >= 1 && year <= 9999) return value.toISOString()
  }
  throw new CompositionError(`writing ${describeValue(value)} into a statement takes a connection: use its format()`)
}
