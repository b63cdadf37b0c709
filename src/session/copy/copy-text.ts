/**
 * The text of a COPY statement out of what the caller gave.
 */

import { describeValue, UsageError } from "../../errors/client-error.ts"
import type { Sql } from "../../sql/fragment.ts"
import { isFragment } from "../../sql/hole.ts"
import { refuseTemplate } from "../query-arguments.ts"

/** The statement's text. @throws UsageError when it has values, for which COPY has no place */
export function copyText(statement: string | Sql): string {
  if (typeof statement === "string") return statement
  if (!isFragment(statement)) {
    refuseTemplate(statement, "a COPY", "give it a text, or an sql fragment with its values by sql.literal")
    throw new UsageError(`a COPY statement must be a text or an sql fragment, got ${describeValue(statement)}`, {
      safeToRetry: true,
    })
  }
  const { text, values } = statement.compile()
  if (values.length > 0) {
    throw new UsageError("a COPY statement cannot have parameters: put values into it by sql.literal", {
      safeToRetry: true,
    })
  }
  return text
}
