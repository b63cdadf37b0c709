/**
 * From everything a person may type to one frozen Config, with libpq's precedence: options over connection string over
 * service over environment over defaults; then the password file. Everything is validated here, before any connection
 * is tried, and no refusal repeats a value.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html
 */

import { platform as defaultPlatform } from "#platform"
import { LONGEST_DELAY_MS } from "../base/clock.ts"
import type { Platform } from "../base/platform.ts"
import { ConfigError, describeValue } from "../errors/client-error.ts"
import type { Config, HostConfig, OAuthConfig, PasswordFunction } from "./config.ts"
import { readConnectArguments } from "./connect-arguments.ts"
import { resolveHosts } from "./hosts.ts"
import { resolveKeepalives } from "./keepalives.ts"
import { findKeyword, KEYWORDS, type Keyword } from "./keywords.ts"
import { type ConninfoOptions, readOptions } from "./options.ts"
import { readConninfo } from "./parse-conninfo.ts"
import { defaultPassfile, findPassword, passfileKey, readPassfile } from "./passfile.ts"
import { resolveProtocolVersions } from "./protocol-versions.ts"
import { resolveRequireAuth } from "./require-auth.ts"
import { applyService } from "./service-file.ts"
import { choiceOf, integerOf, invalidSetting, type Settings, textOf } from "./setting.ts"
import { resolveStartupParameters } from "./startup-parameters.ts"
import { resolveTls } from "./tls-config.ts"

const SCRAM_ITERATION_LIMIT = 1_000_000

/** What resolving depends on besides its input. */
export interface ResolveContext {
  readonly platform?: Platform
  /** Option names that belong to somebody else and are passed over here. */
  readonly otherKeys?: ReadonlySet<string>
}

/**
 * Makes a Config of a connection string, of options, or of both; options win.
 *
 * @throws ConfigError naming the parameter, the place its value came from and what is allowed.
 */
export function resolveConfig(
  conninfo?: string | URL | ConninfoOptions,
  options?: ConninfoOptions,
  context: ResolveContext = {},
): Config {
  const platform = context.platform ?? defaultPlatform
  const otherKeys = context.otherKeys ?? new Set<string>()
  const { text, options: given } = readConnectArguments(conninfo, options)
  const settings: Settings = new Map()
  if (text !== undefined) addString(text, given.allowedKeywords, settings)
  readOptions(given, settings, otherKeys)
  applyService(settings, platform)
  addDefaults(settings, platform)
  for (const [keyword, setting] of settings) {
    if (setting.value.includes("\0")) throw invalidSetting(keyword, setting, "must not contain a zero byte")
    if (!setting.value.isWellFormed()) throw invalidSetting(keyword, setting, "must not contain a lone surrogate")
  }
  refuseUnsupported(settings)

  const user = textOf(settings, "user") ?? platform.userName()
  if (user === undefined)
    throw new ConfigError("user: none is given and the process has no user name", { keyword: "user" })
  const database = textOf(settings, "dbname") ?? user
  const password = resolvePassword(settings, given)
  const passfile = password === undefined ? (textOf(settings, "passfile") ?? defaultPassfile(platform)) : undefined
  const { hosts, problem } = withPasswords(resolveHosts(settings, platform), passfile, database, user, platform)
  if (textOf(settings, "requirepeer") !== undefined && hosts.some((host) => host.isUnix)) {
    throw invalidSetting(
      "requirepeer",
      settings.get("requirepeer"),
      "is not supported: the peer's user cannot be asked for",
    )
  }
  return Object.freeze({
    hosts: Object.freeze(hosts),
    loadBalanceHosts: choiceOf(settings, "load_balance_hosts", ["disable", "random"]),
    targetSessionAttrs: choiceOf(settings, "target_session_attrs", [
      "any",
      "read-write",
      "read-only",
      "primary",
      "standby",
      "prefer-standby",
    ]),
    user,
    database,
    password,
    passfile,
    passfileProblem: problem,
    connectTimeoutMs: resolveConnectTimeout(settings),
    requireAuth: resolveRequireAuth(settings),
    channelBinding: choiceOf(settings, "channel_binding", ["disable", "prefer", "require"]),
    scramIterationLimit: resolveIterationLimit(given.scramIterationLimit),
    scramClientKey: resolveScramKey(settings, "scram_client_key"),
    scramServerKey: resolveScramKey(settings, "scram_server_key"),
    oauth: resolveOAuth(settings, given),
    tls: resolveTls(settings, given.tls),
    keepalives: resolveKeepalives(settings),
    startupParameters: resolveStartupParameters(settings, given.parameters, platform),
    ...resolveProtocolVersions(settings),
  })
}

