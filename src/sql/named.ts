/**
 * `sql.named("… where a = :a", { a: 1 })`: text from elsewhere (a file, a constant) with named placeholders. Each name
 * becomes one parameter however often it is used. Every name must have a value, every value a name. `::type` and `:=` are
 * not placeholders, nor is anything inside strings, quoted names and comments; in an array slice write `[1 : n]`.
 */

import { describeValue } from "../errors/client-error.ts"
import { CompositionError } from "../errors/composition-error.ts"
import { Sql } from "./fragment.ts"
import { checkValue, Hole, isFragment } from "./hole.ts"
import { checkText } from "./quote.ts"
import { examineText } from "./template.ts"
import { tokenize } from "./tokenizer.ts"

/** The text with the values of its named placeholders. */
export function named(text: string, values: Readonly<Record<string, unknown>>): Sql {
  if (typeof text !== "string") throw new CompositionError(`sql.named takes a text, got ${describeValue(text)}`)
  if (typeof values !== "object" || values === null || Array.isArray(values)) {
    throw new CompositionError(`sql.named takes an object of names and values, got ${describeValue(values)}`)
  }
  checkText(text, "the statement")
  const tokens = tokenize(text, { named: true })
  const holesByName = new Map<string, unknown>()
  const strings: string[] = []
  const holes: unknown[] = []
  let from = 0
  for (const token of tokens) {
    if (!token.closed)
      throw new CompositionError("the statement ends inside a string, a quoted identifier or a comment")
    if (token.kind !== "named") continue
    const name = text.slice(token.start + 1, token.end)
    if (!Object.hasOwn(values, name)) throw new CompositionError(`there is no value for :${name}`)
    if (!holesByName.has(name)) holesByName.set(name, holeFor(values[name]))
    strings.push(text.slice(from, token.start))
    holes.push(holesByName.get(name))
    from = token.end
  }
  strings.push(text.slice(from))
  const unused = Object.keys(values).filter((name) => !holesByName.has(name))
  if (unused.length > 0)
    throw new CompositionError(`the statement doesn't use ${unused.map((name) => `:${name}`).join(", ")}`)
  return new Sql(strings, holes, examineText(text))
}

function holeFor(value: unknown): unknown {
  if (isFragment(value)) return value
  checkValue(value, "a named placeholder")
  return new Hole(value, undefined, false)
}
