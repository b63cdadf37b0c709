/**
 * Names as fragments: `sql.id("schema", "table")` is `"schema"."table"`.
 */

import { CompositionError } from "../errors/composition-error.ts"
import { type Sql, textFragment } from "./fragment.ts"
import { quoteIdentifier } from "./quote.ts"

/** A name, qualified by those before it. */
export function identifier(names: readonly string[]): Sql {
  if (names.length === 0) throw new CompositionError("sql.id takes at least one name")
  return textFragment(names.map(quoteIdentifier).join("."))
}
