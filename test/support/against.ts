/**
 * A connection to a server that lets everybody in and then follows a script; both ends are over when the test is.
 */

import { expect } from "vitest"
import { connect } from "../../src/connection/connect.ts"
import type { Connection } from "../../src/connection/connection.ts"
import type { ConnectOptions } from "../../src/connection/options.ts"
import { type BackendScript, startScriptedBackend } from "./scripted-backend.ts"
import { within } from "./within.ts"

/** Of the session, and of each connection that comes to cancel what it does, in their order. */
type Scripts = BackendScript | readonly [session: BackendScript, ...requests: BackendScript[]]

/** Runs a test against a server that lets everybody in and then follows the script. No other connection may come. */
export async function against(
  scripts: Scripts,
  run: (db: Connection) => Promise<void>,
  options: ConnectOptions = {},
): Promise<void> {
  const [session, ...requests] = typeof scripts === "function" ? [scripts] : scripts
  const main: BackendScript = async (client) => {
    await client.login()
    await session(client)
  }
  await using server = await startScriptedBackend([main, ...requests])
  const db = await within("connect", connect(server.url, { sslmode: "disable", ...options }))
  try {
    await run(db)
  } finally {
    db.destroy()
    await within("close", db.close())
  }
  await within("the scripts", server.finished())
  expect(server.connections).toHaveLength(1 + requests.length)
}
