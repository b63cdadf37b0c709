/**
 * The three forms in which a query can be given, brought to one.
 */

import { describeValue, UsageError } from "../errors/client-error.ts"
import { checkOptions, optionNames } from "../query/check-options.ts"
import type { Query, QueryOptions } from "../query/query.ts"
import type { RowShape } from "../query/row-shape.ts"
import { compileTemplate } from "../sql/compile.ts"
import type { Sql } from "../sql/fragment.ts"
import { checkValue, isFragment } from "../sql/hole.ts"
import { isTemplate } from "../sql/template.ts"

/** The first argument of a query: a template, a text or a composed fragment. */
export type QueryText = TemplateStringsArray | string | Sql

const NO_VALUES: readonly unknown[] = []
const NO_OPTIONS: QueryOptions = {}
const SCRIPT_OPTIONS = optionNames<Pick<QueryOptions, "rows" | "signal" | "timeout" | "types">>({
  rows: true,
  signal: true,
  timeout: true,
  types: true,
})

/**
 * Normalises a call of `query` and its kin.
 * @param shape the shape of rows where the method, not the caller, decides it
 */
export function toQuery(text: QueryText, rest: readonly unknown[], shape?: RowShape): Query {
  if (typeof text === "string") {
    const values = rest[0] ?? NO_VALUES
    if (!Array.isArray(values)) {
      throw new UsageError(`the parameters must be an array, got ${describeValue(values)}`, { safeToRetry: true })
    }
    checkValues(values)
    // A copy, for the caller goes on with the array while the query waits for its turn, or for its parameters' types, or
    // is run anew because the server's plan was stale. Which will be is not known yet, and a copy takes 10 ns.
    return makeQuery(text, values.slice(), undefined, rest[1] as QueryOptions | undefined, shape)
  }
  if (isTemplate(text)) {
    const { text: statement, values, types } = compileTemplate(text, rest)
    return makeQuery(statement, values, types, NO_OPTIONS, shape)
  }
  if (isFragment(text)) {
    const { text: statement, values, types } = text.compile()
    return makeQuery(statement, values, types, rest[0] as QueryOptions | undefined, shape)
  }
  throw new UsageError(`a query must be a text, a template or an sql fragment, got ${describeValue(text)}`, {
    safeToRetry: true,
  })
}

/** Refuses fragments among values, where they would be data. @throws CompositionError */
export function checkValues(values: readonly unknown[]): void {
  for (const value of values) {
    if (typeof value === "object" && value !== null) checkValue(value, "a parameter")
  }
}

/** Refuses a template where a text is wanted, whose values would be taken for other arguments. @throws UsageError */
export function refuseTemplate(text: unknown, call: string, instead: string): void {
  if (!isTemplate(text)) return
  throw new UsageError(`${call} takes no template: ${instead}`, { safeToRetry: true })
}

/** Refuses what is no script, and options that it cannot have. @throws UsageError */
export function checkScript(script: string, options: QueryOptions): void {
  if (typeof script !== "string") {
    refuseTemplate(script, "execute", "give it a text without values, or run each statement by query")
    throw new UsageError(`a script must be a text, got ${describeValue(script)}`, { safeToRetry: true })
  }
  checkOptions(options, SCRIPT_OPTIONS)
}

function makeQuery(
  text: string,
  values: readonly unknown[],
  castTypes: Query["castTypes"],
  options: QueryOptions = NO_OPTIONS,
  shape?: RowShape,
): Query {
  if (options !== NO_OPTIONS) checkOptions(options)
  return {
    text,
    values,
    parameterTypes: options.parameterTypes,
    castTypes,
    shape: shape ?? options.rows ?? "object",
    prepare: options.prepare ?? "auto",
    signal: options.signal,
    timeout: options.timeout,
    types: options.types,
  }
}
