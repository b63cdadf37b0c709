/**
 * ConninfoOptions: libpq's parameters as a JavaScript caller gives them, and their translation into the text that the
 * rest of config/ works on. Types are checked here, meanings are not. As in PQconnectdbParams, an empty string and
 * `undefined` count as not given.
 */

import { ConfigError, describeValue } from "../errors/client-error.ts"
import type {
  ChannelBinding,
  LoadBalanceHosts,
  OAuthTokenFunction,
  PasswordFunction,
  SslCertMode,
  SslMode,
  SslNegotiation,
  TargetSessionAttrs,
  TlsExtraOptions,
  TlsVersion,
} from "./config.ts"
import { findOption, KEYWORDS, type KeywordInfo } from "./keywords.ts"
import { optionHint } from "./option-hints.ts"
import type { Setting, Settings } from "./setting.ts"

/** Where and how to connect: libpq's parameters in camelCase, and what only a JavaScript caller can give. */
export interface ConninfoOptions {
  /** A host name, an address, a directory of unix sockets, or several. */
  readonly host?: string | readonly string[] | undefined
  /** Numeric addresses that save looking the hosts up. */
  readonly hostaddr?: string | readonly string[] | undefined
  /** One port for all hosts, or one for each. */
  readonly port?: number | string | readonly (number | string)[] | undefined
  readonly database?: string | undefined
  readonly user?: string | undefined
  /** The password, or a function that is asked for it at each connect. */
  readonly password?: string | PasswordFunction | undefined
  readonly passfile?: string | undefined
  readonly service?: string | undefined
  readonly servicefile?: string | undefined
  /** Milliseconds for each attempt at one address; 0 waits for ever. */
  readonly connectTimeout?: number | undefined
  readonly clientEncoding?: string | undefined
  /** Command-line options for the server process, as `-c geqo=off`. */
  readonly options?: string | undefined
  readonly applicationName?: string | undefined
  readonly fallbackApplicationName?: string | undefined
  readonly keepalives?: boolean | undefined
  /** Milliseconds of silence before the first keepalive probe. */
  readonly keepalivesIdle?: number | undefined
  /** Milliseconds between probes. */
  readonly keepalivesInterval?: number | undefined
  readonly keepalivesCount?: number | undefined
  /** Milliseconds that data may stay unacknowledged. */
  readonly tcpUserTimeout?: number | undefined
  readonly sslmode?: SslMode | undefined
  readonly sslnegotiation?: SslNegotiation | undefined
  readonly sslcompression?: boolean | undefined
  readonly sslcert?: string | undefined
  readonly sslkey?: string | undefined
  readonly sslcertmode?: SslCertMode | undefined
  readonly sslpassword?: string | undefined
  /** A file of trusted certificates, or `"system"`. */
  readonly sslrootcert?: string | undefined
  readonly sslcrl?: string | undefined
  readonly sslcrldir?: string | undefined
  readonly sslsni?: boolean | undefined
  readonly sslMinProtocolVersion?: TlsVersion | undefined
  readonly sslMaxProtocolVersion?: TlsVersion | undefined
  readonly requirepeer?: string | undefined
  /** What the server may ask for, as `"scram-sha-256"` or `["!password", "!md5"]`. */
  readonly requireAuth?: string | readonly string[] | undefined
  readonly channelBinding?: ChannelBinding | undefined
  readonly minProtocolVersion?: string | undefined
  readonly maxProtocolVersion?: string | undefined
  readonly gssencmode?: string | undefined
  readonly krbsrvname?: string | undefined
  readonly gsslib?: string | undefined
  readonly gssdelegation?: boolean | undefined
  readonly replication?: boolean | string | undefined
  readonly targetSessionAttrs?: TargetSessionAttrs | undefined
  readonly loadBalanceHosts?: LoadBalanceHosts | undefined
  readonly scramClientKey?: string | undefined
  readonly scramServerKey?: string | undefined
  readonly oauthIssuer?: string | undefined
  readonly oauthClientId?: string | undefined
  readonly oauthClientSecret?: string | undefined
  readonly oauthScope?: string | undefined
  readonly sslkeylogfile?: string | undefined

