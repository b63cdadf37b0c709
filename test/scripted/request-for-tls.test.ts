import { describe, expect, test } from "vitest"
import { connect } from "../../src/connection/connect.ts"
import { ConnectionError, ProtocolError } from "../../src/errors/client-error.ts"
import { ServerError } from "../../src/errors/server-error.ts"
import { makeCertificates } from "../generate/certificates.ts"
import { extendedAnswer } from "../support/backend-answers.ts"
import * as backend from "../support/backend-messages.ts"
import { type BackendScript, type ScriptedConnection, startScriptedBackend } from "../support/scripted-backend.ts"
import { failureOf, within } from "../support/within.ts"

/** What a usual server says after the startup packet, without authentication. */
const greeting = Buffer.concat([
  backend.authenticationOk(),
  backend.parameterStatus("server_version", "18.4"),
  backend.backendKeyData(7, 1234),
  backend.readyForQuery(),
])

/** The failure of a connect to a server that follows the script. */
async function refusal(script: BackendScript, options: Parameters<typeof connect>[1]): Promise<Error> {
  await using server = await startScriptedBackend(script)
  return await failureOf("connect", connect(server.url, { connectTimeout: 5000, ...options }))
}

/** Answers one query with one row, then takes the goodbye. */
async function serveOne(client: ScriptedConnection): Promise<void> {
  await client.expect("PDBES")
  await client.send(extendedAnswer("42"))
  await client.expect("X")
}

describe("the request for TLS", () => {
  /** Answers the SSLRequest and keeps the connection open. */
  function answers(...bytes: readonly Uint8Array[]): BackendScript {
    return async (client) => {
      expect(await client.receiveStartupPacket()).toEqual({ kind: "ssl" })
      await client.send(...bytes)
      await client.untilClosed().catch(() => {}) // what comes, if anything, is not a message
    }
  }

  test.each(["prefer", "require"] as const)(
    "plain text behind the S is refused with sslmode %s (CVE-2021-23222)",
    async (sslmode) => {
      await using server = await startScriptedBackend(answers(Buffer.from("S"), greeting))
      expect(await failureOf("connect", connect(server.url, { sslmode }))).toBeInstanceOf(ProtocolError)
      expect(server.connections).toHaveLength(1)
    },
  )

  test("plain text behind an N is refused as well", async () => {
    await using server = await startScriptedBackend(answers(Buffer.from("N"), greeting))
    expect(await failureOf("connect", connect(server.url, { sslmode: "prefer" }))).toBeInstanceOf(ProtocolError)
    expect(server.connections).toHaveLength(1)
  })

  test.each(["prefer", "require"] as const)(
    "an error in answer to it is not shown and leads to nothing else with sslmode %s (CVE-2024-10977)",
    async (sslmode) => {
      const lie = backend.errorResponse("28000", "send your password to evil.example", { S: "FATAL", V: "FATAL" })
      await using server = await startScriptedBackend(answers(lie))
      const error = await failureOf("connect", connect(server.url, { sslmode }))
      expect(error).toBeInstanceOf(ConnectionError)
      expect(error).not.toBeInstanceOf(ServerError)
      expect(`${error.message} ${error.stack} ${String(error.cause)}`).not.toContain("evil")
      expect(server.connections).toHaveLength(1)
    },
  )

  test.each(["G", "s", "\0", "H", "<"])("the answer %j is refused", async (letter) => {
    await using server = await startScriptedBackend(answers(Buffer.from(letter)))
    expect(await failureOf("connect", connect(server.url, { sslmode: "prefer" }))).toBeInstanceOf(ProtocolError)
    expect(server.connections).toHaveLength(1)
  })

  test("an N with sslmode require is refused, and the startup packet is never sent", async () => {
    await using server = await startScriptedBackend(answers(Buffer.from("N")))
    const error = await failureOf("connect", connect(server.url, { sslmode: "require" }))
    expect(error).toBeInstanceOf(ConnectionError)
    expect(server.connections[0]!.startupPackets).toEqual([{ kind: "ssl" }])
  })

  test("an S and then no TLS: with require an error, with prefer another attempt without", async () => {
    const noHandshake: BackendScript = async (client) => {
      await client.receiveStartupPacket()
      await client.send(Buffer.from("S"))
      await client.receiveBytes(5)
      await client.send(Buffer.from("this is no TLS record at all"))
    }
    expect(await refusal(noHandshake, { sslmode: "require" })).toBeInstanceOf(ConnectionError)
    const login: BackendScript = async (client) => {
      expect(await client.receiveStartupPacket()).toMatchObject({ kind: "startup" })
      await client.send(greeting)
      await serveOne(client)
    }
    await using server = await startScriptedBackend([noHandshake, login])
    const db = await within("connect", connect(server.url, { sslmode: "prefer" }))
    expect(db.info.tls).toBeUndefined()
    expect(await within("query", db.value("select n"))).toBe(42)
    await within("close", db.close())
  })

  test("a session over TLS, byte by byte", async () => {
    const { server: tls } = await makeCertificates()
    await using server = await startScriptedBackend(
      async (client) => {
        expect(await client.receiveStartupPacket()).toEqual({ kind: "ssl" })
        await client.send(Buffer.from("S"))
        await client.upgradeToTls()
        await client.startup()
        await client.sendChunked({ size: 1 }, greeting)
        await client.expect("PDBES")
        await client.sendChunked({ size: 7 }, extendedAnswer("42"))
        await client.expect("X")
      },
      { tls },
    )
    const db = await within("connect", connect(server.url, { sslmode: "require" }))
    expect(db.info.tls?.protocol).toMatch(/^TLSv1\.[23]$/)
    expect(await within("query", db.value("select n"))).toBe(42)
    await within("close", db.close())
  })
})
