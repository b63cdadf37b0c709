/**
 * A value written into the statement itself. Strings and everything that has a text representation become quoted
 * constants; numbers, booleans and NULL are written plainly, because DDL and SET take them only so. Where the type is
 * told, by `sql.param` or by a `::` behind the value, all are quoted: the type then reads them, as it reads a parameter.
 * What stands before and after decides about spaces and parentheses: `-` and a negative number must not make a comment,
 * a letter must not become a prefix.
 *
 * @see https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-PRECEDENCE
 */

import { describeValue } from "../errors/client-error.ts"
import { CompositionError } from "../errors/composition-error.ts"
import { quoteLiteral } from "./quote.ts"
import { castBehind } from "./type-name.ts"

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
  let literal: string
  if (type !== undefined) literal = `(${typedLiteral(value, type, literalOf)}::${type})`
  else if (/^\s*::/.test(after)) literal = typedLiteral(value, castBehind(after), literalOf)
  else {
    literal = plainLiteral(value, literalOf)
    if (/^\s*(?:\[|\.)/.test(after)) literal = `(${literal})`
  }
  const shut = !/^[\w$'"\u0080-\uffff]/.test(after)
  return `${isOpen(before, literal) ? "" : " "}${literal}${shut ? "" : " "}`
}

/** Whether the constant can follow at once; an operator such as `!=` would take a minus in. */
function isOpen(before: string, literal: string): boolean {
  if (before.endsWith("=")) return !literal.startsWith("-")
  return before === "" || " \t\n\r(,[".includes(before.at(-1)!) || literal.startsWith(" ")
}

/** A constant that a cast reads. */
function typedLiteral(value: unknown, type: string | undefined, literalOf: LiteralOf): string {
  switch (typeof value) {
    case "boolean":
    case "bigint":
      return `'${value}'`
    case "number":
      return Object.is(value, -0) ? "'-0'" : `'${value}'`
    case "object":
      return value === null ? "NULL" : quoteLiteral(literalOf(value, type))
    default:
      return plainLiteral(value, literalOf)
  }
}

function plainLiteral(value: unknown, literalOf: LiteralOf): string {
  switch (typeof value) {
    case "string":
      return quoteLiteral(value)
    case "boolean":
    case "bigint":
      return String(value)
    case "number":
      return Number.isFinite(value) ? String(value) : `'${value}'`
    case "object":
      return value === null ? "NULL" : quoteLiteral(literalOf(value, undefined))
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
