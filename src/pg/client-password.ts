/**
 * Where a client's password comes from when the server wants one: the config, a function in it, or the password file.
 *
 * @see https://www.postgresql.org/docs/current/libpq-pgpass.html
 */

import { platform } from "#platform"
import { defaultPassfile, findPassword, readPassfile } from "../config/passfile.ts"
import type { ConnectionParameters, PgPassword } from "./connection-parameters.ts"

/** The password; null when there is none. @throws TypeError when a function gave something else than a string */
export async function findClientPassword(
  password: PgPassword,
  parameters: ConnectionParameters,
): Promise<string | null> {
  if (typeof password !== "function") return password ?? passwordOfFile(parameters)
  const given = await password(parameters)
  if (given === undefined) return null
  if (typeof given !== "string") throw new TypeError("Password must be a string")
  return given
}

function passwordOfFile({ host, port, database, user }: ConnectionParameters): string | null {
  const path = platform.env("PGPASSFILE") || defaultPassfile(platform)
  const text = path === undefined ? undefined : readPassfile(path, platform).text
  if (text === undefined) return null
  return findPassword(text, { host: host ?? "localhost", port, database: database ?? "", user: user ?? "" }) ?? null
}
