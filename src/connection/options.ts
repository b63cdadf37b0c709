/**
 * The options of `connect`: libpq's parameters, and what only a JavaScript caller can give.
 */

import { LONGEST_DELAY_MS } from "../base/clock.ts"
import type { ConninfoOptions } from "../config/options.ts"
import { ConfigError, describeValue } from "../errors/client-error.ts"
import type { Notice } from "../errors/server-error.ts"
import { isSignal } from "../query/check-options.ts"
import type { SessionOptions } from "../session/session.ts"
import type { TypeOptions } from "../types/registry.ts"

/** Where and how to connect, and how the session behaves. */
export interface ConnectOptions extends ConninfoOptions, SessionOptions {
  /** How PostgreSQL's types become JavaScript values where there is a choice. */
  readonly types?: TypeOptions | undefined
  /** Gives up connecting when it aborts; `connect` rejects with its reason. */
  readonly signal?: AbortSignal | undefined
  /** Is told the server's notices and warnings. What it throws is ignored. */
  readonly onNotice?: ((notice: Notice) => void) | undefined
}

/** The names of the options that are not libpq's. */
export const SESSION_OPTION_NAMES: ReadonlySet<string> = new Set([
  "types",
  "signal",
  "onNotice",
  "prepareThreshold",
  "statementCacheSize",
  "pooler",
  "queryTimeout",
  "cancelTimeout",
  "stallTimeout",
  "maxRows",
  "maxResultBytes",
] satisfies (keyof ConnectOptions)[])

/** Refuses values that the session's options cannot have. @throws ConfigError naming the option */
export function checkSessionOptions(options: ConnectOptions): void {
  checkCount("prepareThreshold", options.prepareThreshold)
  checkCount("statementCacheSize", options.statementCacheSize)
  checkTime("queryTimeout", options.queryTimeout)
  checkTime("cancelTimeout", options.cancelTimeout)
  checkTime("stallTimeout", options.stallTimeout)
  checkCount("maxRows", options.maxRows)
  checkCount("maxResultBytes", options.maxResultBytes)
  if (options.pooler !== undefined && typeof options.pooler !== "boolean") {
    throw new ConfigError(`the option pooler must be true or false, got ${describeValue(options.pooler)}`)
  }
  if (options.signal !== undefined && !isSignal(options.signal)) {
    throw new ConfigError(`the option signal must be an AbortSignal, got ${describeValue(options.signal)}`)
  }
  if (options.onNotice !== undefined && typeof options.onNotice !== "function") {
    throw new ConfigError(`the option onNotice must be a function, got ${describeValue(options.onNotice)}`)
  }
}

/** A timer that were to wait longer than it can would go off at once. */
function checkTime(name: string, value: number | undefined): void {
  checkCount(name, value)
  if (value !== undefined && value > LONGEST_DELAY_MS) {
    throw new ConfigError(`the option ${name} must be milliseconds from 0 to ${LONGEST_DELAY_MS}`)
  }
}

function checkCount(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isInteger(value) && value >= 0)) return
  throw new ConfigError(`the option ${name} must be an integer of 0 or more, got ${describeValue(value)}`)
}
