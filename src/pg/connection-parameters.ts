/**
 * A client's config as `pg` reads it: what is given and truthy, else the environment, else `defaults`. A connection
 * string goes before everything else that is given.
 *
 * @see https://node-postgres.com/apis/client
 */

import { type ParsedConnectionString, parseConnectionString } from "./connection-string.ts"
import { type Defaults, defaults } from "./defaults.ts"
import { environment } from "./node-runtime.ts"

/** A password, or what gets it when the server asks. */
export type PgPassword =
  | string
  | ((parameters: ConnectionParameters) => string | undefined | Promise<string | undefined>)
  | null
  | undefined

/** Keys that a config may have; there may be others. */
export type ConnectionConfig = Readonly<Record<string, unknown>>

const SSL_MODES: Readonly<Record<string, unknown>> = {
  disable: false,
  prefer: true,
  require: true,
  "verify-ca": true,
  "verify-full": true,
}

/** Where and how a client connects. */
export class ConnectionParameters {
  declare user: string | undefined
  declare database: string | undefined
  declare port: number
  declare host: string | undefined
  declare password: PgPassword
  declare binary: boolean
  declare options: string | undefined
  declare ssl: unknown
  declare sslnegotiation: string | undefined
  declare client_encoding: string
  declare replication: string | undefined
  declare isDomainSocket: boolean
  declare application_name: string | undefined
  declare fallback_application_name: string | undefined
  declare statement_timeout: number | string | false
  declare lock_timeout: number | string | false
  declare idle_in_transaction_session_timeout: number | string | false
  declare query_timeout: number | false
  declare connect_timeout: number | string
  declare keepalives: number
  declare keepalives_idle: number

  /** @throws Error when `sslnegotiation` has no meaning, or none without TLS */
  constructor(config?: string | ConnectionConfig | null) {
    const given = expand(config)
    const value = (key: keyof Defaults, variable: string | undefined = `PG${key.toUpperCase()}`): unknown =>
      given[key] || (variable && environment(variable)) || defaults[key]

    this.user = value("user") as string | undefined
    const database = value("database") as string | undefined
    this.database = database === undefined ? this.user : database
    this.port = Number.parseInt(value("port") as string, 10)
    this.host = value("host") as string | undefined
    // Not to be seen where a client is printed.
    Object.defineProperty(this, "password", {
      configurable: true,
      enumerable: false,
      writable: true,
      value: value("password"),
    })
    this.binary = value("binary") as boolean
    this.options = value("options") as string | undefined
    this.ssl = readSsl(given["ssl"])
    this.sslnegotiation = value("sslnegotiation") as string | undefined
    checkNegotiation(this.sslnegotiation, this.ssl)
    this.client_encoding = value("client_encoding") as string
    this.replication = value("replication") as string | undefined
    this.isDomainSocket = (this.host || "").startsWith("/")
    this.application_name = value("application_name", "PGAPPNAME") as string | undefined
    this.fallback_application_name = value("fallback_application_name", "") as string | undefined
    this.statement_timeout = value("statement_timeout", "") as number | false
    this.lock_timeout = value("lock_timeout", "") as number | false
    this.idle_in_transaction_session_timeout = value("idle_in_transaction_session_timeout", "") as number | false
    this.query_timeout = value("query_timeout", "") as number | false
    const { connectionTimeoutMillis, keepAlive, keepAliveInitialDelayMillis } = given
    this.connect_timeout =
      connectionTimeoutMillis === undefined
        ? environment("PGCONNECT_TIMEOUT") || 0
        : Math.floor((connectionTimeoutMillis as number) / 1000)
    if (typeof keepAlive === "boolean") this.keepalives = Number(keepAlive)
    if (typeof keepAliveInitialDelayMillis === "number") {
      this.keepalives_idle = Math.floor(keepAliveInitialDelayMillis / 1000)
    }
  }
}

function expand(config: string | ConnectionConfig | null | undefined): ConnectionConfig | ParsedConnectionString {
  if (typeof config === "string") return parseConnectionString(config)
  const given = config || {}
  const text = given["connectionString"]
  return text ? { ...given, ...parseConnectionString(text as string) } : given
}

function readSsl(given: unknown): unknown {
  const ssl = given === undefined ? sslOfEnvironment() : given
  if (ssl === "true") return true
  if (ssl === "no-verify") return { rejectUnauthorized: false }
  hideKey(ssl)
  return ssl
}

/** A private key is not to be seen where a client is printed. */
export function hideKey(ssl: unknown): void {
  if (typeof ssl === "object" && ssl !== null && (ssl as { key?: unknown }).key) {
    Object.defineProperty(ssl, "key", { enumerable: false })
  }
}

function sslOfEnvironment(): unknown {
  const mode = environment("PGSSLMODE") ?? ""
  if (mode === "no-verify") return { rejectUnauthorized: false }
  return Object.hasOwn(SSL_MODES, mode) ? SSL_MODES[mode] : defaults.ssl
}

function checkNegotiation(negotiation: string | undefined, ssl: unknown): void {
  if (negotiation !== undefined && negotiation !== "postgres" && negotiation !== "direct") {
    throw new Error(`Invalid sslnegotiation value: "${negotiation}". Valid values are "postgres" and "direct".`)
  }
  if (negotiation === "direct" && !ssl) throw new Error("sslnegotiation=direct requires SSL to be enabled")
}
