/** Connecting to a scripted backend that means no good, and what comes of it. */

import { inspect } from "node:util"
import { type ConnectOptions, connect } from "../../../src/index.ts"
import type { ScriptedBackend, ScriptedConnection } from "../../support/scripted-backend.ts"

/** The user's password in all these tests: it must never be seen where it does not belong. */
export const SECRET = "S3CRET"

/** The error that connecting ends in; getting in is a failure of the test. */
export async function failureAt(backend: ScriptedBackend, options: ConnectOptions = {}): Promise<Error> {
  const given: ConnectOptions = {
    host: backend.host,
    port: backend.port,
    user: "tester",
    password: SECRET,
    database: "tests",
    connectTimeout: 10_000,
    ...options,
  }
  try {
    await using db = await connect(given)
    throw new Error(`connected to ${db.info.host}, which must not happen`)
  } catch (error) {
    if (printed(error).includes(SECRET)) throw new Error("the password is shown in the error")
    return error as Error
  }
}

/** Everything that a log could show of a value. */
export function printed(value: unknown): string {
  const error = value instanceof Error ? `${value.message}\n${value.stack}\n${value}` : ""
  return `${error}\n${inspect(value, { depth: Infinity, showHidden: true, getters: true })}\n${JSON.stringify(value)}`
}

/** Says S to the request for TLS and shakes hands. */
export async function acceptTls(client: ScriptedConnection): Promise<void> {
  const request = await client.receiveStartupPacket()
  if (request.kind !== "ssl") throw new Error(`the client began with ${request.kind} instead of asking for TLS`)
  await client.send(Buffer.from("S"))
  await client.upgradeToTls()
}

/** The types of the messages that the client has sent on a connection. */
export function sentTypes(connection: ScriptedConnection | undefined): string {
  return (connection?.received ?? []).map((frame) => frame.type).join("")
}

/** The kinds of the packets before the first message, on all connections in order. */
export function startupKinds(backend: ScriptedBackend): string[][] {
  return backend.connections.map(({ startupPackets }) => startupPackets.map((packet) => packet.kind))
}
