/**
 * The parameters of TLS, validated but with no file read yet: `tls-handshake.ts` does that for each connection, so that
 * renewed certificates are picked up. Refuses combinations that would be weaker than they look.
 *
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html
 */

import { ConfigError, describeValue } from "../errors/client-error.ts"
import type { SslMode, TlsConfig, TlsExtraOptions, TlsVersion } from "./config.ts"
import type { Keyword } from "./keywords.ts"
import { choiceOf, invalidSetting, type Settings, textOf } from "./setting.ts"

const MODES: readonly SslMode[] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]
const VERSIONS: readonly TlsVersion[] = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]
/** These belong to sslmode and its kin, or to the way the connection is made. */
const OWNED: ReadonlyMap<string, string> = new Map([
  ["host", "the option host"],
  ["port", "the option port"],
  ["path", "the option host"],
  ["lookup", "the option hostaddr"],
  ["socket", "the library"],
  ["ALPNProtocols", "the library"],
  ["servername", "the options host and hostaddr"],
  ["secureProtocol", "the options sslMinProtocolVersion and sslMaxProtocolVersion"],
])

/** What may be given as a file or as contents. */
const FILES: readonly (readonly [option: string, keyword: Keyword])[] = [
  ["ca", "sslrootcert"],
  ["cert", "sslcert"],
  ["key", "sslkey"],
  ["passphrase", "sslpassword"],
  ["crl", "sslcrl"],
]

/** What may be given either way, but not both: Node would take the caller's, be it the weaker one. */
const VERSION_OPTIONS: readonly (readonly [option: string, keyword: Keyword])[] = [
  ["minVersion", "ssl_min_protocol_version"],
  ["maxVersion", "ssl_max_protocol_version"],
]

/** Reads everything that governs TLS. */
export function resolveTls(settings: Settings, extra: TlsExtraOptions | undefined): TlsConfig {
  const mode = choiceOf(settings, "sslmode", MODES)
  const negotiation = choiceOf(settings, "sslnegotiation", ["postgres", "direct"])
  const rootCert = textOf(settings, "sslrootcert")
  if (rootCert === "system" && mode !== "verify-full") {
    throw invalidSetting("sslmode", settings.get("sslmode"), 'must be "verify-full" with sslrootcert=system')
  }
  if (negotiation === "direct" && MODES.indexOf(mode) < MODES.indexOf("require")) {
    const allowed = 'must be "require", "verify-ca" or "verify-full" with sslnegotiation=direct'
    throw invalidSetting("sslmode", settings.get("sslmode"), allowed)
  }
  const minVersion = versionOf(settings, "ssl_min_protocol_version")
  const maxVersion = versionOf(settings, "ssl_max_protocol_version")
  if (minVersion && maxVersion && VERSIONS.indexOf(minVersion) > VERSIONS.indexOf(maxVersion)) {
    const setting = settings.get("ssl_min_protocol_version")
    throw invalidSetting("ssl_min_protocol_version", setting, "exceeds ssl_max_protocol_version")
  }
  const keyPassword = textOf(settings, "sslpassword")
  checkExtra(extra, mode)
  for (const [option, keyword] of FILES) {
    if (textOf(settings, keyword) !== undefined) refuseTwice(extra, option, settings, keyword)
  }
  for (const [option, keyword] of VERSION_OPTIONS) {
    const isChosen = textOf(settings, keyword) !== undefined && !settings.get(keyword)?.isAmbient
    if (isChosen) refuseTwice(extra, option, settings, keyword)
  }
  const certMode = choiceOf(settings, "sslcertmode", ["disable", "allow", "require"])
  if (certMode === "disable" && (extra?.cert !== undefined || extra?.["pfx"] !== undefined)) {
    throw invalidSetting(
      "sslcertmode",
      settings.get("sslcertmode"),
      'is "disable", but the option tls has a certificate',
    )
  }
  return Object.freeze({
    mode,
    negotiation,
    certPath: textOf(settings, "sslcert"),
    keyPath: keyPathOf(settings),
    keyPassword: keyPassword === undefined ? undefined : () => keyPassword,
    certMode,
    rootCert,
    crlPath: textOf(settings, "sslcrl"),
    crlDirectory: textOf(settings, "sslcrldir"),
    sni: settings.get("sslsni")?.value.startsWith("1") ?? true,
    minVersion,
    maxVersion,
    extra: extra === undefined ? undefined : () => extra,
  })
}

function refuseTwice(extra: TlsExtraOptions | undefined, option: string, settings: Settings, keyword: Keyword): void {
  if (extra?.[option] === undefined) return
  throw invalidSetting(keyword, settings.get(keyword), `the option tls has "${option}" too; give only one of them`)
}

function versionOf(
  settings: Settings,
  keyword: "ssl_min_protocol_version" | "ssl_max_protocol_version",
): TlsVersion | undefined {
  const text = textOf(settings, keyword)?.toLowerCase()
  if (text === undefined) return undefined
  const version = VERSIONS.find((known) => known.toLowerCase() === text)
  if (version === undefined) {
    throw invalidSetting(keyword, settings.get(keyword), `must be one of ${VERSIONS.join(", ")}`)
  }
  return version
}

/** A colon in sslkey names an OpenSSL engine and its key, except after a Windows drive letter. */
function keyPathOf(settings: Settings): string | undefined {
  const path = textOf(settings, "sslkey")
  if (path?.includes(":") && !/^[A-Za-z]:[\\/]/.test(path)) {
    throw invalidSetting("sslkey", settings.get("sslkey"), "OpenSSL engines are not supported; it must be a file")
  }
  return path
}

function checkExtra(extra: TlsExtraOptions | undefined, mode: SslMode): void {
  if (extra === undefined) return
  if (typeof extra !== "object" || extra === null) {
    throw new ConfigError(`the option tls: must be an object of tls.connect options, got ${describeValue(extra)}`)
  }
  for (const name of Object.keys(extra)) {
    const owner = OWNED.get(name)
    if (owner !== undefined) throw new ConfigError(`the option tls: "${name}" is governed by ${owner}`)
  }
  // Node takes an empty one for none, and then trusts the authorities that it brings along.
  for (const [name] of FILES) if (isEmpty(extra[name])) throw new ConfigError(`the option tls: "${name}" is empty`)
  if (extra["rejectUnauthorized"] === false && (mode === "verify-ca" || mode === "verify-full")) {
    throw new ConfigError(`the option tls: "rejectUnauthorized" is false, which contradicts sslmode=${mode}`)
  }
}

function isEmpty(value: unknown): boolean {
  if (typeof value === "string" || value instanceof Uint8Array || Array.isArray(value)) return value.length === 0
  return value === null
}
