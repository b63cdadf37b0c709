/**
 * A connection to a server that lets everybody in and then follows a script; both ends are over when the test is.
 */

import { connect } from "../../src/connection/connect.ts"
import type { Connection } from "../../src/connection/connection.ts"
import type { ConnectOptions } from "../../src/connection/options.ts"
import { type BackendScript, startScriptedBackend } from "./scripted-backend.ts"
import { within } from "./within.ts"

/** Runs a test against a server that lets everybody in and then follows the script. */
export async function against(
  script: BackendScript,
  run: (db: Connection) => Promise<void>,
  options: ConnectOptions = {},
): Promise<void> {
  await using server = await startScriptedBackend(async (client) => {
    await client.login()
    await script(client)
  })
  const db = await within("connect", connect(server.url, { sslmode: "disable", ...options }))
  try {
    await run(db)
  } finally {
    db.destroy()
    await within("close", db.close())
  }
  await within("the script", server.finished())
}
