/**
 * The values that stand in for whatever a client is not told, open to change: programs assign to this object after the
 * import, and every client made later has to see it.
 *
 * @see https://node-postgres.com/apis/client
 */

import { environment, isWindows } from "./node-runtime.ts"
import { types } from "./types.ts"

const INT4 = 23
const INT8 = 20
const INT4_ARRAY = 1007
const INT8_ARRAY = 1016

/** What `pg.defaults` holds. */
export interface Defaults {
  host: string
  user: string | undefined
  database: string | undefined
  password: string | null
  connectionString: string | undefined
  port: number
  /** Rows to fetch at a time, 0 for all. */
  rows: number
  binary: boolean
  max: number
  idleTimeoutMillis: number
  client_encoding: string
  ssl: unknown
  sslnegotiation: string | undefined
  application_name: string | undefined
  fallback_application_name: string | undefined
  options: string | undefined
  /** Not there unless a program sets it. */
  replication?: string | undefined
  /** Whether Dates are sent in UTC instead of local time with its offset. */
  parseInputDatesAsUTC: boolean
  statement_timeout: number | false
  lock_timeout: number | false
  idle_in_transaction_session_timeout: number | false
  query_timeout: number | false
  connect_timeout: number
  keepalives: number
  keepalives_idle: number
  /** Setting it makes int8 a number (true) or a string again (false). It cannot be read. */
  set parseInt8(asNumber: boolean)
}

const int8Parser = types.getTypeParser(INT8, "text")
const int8ArrayParser = types.getTypeParser(INT8_ARRAY, "text")

/** `pg.defaults`. */
export const defaults: Defaults = Object.defineProperty(
  {
    host: "localhost",
    user: environment(isWindows ? "USERNAME" : "USER"),
    database: undefined,
    password: null,
    connectionString: undefined,
    port: 5432,
    rows: 0,
    binary: false,
    max: 10,
    idleTimeoutMillis: 30000,
    client_encoding: "",
    ssl: false,
    sslnegotiation: undefined,
    application_name: undefined,
    fallback_application_name: undefined,
    options: undefined,
    parseInputDatesAsUTC: false,
    statement_timeout: false,
    lock_timeout: false,
    idle_in_transaction_session_timeout: false,
    query_timeout: false,
    connect_timeout: 0,
    keepalives: 1,
    keepalives_idle: 0,
  },
  "parseInt8",
  {
    configurable: true,
    enumerable: true,
    set: (asNumber: boolean) => {
      types.setTypeParser(INT8, "text", asNumber ? types.getTypeParser(INT4, "text") : int8Parser)
      types.setTypeParser(INT8_ARRAY, "text", asNumber ? types.getTypeParser(INT4_ARRAY, "text") : int8ArrayParser)
    },
  },
) as Defaults
