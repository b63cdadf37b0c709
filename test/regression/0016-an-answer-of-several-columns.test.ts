/**
 * A server that reports nothing is asked whether it takes writes. The row of its answer was read as far as its first
 * column: a count of columns that lied, or bytes behind the last one, went unnoticed.
 */

import { expect, it } from "vitest"
import { connect, errors } from "../../src/index.ts"
import { commandComplete, dataRow, int16, message, readyForQuery, rowDescription } from "../support/backend-messages.ts"
import { startScriptedBackend } from "../support/scripted-backend.ts"

it.each([
  ["two columns", dataRow("off", "on")],
  ["a negative count of columns", message("D", int16(-1), dataRow("off").subarray(7))],
])("%s are no answer to target_session_attrs", async (_, row) => {
  await using backend = await startScriptedBackend(async (client) => {
    await client.login()
    await client.receive()
    await client.send(rowDescription("transaction_read_only"), row, commandComplete("SHOW"), readyForQuery())
    await client.untilClosed()
  })
  const { host, port } = backend
  const connecting = connect({ host, port, user: "u", sslmode: "disable", targetSessionAttrs: "read-write" })
  await expect(connecting).rejects.toBeInstanceOf(errors.ProtocolError)
})
