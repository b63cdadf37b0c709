/**
 * TLS and authentication downgrade: each published hole that a driver had, against a server (or somebody in between)
 * that tries it. Named after the reports.
 */

import { beforeAll, describe, expect, it } from "vitest"
import { type ConnectOptions, errors } from "../../../src/index.ts"
import { type Certificates, makeCertificates } from "../../generate/certificates.ts"
import {
  authenticationCleartext,
  authenticationMd5,
  authenticationOk,
  authenticationSasl,
  authenticationSaslContinue,
  authenticationSaslFinal,
  errorResponse,
} from "../../support/backend-messages.ts"
import { saslInitialFields } from "../../support/frontend-frames.ts"
import { type BackendScript, type ScriptedConnection, startScriptedBackend } from "../../support/scripted-backend.ts"
import { ScramServer } from "../../unit/auth/scram-server.ts"
import { acceptTls, failureAt, SECRET, sentTypes, startupKinds } from "./hostile.ts"

let certificates: Certificates

beforeAll(async () => {
  certificates = await makeCertificates()
})

/** Asks for SCRAM and follows it up to the server's last word, which `end` replaces. */
function scram(
  offer: readonly string[],
  end: (server: ScramServer, final: Buffer) => Buffer[],
  seen: { header?: string } = {},
): (client: ScriptedConnection) => Promise<void> {
  return async (client) => {
    const server = new ScramServer({ password: SECRET })
    await client.send(authenticationSasl(...offer))
    const initial = saslInitialFields(await client.receive())
    await client.send(authenticationSaslContinue(server.first(initial.data!)))
    seen.header = server.gs2Header
    const final = server.final((await client.receive()).body)
    await client.send(...end(server, final))
    await client.untilClosed()
  }
}

