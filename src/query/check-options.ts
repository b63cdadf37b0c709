/**
 * Refuses options of a query that cannot mean anything, before anything is sent: a misspelt shape or a timeout in words
 * would otherwise show as something else much later.
 */

import { describeValue, UsageError } from "../errors/client-error.ts"
import type { QueryOptions } from "./query.ts"
import type { RowShape } from "./row-shape.ts"

/** The longest time that timers can wait. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1

/** Checks what a caller gave as options. @throws UsageError naming the option */
export function checkOptions(options: QueryOptions): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    refuse("the options", "an object", options)
  }
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

function isShape(rows: RowShape | null): boolean {
  if (typeof rows === "object") return typeof rows?.["~standard"]?.validate === "function"
  return typeof rows === "function" || rows === "object" || rows === "tuple" || rows === "scalar"
}

/** Checks a time in milliseconds that a caller gave. @throws UsageError */
export function checkTimeout(timeout: number | undefined): void {
  if (timeout !== undefined && !(typeof timeout === "number" && timeout >= 0 && timeout <= MAX_TIMEOUT_MS)) {
    refuse("the option timeout", `milliseconds from 0 to ${MAX_TIMEOUT_MS}`, timeout)
  }
}

/** Judged by what it can do: another realm's AbortSignal is one as well. */
function isSignal(value: Partial<AbortSignal> | null): boolean {
  return typeof value?.aborted === "boolean" && typeof value.addEventListener === "function"
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
