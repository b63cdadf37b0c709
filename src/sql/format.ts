/**
 * Statements with every value written into them, for what has no parameters: SET, DDL, scripts, logs.
 */

import { describeValue } from "../errors/client-error.ts"
import { CompositionError } from "../errors/composition-error.ts"
import { assembleInline } from "./assemble.ts"
import type { Sql } from "./fragment.ts"
import { checkValue, isFragment } from "./hole.ts"
import { inlineLiteral, type LiteralOf } from "./literal.ts"
import { checkText } from "./quote.ts"
import { tokenize } from "./tokenizer.ts"

/** What formatting needs to know of the session. */
export interface FormatOptions {
  /** Text representations of objects: those of the session's types. Without it only bytes and dates can be written. */
  readonly literalOf?: LiteralOf
  /** The session's setting, which decides where the statement's own strings end. Default true. */
  readonly standardConformingStrings?: boolean
}

/** A fragment with its values written into it. */
export function formatFragment(fragment: Sql, options: FormatOptions = {}): string {
  if (!isFragment(fragment)) throw new CompositionError(`format takes a fragment, got ${describeValue(fragment)}`)
  return assembleInline(fragment.flatten(), options.literalOf)
}

/**
 * A statement with its `$n` replaced by the values: only where they are placeholders, never inside strings, names and
 * comments.
 *
 * @throws CompositionError when a placeholder has no value or a value no placeholder
 */
export function formatStatement(text: string, values: readonly unknown[], options: FormatOptions = {}): string {
  checkText(text, "the statement")
  for (const value of values) checkValue(value, "a parameter")
  const used = new Set<number>()
  let result = ""
  let literal = ""
  let from = 0
  for (const token of tokenize(text, options)) {
    if (token.kind !== "parameter") continue
    const number = Number(text.slice(token.start + 1, token.end))
    if (number < 1 || number > values.length) {
      throw new CompositionError(`there is no value for $${number}: ${values.length} were given`)
    }
    used.add(number)
    const before = from === token.start ? literal : text.slice(from, token.start)
    const after = text.slice(token.end, token.end + LOOK_AHEAD)
    literal = inlineLiteral(before, values[number - 1], undefined, after, options.literalOf)
    result += text.slice(from, token.start) + literal
    from = token.end
  }
  for (let number = 1; number <= values.length; number++) {
    if (!used.has(number)) throw new CompositionError(`the statement doesn't use $${number}`)
  }
  return result + text.slice(from)
}

/** Characters that may be space before a `::` or `[` that belongs to the value. */
const LOOK_AHEAD = 1000
