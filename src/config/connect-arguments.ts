/**
 * The two arguments of `connect`, told apart: a connection string or URL, options, or both. What would be read as if
 * nothing were given, such as a Map or a promise, is refused: it would lead to a server that nobody has named.
 */

import { ConfigError, describeValue } from "../errors/client-error.ts"

/** A connection string, if there is one, and options. */
export interface ConnectArguments<O> {
  readonly text: string | undefined
  /** Those of both arguments; the second one's win. */
  readonly options: Partial<O>
}

/** @throws ConfigError for what is neither a string nor a URL nor an object of options */
export function readConnectArguments<O extends object>(
  conninfo: string | URL | O | undefined,
  options: O | undefined,
): ConnectArguments<O> {
  if (options !== undefined && !isOptions(options)) {
    throw new ConfigError(`the options must be a plain object, got ${describeValue(options)}`)
  }
  if (conninfo === undefined) return { text: undefined, options: options ?? {} }
  if (typeof conninfo === "string") return { text: conninfo, options: options ?? {} }
  if (conninfo instanceof URL) return { text: conninfo.href, options: options ?? {} }
  if (isOptions(conninfo)) return { text: undefined, options: { ...conninfo, ...givenOnly(options) } }
  const expected = "a string, a URL or a plain object of options"
  throw new ConfigError(`connection parameters must be ${expected}, got ${describeValue(conninfo)}`)
}

/** Options are own properties. Without any, only a plain object, of whichever realm, says that there are none. */
export function isOptions(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null || Object.keys(value).length > 0
}

/** The options that are there: what counts as not given must not hide the other object's. */
function givenOnly<O extends object>(options: O | undefined): Partial<O> {
  const given: Partial<O> = { ...options }
  for (const name of Object.keys(given) as (keyof O)[]) {
    if (given[name] === undefined || given[name] === "") delete given[name]
  }
  return given
}
