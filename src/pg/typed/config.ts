/**
 * What clients may be told, as programs in TypeScript write it down. The keys are those of `pg`.
 *
 * @see https://node-postgres.com/apis/client
 */

import { defaults as changeableDefaults } from "../defaults.ts"
import type { Duplex, TlsOptions } from "../node-runtime.ts"
import type { TypeParsers } from "../types.ts"

/** Parsers of a client or of one query, in place of the registry that everybody shares. */
export type CustomTypesConfig = TypeParsers

/** Where a client connects, as whom, and how. What is not told comes from the environment, then from `defaults`. */
export interface ClientConfig {
  user?: string | undefined
  database?: string | undefined
  /** The password, or what gets it when the server asks. */
  password?: string | (() => string | Promise<string>) | undefined
  port?: number | undefined
  /** A name, an address, or the directory of a Unix socket. */
  host?: string | undefined
  /** A URL; what it says goes before the other keys. */
  connectionString?: string | undefined
  /** `true`, or the options of `tls.connect`. */
  ssl?: boolean | TlsOptions | undefined
  /** How TLS begins: by asking first (`postgres`), or at once. */
  sslnegotiation?: "postgres" | "direct" | undefined
  /** Binds the password's exchange to the TLS session (SCRAM-SHA-256-PLUS). */
  enableChannelBinding?: boolean | undefined
  /** How much work a server may ask of SCRAM, 100 000 rounds unless told. */
  scramMaxIterations?: number | undefined
  /** How long to wait for the session, in milliseconds; 0 is for ever. For a pool: for a client. */
  connectionTimeoutMillis?: number | undefined
  /** After how many milliseconds the server cancels a statement. */
  statement_timeout?: false | number | undefined
  /** After how many milliseconds we give a query up. */
  query_timeout?: number | undefined
  /** After how many milliseconds the server stops waiting for a lock. */
  lock_timeout?: number | undefined
  /** After how many milliseconds the server ends a session that idles in a transaction. */
  idle_in_transaction_session_timeout?: number | undefined
  application_name?: string | undefined
  fallback_application_name?: string | undefined
  client_encoding?: string | undefined
  /** Settings for the session, as on the server's command line: `-c search_path=app`. */
  options?: string | undefined
  /** Begins a session for replication: `database`, `true`. */
  replication?: string | undefined
  keepAlive?: boolean | undefined
  keepAliveInitialDelayMillis?: number | undefined
  /** Makes the stream to talk over. */
  stream?: (() => Duplex | undefined) | undefined
  types?: CustomTypesConfig | undefined
  /** Asks for values in binary. */
  binary?: boolean | undefined
  /** Sends queries without waiting for the answers to earlier ones. */
  pipeline?: boolean | undefined
}

/** {@link ClientConfig} under an older name. */
export type ConnectionConfig = ClientConfig

/** What `pg.defaults` holds: it may be changed, and stands in for whatever a client is not told. */
export interface Defaults extends ClientConfig {
  /** Rows to fetch at a time, 0 for all. */
  rows?: number | undefined
  max?: number | undefined
  poolSize?: number | undefined
  poolIdleTimeout?: number | undefined
  idleTimeoutMillis?: number | undefined
  reapIntervalMillis?: number | undefined
  /** Setting it makes int8 a number (true) or a string again (false). */
  parseInt8?: boolean | undefined
  /** Whether Dates are sent in UTC instead of local time with its offset. */
  parseInputDatesAsUTC?: boolean | undefined
}

/** `pg.defaults`. Where there is no password it holds null, which the types of `pg` leave out. */
export const defaults: Defaults = changeableDefaults as Defaults
