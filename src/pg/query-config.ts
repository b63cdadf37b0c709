/**
 * The forms in which a query may be given: text with values and a callback in any combination, or an object that has
 * them all. The caller's object is never written to.
 *
 * @see https://node-postgres.com/features/queries
 */

import type { Result } from "./result.ts"
import type { TypeParsers } from "./types.ts"

/** Gets a result, a script's as an array, or why there is none: `error` is null or undefined then. */
export type QueryCallback = (error: Error | null | undefined, result: Result) => void

/** A query as an object. */
export interface QueryConfig {
  text?: string | undefined
  values?: readonly unknown[] | undefined
  /** Has the server keep the statement under this name. */
  name?: string | undefined
  /** Parsers for this query's values. */
  types?: TypeParsers | undefined
  /** `"array"` for rows by position. */
  rowMode?: string | undefined
  /** Asks for values in binary. */
  binary?: boolean | undefined
  /** `"extended"` has the statement parsed and bound even without values. */
  queryMode?: string | undefined
  /** How many rows to fetch at a time; 0 for all. */
  rows?: number | undefined
  portal?: string | undefined
  callback?: QueryCallback | undefined
  /** After how many milliseconds to give up. */
  query_timeout?: number | undefined
}

/** One object of whatever was given. The values beside a config go before those in it. */
export function normalizeQueryConfig(
  config: string | QueryConfig,
  values?: readonly unknown[] | QueryCallback | null,
  callback?: QueryCallback,
): QueryConfig {
  const normal: QueryConfig = typeof config === "string" ? { text: config } : copyOf(config)
  if (typeof values === "function") normal.callback = values
  else if (values) normal.values = values
  if (callback) normal.callback = callback
  return normal
}

/** With its prototype and its accessors. */
function copyOf(config: QueryConfig): QueryConfig {
  if (config === null || config === undefined) return config
  return Object.create(Object.getPrototypeOf(config), Object.getOwnPropertyDescriptors(config))
}
