/**
 * Connection strings as the package `pg-connection-string` reads them, which is not libpq's way: a URL whose query
 * parameters become keys of the config and win over its other parts, or `/directory database`.
 *
 * @see https://github.com/brianc/node-postgres/tree/master/packages/pg-connection-string
 */

import { readText } from "./node-runtime.ts"

/** What a string says; any query parameter may add a key. */
export interface ParsedConnectionString {
  user?: string | undefined
  password?: string | undefined
  host?: string | null | undefined
  port?: string | undefined
  database?: string | null | undefined
  client_encoding?: string | null | undefined
  ssl?: unknown
  [key: string]: unknown
}

interface SslOptions {
  cert?: string
  key?: string
  ca?: string
  rejectUnauthorized?: boolean
  checkServerIdentity?: () => undefined
}

/** Makes a config of a string. @throws TypeError when it is no URL; the error does not show it */
export function parseConnectionString(text: string): ParsedConnectionString {
  if (text.startsWith("/")) {
    const [host, database] = text.split(" ")
    return { host, database }
  }
  const config: ParsedConnectionString = Object.create(null)
  const { url, isHostless } = parseUrl(encoded(text))
  for (const [name, value] of url.searchParams) config[name] = value
  config.user = config.user || decodeURIComponent(url.username)
  config.password = config.password || decodeURIComponent(url.password)
  if (url.protocol === "socket:") {
    config.host = decodeURI(url.pathname)
    config.database = url.searchParams.get("db")
    config.client_encoding = url.searchParams.get("encoding")
    return config
  }
  setPlace(config, url, isHostless ? "" : url.hostname.replace(/^\[(.+)\]$/, "$1"))
  setSsl(config)
  return config
}

/** Blanks and stray percent signs are let through. */
function encoded(text: string): string {
  return / |%[^a-f0-9]|%[a-f0-9][^a-f0-9]/i.test(text) ? encodeURI(text).replaceAll(/%25(\d\d)/g, "%$1") : text
}

/** URLs need a host; ours may leave it out. */
function parseUrl(text: string): { url: URL; isHostless: boolean } {
  const base = "postgres://base"
  if (URL.canParse(text, base)) return { url: new URL(text, base), isHostless: false }
  try {
    return { url: new URL(text.replace("@/", "@nobody/"), base), isHostless: true }
  } catch (error) {
    // The URL has a password in it.
    if ((error as { input?: string }).input) (error as { input?: string }).input = "*****REDACTED*****"
    throw error
  }
}

function setPlace(config: ParsedConnectionString, url: URL, hostname: string): void {
  let { pathname } = url
  if (!config.host) config.host = decodeURIComponent(hostname)
  else if (/^%2f/i.test(hostname)) pathname = `/${hostname}${pathname}`
  if (!config.port) config.port = url.port
  const name = pathname.slice(1)
  config.database = name ? decodeURI(name) : null
}

function setSsl(config: ParsedConnectionString): void {
  if (config.ssl === "true" || config.ssl === "1") config.ssl = true
  if (config.ssl === "0") config.ssl = false
  const { sslcert, sslkey, sslrootcert, sslmode, uselibpqcompat } = config as Record<string, string | undefined>
  if (sslcert || sslkey || sslrootcert || sslmode) {
    const ssl: SslOptions = {}
    if (sslcert) ssl.cert = readText(sslcert)
    if (sslkey) ssl.key = readText(sslkey)
    if (sslrootcert) ssl.ca = readText(sslrootcert)
    config.ssl = ssl
    if (uselibpqcompat === "true") applyLibpqMode(config, ssl, sslmode)
    else if (sslmode === "disable") config.ssl = false
    else if (sslmode === "no-verify") ssl.rejectUnauthorized = false
  } else if (config["sslnegotiation"] === "direct" && config.ssl === undefined) {
    config.ssl = true
  }
}

/** Without `uselibpqcompat` every mode verifies the whole chain and the name. */
function applyLibpqMode(config: ParsedConnectionString, ssl: SslOptions, mode: string | undefined): void {
  switch (mode) {
    case "disable":
      config.ssl = false
      break
    case "prefer":
      ssl.rejectUnauthorized = false
      break
    case "require":
      if (ssl.ca === undefined) ssl.rejectUnauthorized = false
      else ssl.checkServerIdentity = () => undefined
      break
    case "verify-ca":
      // An empty file is none: Node would trust every authority that it knows, and no name is checked here.
      if (!ssl.ca) {
        throw new Error(
          "SECURITY WARNING: Using sslmode=verify-ca requires specifying a CA with sslrootcert. If a public CA is used, verify-ca allows connections to a server that somebody else may have registered with the CA, making you vulnerable to Man-in-the-Middle attacks. Either specify a custom CA certificate with sslrootcert parameter or use sslmode=verify-full for proper security.",
        )
      }
      ssl.checkServerIdentity = () => undefined
      break
  }
}
