/**
 * The names of types that `sql.param` accepts, as one writes them in SQL: `int8`, `"My Type"[]`, `public.mood`,
 * `numeric(10,2)`, `timestamp(3) with time zone`. They go into the statement as they are, so the grammar here is closed:
 * nothing but one type name passes.
 *
 * @see https://www.postgresql.org/docs/current/datatype.html
 */

import { describeValue } from "../errors/client-error.ts"
import { CompositionError } from "../errors/composition-error.ts"
import { checkText } from "./quote.ts"

const IDENTIFIER = /(?:[a-z_\u0080-\uffff][a-z0-9_$\u0080-\uffff]*|"(?:[^"]|"")+")/.source
const MODIFIER = String.raw`\s*\(\s*(?:-?\d+|${IDENTIFIER})(?:\s*,\s*(?:-?\d+|${IDENTIFIER}))*\s*\)`
const SEVERAL_WORDS = String.raw`double\s+precision|bit\s+varying|(?:national\s+)?(?:character|char)(?:\s+varying)?`
const WITH_TIME_ZONE = String.raw`(?:time|timestamp)(?:${MODIFIER})?\s+with(?:out)?\s+time\s+zone`
const NAME = String.raw`(?:${WITH_TIME_ZONE}|(?:${SEVERAL_WORDS}|${IDENTIFIER}(?:\.${IDENTIFIER}){0,2})(?:${MODIFIER})?)(?:\s*\[\d*\])*`
const TYPE_NAME = new RegExp(`^${NAME}$`, "i")
const CAST = new RegExp(String.raw`^\s*::\s*(${NAME})`, "i")

/** The name, trimmed, if it is one type name and nothing more. */
export function checkTypeName(name: string): string {
  if (typeof name !== "string") throw new CompositionError(`a type's name must be a string, got ${describeValue(name)}`)
  checkText(name, "a type's name")
  const trimmed = name.trim()
  if (!TYPE_NAME.test(trimmed)) throw new CompositionError(`not the name of a type: ${JSON.stringify(name)}`)
  return trimmed
}

/** The type that the text behind a value casts it to. */
export function castBehind(after: string): string | undefined {
  return CAST.exec(after)?.[1]
}