function addString(text: string, allowed: readonly string[] | undefined, settings: Settings): void {
  if (allowed !== undefined && !(Array.isArray(allowed) && allowed.every((name) => findKeyword(name) !== undefined))) {
    throw new ConfigError("the option allowedKeywords: must be an array of libpq's keywords")
  }
  for (const [keyword, value] of readConninfo(text)) {
    if (allowed !== undefined && !allowed.includes(keyword)) {
      throw new ConfigError(`${keyword} (from the connection string): allowedKeywords does not list it`, { keyword })
    }
    settings.set(keyword, { value, place: "the connection string" })
  }
}

function addDefaults(settings: Settings, platform: Platform): void {
  const modeIsOpen = !settings.has("sslmode") && platform.env("PGSSLMODE") === undefined
  for (const { keyword, env, fallback } of KEYWORDS) {
    if (settings.has(keyword)) continue
    const value = env === undefined ? undefined : platform.env(env)
    if (value !== undefined) settings.set(keyword, { value, place: `environment variable ${env}`, isAmbient: true })
    else if (fallback !== undefined) settings.set(keyword, { value: fallback, place: "the default", isAmbient: true })
  }
  if (!modeIsOpen) return
  if (platform.env("PGREQUIRESSL")?.startsWith("1")) {
    settings.set("sslmode", { value: "require", place: "environment variable PGREQUIRESSL", isAmbient: true })
  } else if (textOf(settings, "sslrootcert") === "system") {
    settings.set("sslmode", { value: "verify-full", place: "sslrootcert=system", isAmbient: true })
  }
}

/** What cannot be had without C libraries is refused when it is asked for; what is only offered is passed over. */
function refuseUnsupported(settings: Settings): void {
  if (choiceOf(settings, "gssencmode", ["disable", "prefer", "require"]) === "require") {
    throw invalidSetting("gssencmode", settings.get("gssencmode"), 'GSSAPI is not supported; use "disable" and TLS')
  }
  if (textOf(settings, "sslkeylogfile") !== undefined) {
    throw invalidSetting("sslkeylogfile", settings.get("sslkeylogfile"), "is not supported; use node --tls-keylog")
  }
}

function resolvePassword(settings: Settings, given: ConninfoOptions): PasswordFunction | undefined {
  if (typeof given.password === "function") return given.password
  const text = textOf(settings, "password")
  return text === undefined ? undefined : () => text
}

function withPasswords(
  hosts: readonly HostConfig[],
  passfile: string | undefined,
  database: string,
  user: string,
  platform: Platform,
): { hosts: HostConfig[]; problem: string | undefined } {
  const contents = passfile === undefined ? undefined : readPassfile(passfile, platform)
  const text = contents?.text
  return {
    hosts: hosts.map((host) => {
      const found = text === undefined ? undefined : findPassword(text, passfileKey(host, database, user))
      return Object.freeze({ ...host, passfilePassword: found === undefined ? undefined : () => found })
    }),
    problem: contents?.problem,
  }
}

/** Whole seconds in strings (libpq made at least two of them until version 16), milliseconds among options. */
function resolveConnectTimeout(settings: Settings): number {
  const setting = settings.get("connect_timeout")
  const value = integerOf(settings, "connect_timeout")
  if (value === undefined || value <= 0) return 0
  return setting?.inMilliseconds ? value : Math.min(value * 1000, LONGEST_DELAY_MS)
}

function resolveIterationLimit(limit: number | undefined): number {
  if (limit === undefined) return SCRAM_ITERATION_LIMIT
  if (Number.isInteger(limit) && limit >= 1) return limit
  throw new ConfigError(`the option scramIterationLimit: must be an integer of at least 1, got ${describeValue(limit)}`)
}

function resolveScramKey(
  settings: Settings,
  keyword: "scram_client_key" | "scram_server_key",
): (() => Uint8Array<ArrayBuffer>) | undefined {
  const text = settings.get(keyword)?.value
  if (text === undefined) return undefined
  if (!/^[A-Za-z0-9+/]{43}=$/.test(text)) {
    throw invalidSetting(keyword, settings.get(keyword), "must be 32 bytes in base64")
  }
  const key = Uint8Array.from(atob(text), (c) => c.charCodeAt(0))
  return () => key
}

function resolveOAuth(settings: Settings, given: ConninfoOptions): OAuthConfig {
  const token = given.oauthToken
  if (token !== undefined && typeof token !== "function") {
    throw new ConfigError(`the option oauthToken: must be a function, got ${describeValue(token)}`)
  }
  const text = (keyword: Keyword) => textOf(settings, keyword)
  const secret = text("oauth_client_secret")
  return Object.freeze({
    issuer: text("oauth_issuer"),
    clientId: text("oauth_client_id"),
    clientSecret: secret === undefined ? undefined : () => secret,
    scope: text("oauth_scope"),
    token,
  })
}