  /** Gives a bearer token for OAUTHBEARER. */
  readonly oauthToken?: OAuthTokenFunction | undefined
  /** The most iterations a server may ask of SCRAM; 1 000 000 unless told. */
  readonly scramIterationLimit?: number | undefined
  /** Further options for `tls.connect`. They add to sslmode and cannot weaken it. */
  readonly tls?: TlsExtraOptions | undefined
  /** Session settings to start with, as `{ search_path: "app", statement_timeout: 5000 }`. */
  readonly parameters?: Readonly<Record<string, string | number | boolean>> | undefined
  /** For a connection string from an untrusted source: the only keywords it may have. */
  readonly allowedKeywords?: readonly string[] | undefined
}

const JAVASCRIPT_ONLY: readonly string[] = ["oauthToken", "scramIterationLimit", "tls", "parameters", "allowedKeywords"]

/** Puts every libpq parameter that the options have into `settings`. @throws ConfigError for unknown names. */
export function readOptions(options: ConninfoOptions, settings: Settings, otherKeys: ReadonlySet<string>): void {
  for (const [name, value] of Object.entries(options)) {
    const info = findOption(name)
    if (info === undefined) {
      if (JAVASCRIPT_ONLY.includes(name) || otherKeys.has(name)) continue
      const known = [...KEYWORDS.map(({ option }) => option), ...JAVASCRIPT_ONLY, ...otherKeys]
      throw new ConfigError(`unknown option "${name}"${optionHint(name, known)}`)
    }
    if (value === undefined || value === null || value === "") continue
    if (info.keyword === "password" && typeof value === "function") continue
    const setting = toSetting(info, value)
    if (setting.value.includes("\0")) throw refuse(info, "must not contain a zero byte")
    settings.set(info.keyword, setting)
  }
}

function toSetting(info: KeywordInfo, value: unknown): Setting {
  const place = `the option ${info.option}`
  switch (info.kind) {
    case "text":
      if (typeof value === "string") return { value, place }
      throw refuse(info, `must be a string${orFunction(info)}, got ${describeValue(value)}`)
    case "list":
      return { value: toList(info, value), place }
    case "duration":
      return { value: toCount(info, value, "a number of milliseconds"), place, inMilliseconds: true }
    case "milliseconds":
      return { value: toCount(info, value, "a number of milliseconds"), place }
    case "integer":
      return { value: toCount(info, value, "a number"), place }
    case "flag":
      if (typeof value === "boolean") return { value: value ? "1" : "0", place }
      throw refuse(info, `must be true or false, got ${describeValue(value)}`)
    case "replication":
      if (typeof value === "boolean" || typeof value === "string") return { value: String(value), place }
      throw refuse(info, `must be true, false or "database", got ${describeValue(value)}`)
  }
}

function orFunction(info: KeywordInfo): string {
  return info.keyword === "password" ? " or a function" : ""
}

function toList(info: KeywordInfo, value: unknown): string {
  if (!Array.isArray(value)) return toItem(info, value)
  const items = value.map((item) => toItem(info, item))
  if (items.some((item) => item.includes(","))) throw refuse(info, "an element of the array must not contain a comma")
  return items.join(",")
}

function toItem(info: KeywordInfo, value: unknown): string {
  if (typeof value === "string") return value
  if (info.keyword !== "port")
    throw refuse(info, `must be a string or an array of strings, got ${describeValue(value)}`)
  if (typeof value === "number") return String(value)
  throw refuse(info, `must be a number, a string or an array of them, got ${describeValue(value)}`)
}

function toCount(info: KeywordInfo, value: unknown, expected: string): string {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 2147483647) return String(value)
  throw refuse(info, `must be ${expected} from 0 to 2147483647, got ${describeValue(value)}`)
}

function refuse(info: KeywordInfo, problem: string): ConfigError {
  return new ConfigError(`the option ${info.option}: ${problem}`, { keyword: info.keyword })
}
