/**
 * OAUTHBEARER from one end to the other: a token function and a server that takes tokens.
 *
 * @see https://www.postgresql.org/docs/current/sasl-authentication.html#SASL-OAUTHBEARER
 */

import { expect, it } from "vitest"
import { connect, errors } from "../../../src/index.ts"
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
