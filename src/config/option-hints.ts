/**
 * What to use instead of an option that there is not: it may have this name in `pg`, in libpq, or among the options of
 * a pool, or be misspelt.
 */

import { suggestion } from "../errors/suggestion.ts"
import { findKeyword } from "./keywords.ts"

const IS_CONNINFO = "a connection string is the first argument"
const IS_PARAMETER = "settings of the session belong into the option parameters"

const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ["connectionString", IS_CONNINFO],
  ["uri", IS_CONNINFO],
  ["url", IS_CONNINFO],
  ["ssl", 'use sslmode, such as "verify-full", and tls for what else TLS is to be told'],
  ["username", "use user"],
  ["hostname", "use host"],
  ["connectionTimeoutMillis", "use connectTimeout, and for the wait for a pool's connection its acquireTimeout"],
  ["idleTimeoutMillis", "use maxIdle, an option of Pool"],
  ["statement_timeout", IS_PARAMETER],
  ["lock_timeout", IS_PARAMETER],
  ["idle_in_transaction_session_timeout", IS_PARAMETER],
  ["search_path", IS_PARAMETER],
])

const POOL_OPTIONS: ReadonlySet<string> = new Set([
  ...[
    "name",
    "min",
    "max",
    "acquireTimeout",
    "maxWaiting",
    "maxLifetime",
    "maxIdle",
    "healthCheck",
    "healthCheckAfter",
  ],
  ...["reconnectTimeout", "reset", "maxPipeline", "leakTimeout", "hookTimeout", "listenHeartbeat", "allowExitOnIdle"],
  ...["onConnect", "onAcquire", "onRelease", "onRemove", "onReconnectFailed"],
])

/** What to append to the refusal of an option that is none of `known`; empty when there is nothing to say. */
export function optionHint(name: string, known: Iterable<string>): string {
  const elsewhere = ELSEWHERE.get(name)
  if (elsewhere !== undefined) return `; ${elsewhere}`
  const info = findKeyword(name)
  if (info !== undefined) return `; use ${info.option}${info.kind === "duration" ? ", in milliseconds" : ""}`
  if (POOL_OPTIONS.has(name)) return "; it is an option of Pool"
  return suggestion(name, known)
}
