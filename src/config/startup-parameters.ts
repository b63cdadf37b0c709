/**
 * What goes into the StartupMessage besides user and database: libpq's parameters for the server, the three environment
 * variables that are session settings, and the caller's own `parameters`, which override those.
 *
 * The client encoding is always UTF8; asking for another one is refused rather than ignored, except in the environment.
 *
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-STARTUPMESSAGE
 */

import type { Platform } from "../base/platform.ts"
import { ConfigError, describeValue } from "../errors/client-error.ts"
import { isOptions } from "./connect-arguments.ts"
import { invalidSetting, type Settings, textOf } from "./setting.ts"

const SETTINGS_FROM_ENVIRONMENT: readonly (readonly [string, string])[] = [
  ["PGDATESTYLE", "datestyle"],
  ["PGTZ", "timezone"],
  ["PGGEQO", "geqo"],
]
/** These have a place of their own in the StartupMessage or in the options. */
const RESERVED: ReadonlyMap<string, string> = new Map([
  ["user", "the option user"],
  ["database", "the option database"],
  ["replication", "the option replication"],
  ["options", "the option options"],
])

/** All parameters of the StartupMessage but user and database. */
export function resolveStartupParameters(
  settings: Settings,
  parameters: Readonly<Record<string, string | number | boolean>> | undefined,
  platform: Platform,
): Readonly<Record<string, string>> {
  checkEncoding(settings)
  if (parameters !== undefined && !isOptions(parameters)) {
    throw new ConfigError(`the option parameters: must be a plain object of settings, got ${describeValue(parameters)}`)
  }
  const result = new Map<string, string>()
  const replication = textOf(settings, "replication")
  if (replication !== undefined) result.set("replication", replication)
  const options = textOf(settings, "options")
  if (options !== undefined) result.set("options", options)
  const name = textOf(settings, "application_name") ?? textOf(settings, "fallback_application_name")
  if (name !== undefined) result.set("application_name", name)
  result.set("client_encoding", "UTF8")
  for (const [variable, parameter] of SETTINGS_FROM_ENVIRONMENT) {
    const value = platform.env(variable)
    if (value === undefined || value.toLowerCase() === "default") continue
    if (value.includes("\0")) throw new ConfigError(`environment variable ${variable} must not contain a zero byte`)
    result.set(parameter, value)
  }
  for (const [parameter, value] of Object.entries(parameters ?? {})) {
    const key = parameter.toLowerCase()
    // A later spelling of the same setting replaces the earlier one: names are not case-sensitive.
    for (const earlier of result.keys()) if (earlier.toLowerCase() === key) result.delete(earlier)
    result.set(parameter, checkParameter(parameter, key, value))
  }
  return Object.freeze(Object.fromEntries(result))
}

function checkParameter(parameter: string, key: string, value: unknown): string {
  const refuse = (problem: string) => new ConfigError(`the option parameters, "${parameter}": ${problem}`)
  if (parameter === "" || parameter.includes("\0") || !parameter.isWellFormed() || key.startsWith("_pq_.")) {
    throw new ConfigError("the option parameters: a name must be that of a server setting")
  }
  const better = RESERVED.get(key)
  if (better !== undefined) throw refuse(`belongs into ${better}`)
  if (
    typeof value !== "string" &&
    typeof value !== "boolean" &&
    !(typeof value === "number" && Number.isFinite(value))
  ) {
    throw refuse(`must be a string, a finite number or a boolean, got ${describeValue(value)}`)
  }
  const text = String(value)
  if (text.includes("\0")) throw refuse("must not contain a zero byte")
  if (!text.isWellFormed()) throw refuse("must not contain a lone surrogate")
  if (key !== "client_encoding") return text
  if (!isUtf8(text)) throw refuse("only UTF8 is supported")
  return "UTF8"
}

function checkEncoding(settings: Settings): void {
  const setting = settings.get("client_encoding")
  if (setting === undefined || setting.isAmbient || setting.value === "" || setting.value === "auto") return
  if (!isUtf8(setting.value)) throw invalidSetting("client_encoding", setting, "only UTF8 is supported")
}

/** PostgreSQL compares encoding names by their letters and digits. */
function isUtf8(name: string): boolean {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, "")
  return plain === "utf8" || plain === "unicode"
}