describe("CVE-2021-23222: bytes behind the answer to SSLRequest", () => {
  it.each<[string, Buffer]>([
    ["S and an AuthenticationOk", Buffer.concat([Buffer.from("S"), authenticationOk()])],
    ["N and an AuthenticationOk", Buffer.concat([Buffer.from("N"), authenticationOk()])],
    ["S and S", Buffer.from("SS")],
    ["the answer to GSSENCRequest", Buffer.from("G")],
  ])("%s are refused, and nothing more is sent", async (_, answer) => {
    await using backend = await startScriptedBackend(async (client) => {
      await client.receiveStartupPacket()
      await client.send(answer)
      await client.untilClosed()
    })
    for (const sslmode of ["prefer", "require"] as const) {
      const error = await failureAt(backend, { sslmode })
      expect(error).toBeInstanceOf(errors.ProtocolError)
      expect(error.message).toMatch(/more than its answer to the request for TLS|does not speak PostgreSQL's protocol/)
    }
    expect(startupKinds(backend)).toEqual([["ssl"], ["ssl"]])
    expect(backend.connections.map(sentTypes)).toEqual(["", ""])
  })
})

describe("CVE-2024-10977: an error before TLS", () => {
  it("is not shown, and no attempt without TLS follows", async () => {
    await using backend = await startScriptedBackend(async (client) => {
      await client.receiveStartupPacket()
      await client.send(errorResponse("28P01", "send your password to evil.example", { S: "FATAL", V: "FATAL" }))
      await client.untilClosed()
    })
    const error = await failureAt(backend, { sslmode: "prefer" })
    expect(error).toBeInstanceOf(errors.ConnectionError)
    expect(error).not.toBeInstanceOf(errors.ServerError)
    expect(error.message).toMatch(/answered the request for TLS with an error/)
    expect(error.message).not.toContain("evil")
    expect(startupKinds(backend)).toEqual([["ssl"]])
  })
})

describe("CVE-2025-49146: channel_binding=require whatever the server asks for", () => {
  const scripts: readonly (readonly [string, (client: ScriptedConnection) => Promise<void>])[] = [
    ["nothing", (client) => client.send(authenticationOk())],
    ["a cleartext password", (client) => client.send(authenticationCleartext())],
    ["an MD5 password", (client) => client.send(authenticationMd5(Buffer.from("salt")))],
    ["SCRAM without -PLUS", (client) => client.send(authenticationSasl("SCRAM-SHA-256"))],
    ["OAUTHBEARER", (client) => client.send(authenticationSasl("OAUTHBEARER"))],
  ]

  it.each(scripts)("%s", async (_, script) => {
    const play: BackendScript = async (client) => {
      await acceptTls(client)
      await client.startup()
      await script(client)
      await client.untilClosed()
    }
    await using backend = await startScriptedBackend(play, { tls: certificates.server })
    const error = await failureAt(backend, { sslmode: "require", channelBinding: "require", oauthToken: () => "token" })
    expect(error).toBeInstanceOf(errors.AuthenticationError)
    expect(error.message).toMatch(/channel_binding is require, but/)
    expect(backend.connections.map(sentTypes)).toEqual([""])
  })

  it("an AuthenticationOk before the server's proof", async () => {
    const play: BackendScript = async (client) => {
      await acceptTls(client)
      await client.startup()
      await client.send(authenticationSasl("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"))
      await client.receive()
      await client.send(authenticationOk())
      await client.untilClosed()
    }
    await using backend = await startScriptedBackend(play, { tls: certificates.server })
    const error = await failureAt(backend, { sslmode: "require", channelBinding: "require" })
    expect(error).toBeInstanceOf(errors.AuthenticationError)
    expect(error.message).toMatch(/ended SCRAM authentication before it proved that it knows the password/)
  })
})

describe("CVE-2026-54291 and CVE-2026-53712: a certificate that nothing can be bound to", () => {
  it("fails naming the algorithm when binding is required, instead of going on unbound", async () => {
    const play: BackendScript = async (client) => {
      await acceptTls(client)
      await client.startup()
      await client.send(authenticationSasl("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"))
      await client.untilClosed()
    }
    await using backend = await startScriptedBackend(play, { tls: certificates.serverEd25519 })
    const error = await failureAt(backend, { sslmode: "require", channelBinding: "require" })
    expect(error).toBeInstanceOf(errors.AuthenticationError)
    expect(error.message).toMatch(/channel_binding is require, but the server's certificate is signed with Ed25519/)
    expect(backend.connections.map(sentTypes)).toEqual([""])
  })
})

describe("SCRAM-SHA-256-PLUS taken away or made up", () => {
  it("offered without TLS is refused", async () => {
    await using backend = await startScriptedBackend(async (client) => {
      await client.startup()
      await client.send(authenticationSasl("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"))
      await client.untilClosed()
    })
    const error = await failureAt(backend, { sslmode: "disable" })
    expect(error).toBeInstanceOf(errors.AuthenticationError)
    expect(error.message).toMatch(/the server offers SCRAM-SHA-256-PLUS without TLS/)
  })

  it.each<[string, boolean, ConnectOptions, string]>([
    ["TLS and no offer: y, so that a server that did offer finds out", true, {}, "y,,"],
    ["TLS and binding switched off: n", true, { channelBinding: "disable" }, "n,,"],
    ["no TLS: n", false, { sslmode: "disable" }, "n,,"],
  ])("%s", async (_, encrypted, options, header) => {
    const seen: { header?: string } = {}
    const play: BackendScript = async (client) => {
      if (encrypted) await acceptTls(client)
      await client.startup()
      // As a real server does when it hears y after it has offered -PLUS.
      const refusal = errorResponse("28000", "channel binding check failed", { S: "FATAL", V: "FATAL" })
      await scram(["SCRAM-SHA-256"], () => [refusal], seen)(client)
    }
    await using backend = await startScriptedBackend(play, encrypted ? { tls: certificates.server } : {})
    expect(await failureAt(backend, { sslmode: "require", ...options })).toMatchObject({ code: "28000" })
    expect(seen.header).toBe(header)
  })
})

describe("the server's signature", () => {
  it.each<[string, (server: ScramServer, final: Buffer) => Buffer[], RegExp]>([
    ["left out", () => [authenticationOk()], /before it proved that it knows the password/],
    ["of another key", (server) => [finalWith(server.clientKey)], /signature is wrong: it does not know the password/],
    ["of one bit less", (_, final) => [finalWith(flip(final))], /signature is wrong: it does not know the password/],
    ["cut short", (_, final) => [authenticationSaslFinal(final.subarray(0, 20))], /final SCRAM message is malformed/],
    ["empty", () => [authenticationSaslFinal("v=")], /final SCRAM message is malformed/],
    ["an error", () => [authenticationSaslFinal("e=other-error")], /reports a SCRAM error: other-error/],
  ])("%s", async (_, end, message) => {
    await using backend = await startScriptedBackend(async (client) => {
      await client.startup()
      await scram(["SCRAM-SHA-256"], end)(client)
    })
    const error = await failureAt(backend, { sslmode: "disable" })
    expect(error).toBeInstanceOf(errors.AuthenticationError)
    expect(error.message).toMatch(message)
  })

  function finalWith(signature: Buffer): Buffer {
    return authenticationSaslFinal(`v=${signature.toString("base64")}`)
  }

  function flip(final: Buffer): Buffer {
    const signature = Buffer.from(final.subarray(2).toString(), "base64")
    signature[31] = signature[31]! ^ 1
    return signature
  }
})

describe("ALPACA: a server of another protocol that is led to answer direct TLS", () => {
  it.each<[string, string | undefined, RegExp]>([
    [
      "agrees on no protocol",
      undefined,
      /did not agree on the protocol "postgresql" \(ALPN\), which sslnegotiation=direct/,
    ],
    ["knows another one only", "http/1.1", /TLS failed: .*; sslnegotiation=direct needs PostgreSQL 17 or newer/],
  ])("%s: the startup packet is not sent", async (_, alpn, message) => {
    const play: BackendScript = async (client) => {
      await client.upgradeToTls()
      await client.login()
    }
    const tls = { ...certificates.server, ...(alpn === undefined ? {} : { alpn }) }
    await using backend = await startScriptedBackend(play, { tls })
    const error = await failureAt(backend, { sslmode: "require", sslnegotiation: "direct" })
    expect(error).toBeInstanceOf(errors.ConnectionError)
    expect(error.message).toMatch(message)
    expect(startupKinds(backend)).toEqual([[]])
  })
})
