/**
 * What is known of a connection: where it leads, who is at the other end, and how the session stands.
 */

import type { Config } from "../config/config.ts"
import type { ServerState, TransactionStatus } from "../link/server-state.ts"
import type { Session } from "../session/session.ts"

/** Details of a connection's TLS session. */
export interface ConnectionTlsInfo {
  /** The protocol version, such as `TLSv1.3`. */
  readonly protocol: string
  /** The cipher's name. */
  readonly cipher: string
  /** The application protocol agreed on: `postgresql` with direct negotiation. */
  readonly alpn: string | undefined
  /** Whether the server's certificate chain was verified. */
  readonly authorized: boolean
}

/** A live view of a connection: the status and the parameters are those of the moment they are read. */
export class ConnectionInfo {
  /** The host as it was given: a name, an address, or a directory of unix sockets. */
  readonly host: string
  readonly port: number
  readonly database: string
  /** The user who was authenticated. */
  readonly user: string
  /** The TLS session, `undefined` on a plain connection. */
  readonly tls: ConnectionTlsInfo | undefined
  readonly #server: ServerState

  constructor(session: Session, config: Config) {
    const { link, target } = session
    this.host = target.host.host
    this.port = target.host.port
    this.database = config.database
    this.user = config.user
    const { tls } = link.transport
    this.tls = tls && { protocol: tls.protocol, cipher: tls.cipher, alpn: tls.alpn, authorized: tls.authorized }
    this.#server = link.server
  }

  /** The server's version as it reports it, such as `18.4`. */
  get serverVersion(): string {
    return this.#server.parameters.get("server_version") ?? ""
  }

  /** The backend's process id; `undefined` behind poolers that do not tell it. */
  get backendPid(): number | undefined {
    return this.#server.processId
  }

  /** The protocol version that is spoken, such as `3.2`. */
  get protocolVersion(): string {
    const version = this.#server.protocolVersion
    return `${version >>> 16}.${version & 0xffff}`
  }

  /** Whether a transaction is open, or a failed one waits for its rollback. */
  get transactionStatus(): TransactionStatus {
    return this.#server.transactionStatus
  }

  /** The settings the server reports (`TimeZone`, `DateStyle`, …), kept up to date. */
  get parameters(): ReadonlyMap<string, string> {
    return this.#server.parameters
  }
}
