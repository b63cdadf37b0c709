/**
 * `connect`: anything that says where → an open Connection.
 */

import { resolveConfig } from "../config/resolve.ts"
import { openLink } from "../link/open.ts"
import { Session } from "../session/session.ts"
import { createDefaultRegistry } from "../types/defaults.ts"
import { Connection } from "./connection.ts"
import { type ConnectOptions, checkSessionOptions, SESSION_OPTION_NAMES } from "./options.ts"

/**
 * Connects to a server.
 *
 * @param conninfo a libpq connection string (URI or keyword/value) or options; what it leaves open comes from `PG*`
 * variables, the service file, the password file and libpq's defaults
 * @param options more options; they win over the string
 * @throws ConfigError before anything is tried, when a parameter cannot be used
 * @throws ServerError when the server refuses the session (wrong password, unknown database, …)
 * @throws ConnectionError when no server could be reached; ConnectError when several were tried
 *
 * @example
 * ```ts
 * await using db = await connect("postgresql://app@db.example.org/shop?sslmode=verify-full")
 * const user = await db.one`select * from users where id = ${id}`
 * ```
 */
export async function connect(conninfo?: string | ConnectOptions, options?: ConnectOptions): Promise<Connection> {
  const all: ConnectOptions = typeof conninfo === "object" ? { ...conninfo, ...options } : (options ?? {})
  const config = resolveConfig(conninfo, options, { otherKeys: SESSION_OPTION_NAMES })
  checkSessionOptions(all)
  const types = createDefaultRegistry(all.types ?? {})
  const opened = await openLink(config, {
    listener: { onNotice: all.onNotice },
    signal: all.signal,
    cancelTimeoutMs: all.cancelTimeout,
  })
  return new Connection(new Session(opened, types, all), config)
}
