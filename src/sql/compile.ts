/**
 * From what a caller composed to what the server gets. A template whose values are all plain costs one lookup: its text
 * was made when it was seen first. A template with fragments in it is assembled each time, to the same text for the same
 * shape.
 */

import { CompositionError } from "../errors/composition-error.ts"
import type { CompiledSql } from "./assemble.ts"
import { Sql } from "./fragment.ts"
import { checkValue, isFragment } from "./hole.ts"
import { examineTemplate } from "./template.ts"

/** The text, values and types of a template used directly, as in db.query`…`. */
export function compileTemplate(strings: TemplateStringsArray, values: readonly unknown[]): CompiledSql {
  const template = examineTemplate(strings)
  if (hasFragment(values)) return new Sql(strings, values, template).compile()
  if (template.refusal !== undefined) throw new CompositionError(template.refusal)
  return { text: template.text, values, types: undefined }
}

/** The fragment of a template. */
export function composeTemplate(strings: TemplateStringsArray, values: readonly unknown[]): Sql {
  const template = examineTemplate(strings)
  if (hasFragment(values)) return new Sql(strings, values, template)
  if (template.refusal !== undefined) throw new CompositionError(template.refusal)
  return new Sql(strings, values, template, { text: template.text, values, types: undefined })
}

function hasFragment(values: readonly unknown[]): boolean {
  let found = false
  for (const value of values) {
    if (typeof value !== "object" || value === null) continue
    if (isFragment(value)) found = true
    else checkValue(value, "a placeholder")
  }
  return found
}
