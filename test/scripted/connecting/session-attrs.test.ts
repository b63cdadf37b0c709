/**
 * target_session_attrs where the server does not report what it takes: servers before version 14, and poolers that keep
 * it to themselves. They are asked.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-TARGET-SESSION-ATTRS
 */

import { describe, expect, it } from "vitest"
import { type ConnectOptions, connect, errors } from "../../../src/index.ts"
import {
  commandComplete,
  dataRow,
  errorResponse,
  readyForQuery,
  rowDescription,
} from "../../support/backend-messages.ts"
import { queryText } from "../../support/frontend-frames.ts"
import { type BackendScript, type ScriptedBackend, startScriptedBackend } from "../../support/scripted-backend.ts"

const READ_ONLY = "SHOW transaction_read_only"
const STANDBY = "SELECT pg_catalog.pg_is_in_recovery()"

/** Lets the client in, reports these parameters and answers its questions. */
function server(
  answers: Readonly<Record<string, Buffer[]>>,
  reported: Readonly<Record<string, string>> = {},
): BackendScript {
  return async (client) => {
    await client.login(reported)
    for (;;) {
      const frame = await client.receive()
      if (frame.type === "X") return
      await client.send(...answers[queryText(frame)]!, readyForQuery())
    }
  }
}

const value = (text: string): Buffer[] => [rowDescription("x"), dataRow(text), commandComplete("SHOW")]
const standby = server({ [READ_ONLY]: value("on"), [STANDBY]: value("t") })
const primary = server({ [READ_ONLY]: value("off"), [STANDBY]: value("f") })
const readOnlyPrimary = server({ [READ_ONLY]: value("on"), [STANDBY]: value("f") })

/** The questions asked on each connection. */
function questions(backend: ScriptedBackend): string[][] {
  return backend.connections.map(({ received }) =>
    received.filter((frame) => frame.type === "Q").map((frame) => queryText(frame)),
  )
}

/** Connects to three of one address in order; the backend plays a script for each. */
function to(
  backend: ScriptedBackend,
  targetSessionAttrs: ConnectOptions["targetSessionAttrs"],
  count = 3,
): ConnectOptions {
  const hosts = Array.from({ length: count }, () => backend.host)
  return { host: hosts, port: backend.port, user: "u", sslmode: "disable", targetSessionAttrs }
}

describe("asking a server that reports nothing", () => {
  it.each<[NonNullable<ConnectOptions["targetSessionAttrs"]>, number, string[]]>([
    ["any", 1, []],
    ["read-write", 3, [READ_ONLY]],
    ["read-only", 1, [READ_ONLY]],
    ["primary", 2, [STANDBY]],
    ["standby", 1, [STANDBY]],
    ["prefer-standby", 1, [STANDBY]],
  ])("%s is the host number %d", async (wanted, connections, asked) => {
    await using backend = await startScriptedBackend([standby, readOnlyPrimary, primary])
    await using db = await connect(to(backend, wanted))
    expect(backend.connections).toHaveLength(connections)
    expect(questions(backend)).toEqual(Array.from({ length: connections }, () => asked))
    expect(db.isClosed).toBe(false)
  })

  it("prefer-standby goes round again for any", async () => {
    await using backend = await startScriptedBackend([primary, primary, primary])
    await using db = await connect(to(backend, "prefer-standby", 2))
    expect(questions(backend)).toEqual([[STANDBY], [STANDBY], []])
    expect(db.isClosed).toBe(false)
  })

  it("what is reported is not asked for", async () => {
    const reported = { in_hot_standby: "off", default_transaction_read_only: "off" }
    await using backend = await startScriptedBackend(server({}, reported))
    for (const wanted of ["read-write", "primary"] as const) await (await connect(to(backend, wanted, 1))).close()
    expect(questions(backend)).toEqual([[], []])
  })

  it("half a report is not enough for read-write", async () => {
    await using backend = await startScriptedBackend(server({ [READ_ONLY]: value("off") }, { in_hot_standby: "off" }))
    await (await connect(to(backend, "read-write", 1))).close()
    expect(questions(backend)).toEqual([[READ_ONLY]])
  })
})

describe("an answer that is none", () => {
  it.each<[string, Buffer[]]>([
    ["an error", [errorResponse("42601", "unsupported by the pooler")]],
    ["no row", [rowDescription("x"), commandComplete("SHOW")]],
    ["a NULL", [rowDescription("x"), dataRow(null), commandComplete("SHOW")]],
    ["two rows", [rowDescription("x"), dataRow("off"), dataRow("off"), commandComplete("SHOW")]],
    ["no columns", [rowDescription(), dataRow(), commandComplete("SHOW")]],
  ])("%s: the next host is tried", async (_, answer) => {
    await using backend = await startScriptedBackend([server({ [READ_ONLY]: answer }), primary])
    await using db = await connect(to(backend, "read-write", 2))
    expect(backend.connections).toHaveLength(2)
    expect(db.isClosed).toBe(false)
  })

  it("an error is told when there is no other host", async () => {
    const refusing = server({ [READ_ONLY]: [errorResponse("42601", "unsupported by the pooler")] })
    await using backend = await startScriptedBackend(refusing)
    const error = await connect(to(backend, "read-write", 1)).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(errors.ConnectionError)
    expect((error as Error).message).toMatch(/"SHOW transaction_read_only" failed: unsupported by the pooler/)
  })

  it("silence is subject to the connect timeout", async () => {
    const silent: BackendScript = async (client) => {
      await client.login()
      await client.untilClosed()
    }
    await using backend = await startScriptedBackend([silent, primary])
    await using db = await connect({ ...to(backend, "primary", 2), connectTimeout: 200 })
    expect(questions(backend)).toEqual([[STANDBY], [STANDBY]])
    expect(db.isClosed).toBe(false)
  })
})
