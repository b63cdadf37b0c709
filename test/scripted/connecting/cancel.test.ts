/**
 * Where a cancel request goes and how: to the address of the main connection, over TLS when that is, with the same
 * verification, begun in the same way. In the clear it would give the session's key to whoever listens.
 */

import type { Socket } from "node:net"
import { TLSSocket } from "node:tls"
import { beforeAll, describe, expect, it } from "vitest"
import { type ConnectOptions, connect, errors } from "../../../src/index.ts"
import { type Certificates, makeCertificates } from "../../generate/certificates.ts"
import { emptyQueryResponse, readyForQuery } from "../../support/backend-messages.ts"
import { type BackendScript, type ScriptedConnection, startScriptedBackend } from "../../support/scripted-backend.ts"
import { acceptTls } from "./hostile.ts"

let certificates: Certificates

beforeAll(async () => {
  certificates = await makeCertificates()
})

type Opening = (client: ScriptedConnection) => Promise<void>

const plainly: Opening = async () => {}
const directly: Opening = (client) => client.upgradeToTls()

/** A session that answers the round trip which follows a cancel request. */
function session(open: Opening): BackendScript {
  return async (client) => {
    await open(client)
    await client.login()
    if ((await client.receive()).type !== "Q") return
    await client.send(emptyQueryResponse(), readyForQuery())
    await client.untilClosed()
  }
}

/** Takes the cancel request and closes, as servers do. */
function cancelled(open: Opening): BackendScript {
  return async (client) => {
    await open(client)
    await client.receiveStartupPacket()
  }
}

const KEY = Buffer.from([0, 0, 3, 47]) // 815, which the scripted backend gives out
const REQUEST = { kind: "cancel", processId: 4711, key: KEY }

function tlsOptions(port: number, more: ConnectOptions): ConnectOptions {
  const verified: ConnectOptions = { sslmode: "verify-full", tls: { ca: certificates.ca } }
  return { host: "localhost", hostaddr: "127.0.0.1", port, user: "u", ...verified, ...more }
}

describe("a cancel request", () => {
  it("goes in the clear when the session does", async () => {
    await using backend = await startScriptedBackend([session(plainly), cancelled(plainly)])
    await using db = await connect({ host: backend.host, port: backend.port, user: "u", sslmode: "disable" })
    await db.cancel()
    expect(backend.connections[1]!.startupPackets).toEqual([REQUEST])
  })

  it.each<ConnectOptions>([{}, { sslmode: "require" }, { sslmode: "prefer" }])(
    "goes over TLS when the session does: %o",
    async (more) => {
      const tls = certificates.server
      await using backend = await startScriptedBackend([session(acceptTls), cancelled(acceptTls)], { tls })
      await using db = await connect(tlsOptions(backend.port, more))
      await db.cancel()
      expect(backend.connections[1]!.startupPackets).toEqual([{ kind: "ssl" }, REQUEST])
    },
  )

  it("begins TLS directly when the session does", async () => {
    const tls = { ...certificates.server, alpn: "postgresql" }
    await using backend = await startScriptedBackend([session(directly), cancelled(directly)], { tls })
    await using db = await connect(tlsOptions(backend.port, { sslnegotiation: "direct" }))
    expect(db.info.tls).toMatchObject({ alpn: "postgresql" })
    await db.cancel()
    expect(backend.connections[1]!.startupPackets).toEqual([REQUEST])
  })

  it("is not sent to a server that has no TLS all of a sudden, with sslmode=prefer either", async () => {
    const refusing: BackendScript = async (client) => {
      await client.receiveStartupPacket()
      await client.send(Buffer.from("N"))
      await client.untilClosed()
    }
    const tls = certificates.server
    await using backend = await startScriptedBackend([session(acceptTls), refusing], { tls })
    await using db = await connect(tlsOptions(backend.port, { sslmode: "prefer" }))
    await expect(db.cancel()).rejects.toBeInstanceOf(errors.ConnectionError)
    expect(backend.connections[1]!.startupPackets).toEqual([{ kind: "ssl" }])
  })

  it("is not sent to a server that shows another certificate", async () => {
    let received = 0
    const impostor: BackendScript = async (client) => {
      await client.receiveStartupPacket()
      await client.send(Buffer.from("S"))
      const plain = client.socket.removeAllListeners("data").removeAllListeners("end")
      const secure = new TLSSocket(plain as Socket, { isServer: true, ...certificates.serverOfOtherCa })
      secure.on("data", (chunk: Buffer) => {
        received += chunk.length
      })
      await new Promise<void>((resolve) => {
        secure.once("error", () => resolve())
        secure.once("close", () => resolve())
      })
      secure.on("error", () => {})
    }
    const tls = certificates.server
    await using backend = await startScriptedBackend([session(acceptTls), impostor], { tls })
    await using db = await connect(tlsOptions(backend.port, {}))
    await expect(db.cancel()).rejects.toThrow(/certificate does not come from an authority that is trusted/)
    expect(backend.connections).toHaveLength(2)
    expect(received).toBe(0)
  })
})
