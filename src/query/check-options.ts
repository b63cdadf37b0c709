/**
 * Refuses options of a call that cannot mean anything, before anything is sent: a misspelt name, a shape that is none or a
 * timeout in words would otherwise show as something else much later, or never.
 */

import { LONGEST_DELAY_MS } from "../base/clock.ts"
import { describeValue, UsageError } from "../errors/client-error.ts"
import { suggestion } from "../errors/suggestion.ts"
import type { QueryOptions } from "./query.ts"
import type { RowShape } from "./row-shape.ts"

/** The names of all options that a call takes. */
export function optionNames<O>(names: { readonly [Name in keyof O]-?: true }): ReadonlySet<string> {
  return new Set(Object.keys(names))
}

const QUERY_OPTIONS = optionNames<QueryOptions>({
  rows: true,
  prepare: true,
  parameterTypes: true,
  signal: true,
  timeout: true,
  types: true,
})

/** What may end most calls before their time. */
interface Bounds {
  readonly signal?: AbortSignal | undefined
  readonly timeout?: number | undefined
}

/** The names of the options of calls that have no others. */
export const BOUNDS: ReadonlySet<string> = optionNames<Bounds>({ signal: true, timeout: true })

/** Refuses what are no options, and options that the call does not know. @throws UsageError naming the option */
export function checkNames(options: object, known: ReadonlySet<string>): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    refuse("the options", "an object", options)
  }
  for (const name in options) {
    if (known.has(name)) continue
    throw new UsageError(`unknown option ${JSON.stringify(name)}${suggestion(name, known)}`, { safeToRetry: true })
  }
}

/** The same, and what may end the call before its time. @throws UsageError naming the option */
export function checkBounded(options: Bounds, known: ReadonlySet<string> = BOUNDS): void {
  checkNames(options, known)
  checkBounds(options.signal, options.timeout)
}

/** Checks what a caller gave as options of a query, or of something like one. @throws UsageError naming the option */
export function checkOptions(options: QueryOptions, known: ReadonlySet<string> = QUERY_OPTIONS): void {
  checkNames(options, known)
  const { rows, prepare, parameterTypes, signal, timeout, types } = options
  if (rows !== undefined && !isShape(rows)) {
    refuse("the option rows", '"object", "tuple", "scalar", a function or a Standard Schema', rows)
  }
  if (prepare !== undefined && typeof prepare !== "boolean" && prepare !== "auto") {
    refuse("the option prepare", 'true, false or "auto"', prepare)
  }
  if (parameterTypes !== undefined) checkTypes(parameterTypes)
  if (types !== undefined && (typeof types !== "object" || types === null)) {
    refuse("the option types", "an object", types)
  }
  checkBounds(signal, timeout)
}

/** Checks what may end a request before its time. @throws UsageError */
export function checkBounds(signal: AbortSignal | undefined, timeout: number | undefined): void {
  if (signal !== undefined && !isSignal(signal)) refuse("the option signal", "an AbortSignal", signal)
  checkTimeout(timeout)
}

/** Checks a function that a call is to run. @throws UsageError naming the call */
export function checkFunction(fn: unknown, call: string): void {
  if (typeof fn !== "function") refuse(`what ${call} runs`, "a function", fn)
}

/** Judged by what it can do: another realm's AbortSignal is one as well. */
export function isSignal(value: unknown): value is AbortSignal {
  if (typeof value !== "object" || value === null) return false
  const { aborted, addEventListener } = value as Partial<AbortSignal>
  return typeof aborted === "boolean" && typeof addEventListener === "function"
}

function isShape(rows: RowShape | null): boolean {
  if (typeof rows === "object") return typeof rows?.["~standard"]?.validate === "function"
  return typeof rows === "function" || rows === "object" || rows === "tuple" || rows === "scalar"
}

/** Checks a time in milliseconds that a caller gave. @throws UsageError */
export function checkTimeout(timeout: number | undefined): void {
  if (timeout !== undefined && !(typeof timeout === "number" && timeout >= 0 && timeout <= LONGEST_DELAY_MS)) {
    refuse("the option timeout", `milliseconds from 0 to ${LONGEST_DELAY_MS}`, timeout)
  }
}

function checkTypes(types: readonly (string | undefined)[]): void {
  const isName = (type: unknown): boolean => type === undefined || typeof type === "string"
  if (!Array.isArray(types) || !types.every(isName)) {
    refuse(
      "the option parameterTypes",
      "an array of type names",
      Array.isArray(types) ? types.find((type) => !isName(type)) : types,
    )
  }
}

function refuse(what: string, expected: string, value: unknown): never {
  throw new UsageError(`${what} must be ${expected}, got ${describeValue(value)}`, { safeToRetry: true })
}
