/**
 * `connect`: anything that says where → an open Connection.
 */

import { withCallerStack } from "../session/caller-stack.ts"
import { Connection } from "./connection.ts"
import { Connector } from "./connector.ts"
import type { ConnectOptions } from "./options.ts"

/**
 * Connects to a server.
 *
 * @param conninfo a libpq connection string (URI or keyword/value), a URL or options; what it leaves open comes from
 * `PG*` variables, the service file, the password file and libpq's defaults
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
export async function connect(conninfo?: string | URL | ConnectOptions, options?: ConnectOptions): Promise<Connection> {
  const connector = new Connector(conninfo, options)
  const session = await withCallerStack(connector.open(connector.options.signal))
  return new Connection(session, connector.infoOf(session))
}
