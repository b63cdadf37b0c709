/**
 * OAUTHBEARER from one end to the other: a token function and a server that takes tokens.
 *
 * @see https://www.postgresql.org/docs/current/sasl-authentication.html#SASL-OAUTHBEARER
 */

import { expect, it, vi } from "vitest"
import { type ConnectOptions, connect, errors } from "../../../src/index.ts"
import {
  authenticationOk,
  authenticationSasl,
  authenticationSaslContinue,
  backendKeyData,
  errorResponse,
  readyForQuery,
} from "../../support/backend-messages.ts"
import { saslInitialFields } from "../../support/frontend-frames.ts"
import { type BackendScript, startScriptedBackend } from "../../support/scripted-backend.ts"

const taking: BackendScript = async (client) => {
  await client.startup()
  await client.send(authenticationSasl("OAUTHBEARER"))
  await client.receive()
  await client.send(authenticationOk(), backendKeyData(1, 2), readyForQuery())
  await client.untilClosed()
}

it("the token function is told who asks, and its token is sent", async () => {
  await using backend = await startScriptedBackend(taking)
  const requests: unknown[] = []
  await using db = await connect({
    host: backend.host,
    port: backend.port,
    user: "tester",
    sslmode: "disable",
    requireAuth: "oauth",
    oauthIssuer: "https://id.example.org",
    oauthClientId: "app",
    oauthScope: "db",
    oauthToken: async (request) => {
      requests.push(request)
      return "tok.en-1"
    },
  })
  expect(db.info.user).toBe("tester")
  expect(requests).toEqual([
    expect.objectContaining({ user: "tester", issuer: "https://id.example.org", clientId: "app", scope: "db" }),
  ])
  const { mechanism, data } = saslInitialFields(backend.connections[0]!.received[0]!)
  expect(mechanism).toBe("OAUTHBEARER")
  expect(data?.toString()).toBe("n,,\x01auth=Bearer tok.en-1\x01\x01")
})

// An address that leads to this machine and yet is none of the loopback network's.
const elsewhere = { host: "db.example.org", hostaddr: "0.0.0.0", user: "tester" } as const

it("under sslmode=prefer no token is sent, nor even asked for, when there is no TLS", async () => {
  await using backend = await startScriptedBackend(taking)
  const oauthToken = vi.fn(() => "tok.en-3")
  const connecting = connect({ ...elsewhere, port: backend.port, sslmode: "prefer", oauthToken })
  const error = await connecting.catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(errors.AuthenticationError)
  expect((error as Error).message).toMatch(
    /requested OAUTHBEARER authentication: without TLS a token is sent only when sslmode is disable or allow, or require/,
  )
  expect(oauthToken).not.toHaveBeenCalled()
  expect(backend.connections.flatMap(({ received }) => received)).toEqual([])
})

it.each<ConnectOptions>([{ requireAuth: "oauth" }, { sslmode: "disable" }, { sslmode: "allow" }])(
  "with %o it is",
  async (options) => {
    await using backend = await startScriptedBackend(taking)
    const oauthToken = (): string => "tok.en-4"
    await using db = await connect({ sslmode: "prefer", ...elsewhere, port: backend.port, oauthToken, ...options })
    expect(db.info.tls).toBeUndefined()
  },
)

it("a refused token is an AuthenticationError that does not show it", async () => {
  await using backend = await startScriptedBackend(async (client) => {
    await client.startup()
    await client.send(authenticationSasl("OAUTHBEARER"))
    await client.receive()
    await client.send(authenticationSaslContinue('{"status":"invalid_token","scope":"db"}'))
    await client.receive()
    await client.send(errorResponse("28000", "OAuth bearer authentication failed", { S: "FATAL", V: "FATAL" }))
  })
  const where = { host: backend.host, port: backend.port, user: "tester", sslmode: "disable" } as const
  const error = await connect({ ...where, oauthToken: () => "tok.en-2" }).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(errors.AuthenticationError)
  expect((error as Error).message).toMatch(/invalid_token/)
  expect(String((error as Error).stack)).not.toContain("tok.en-2")
})
