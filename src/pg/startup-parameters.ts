/**
 * The settings that a session begins with, out of a client's parameters.
 *
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-STARTUPMESSAGE
 */

import type { ConnectionParameters } from "./connection-parameters.ts"

const TIMEOUTS = ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"] as const

/** What `client.getStartupConf()` gives, open to change by whoever overrides it. */
export function startupParameters(parameters: ConnectionParameters): Record<string, string> {
  const { user, database, application_name, fallback_application_name, replication, options } = parameters
  const conf: Record<string, string> = { user: user as string, database: database as string }
  const name = application_name || fallback_application_name
  if (name) conf["application_name"] = name
  if (replication) conf["replication"] = String(replication)
  for (const key of TIMEOUTS) {
    if (parameters[key]) conf[key] = String(Number.parseInt(String(parameters[key]), 10))
  }
  if (options) conf["options"] = options
  return conf
}
