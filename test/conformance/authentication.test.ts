/**
 * Authentication against real servers: every password method, passwords that SASLprep changes or refuses, and channel
 * binding to certificates of all kinds.
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { makeCertificates } from "../generate/certificates.ts"
import type { TestServer } from "../support/server-source.ts"
import { startOwnServer } from "../support/test-server.ts"
import { rawLogin } from "./raw-login.ts"

const HBA = [
  "host all by_trust 127.0.0.1/32 trust",
  "host all by_password 127.0.0.1/32 password",
  "host all by_md5 127.0.0.1/32 md5",
  "host all all 127.0.0.1/32 scram-sha-256",
]

describe("methods", () => {
  let server: TestServer
  const run = (sql: string) => rawLogin({ port: server.port, user: "postgres", sql })

  beforeAll(async () => {
    server = await startOwnServer({ hba: HBA })
    await run(`create role by_trust login; create role by_password login password 'secret';
      set password_encryption = 'md5'; create role by_md5 login password 'secret'`)
  })
  afterAll(() => server.stop())

  test.each([
    ["by_trust", undefined],
    ["by_password", undefined],
    ["by_md5", undefined],
    ["postgres", "SCRAM-SHA-256"],
  ])("%s logs in", async (user, mechanism) => {
    expect(await rawLogin({ port: server.port, user })).toBe(mechanism)
  })

  test.each(["by_password", "by_md5", "postgres"])("%s is refused with another password", async (user) => {
    const attempt = rawLogin({ port: server.port, user, password: async () => "wrong" })
    await expect(attempt).rejects.toThrow(/28P01/)
  })

  test.each([
    ["plain", "secret"],
    ["blanks", " a b "],
    ["control characters", "a\x01\x7f"],
    ["composed", "é"],
    ["decomposed", "e\u0301"],
    ["mapped to nothing", "I\u00adX"],
    ["other spaces", "a\u00a0b\u3000c"],
    ["compatibility", "ﬁ①ｐ½"],
    ["ideographs", "密码パスワード"],
    ["right-to-left", "\u05d0\u05d1\u05d2"],
    ["right-to-left, mixed", "\u05d0a\u05d2"],
    ["right-to-left, not at the end", "\u06271"],
    ["invisible only", "\u00ad\u2060"],
    ["unassigned in Unicode 3.2", "\u0221"],
    ["emoji", "pass🦊word"],
    ["private use", "\ue000x\u00a0"],
    ["prohibited, though not after normalization", "a\u0340"],
    ["a thousand characters", "ß".repeat(1000)],
  ])("a password of %s means the same to both sides", async (_name, password) => {
    await run(`drop role if exists by_scram; create role by_scram login password '${password}'`)
    expect(await rawLogin({ port: server.port, user: "by_scram", password: async () => password })).toBe(
      "SCRAM-SHA-256",
    )
  })

  test("an iteration count over the limit is refused", async () => {
    const capped = rawLogin({ port: server.port, user: "postgres", scramIterationLimit: 4095 })
    await expect(capped).rejects.toThrow(/4096 SCRAM iterations, more than scramIterationLimit \(4095\)/)
  })
})

describe("channel binding", () => {
  test.each([
    ["server", "SCRAM-SHA-256-PLUS"],
    ["serverRsa", "SCRAM-SHA-256-PLUS"],
    ["serverSha384", "SCRAM-SHA-256-PLUS"],
    ["serverOfIntermediate", "SCRAM-SHA-256-PLUS"],
  ] as const)("to the certificate %s", async (name, mechanism) => {
    const certificates = await makeCertificates()
    const server = await startOwnServer({ tls: certificates[name] })
    try {
      const login = { port: server.port, user: "postgres", tls: true } as const
      expect(await rawLogin(login)).toBe(mechanism)
      expect(await rawLogin({ ...login, channelBinding: "require" })).toBe(mechanism)
      expect(await rawLogin({ ...login, channelBinding: "disable" })).toBe("SCRAM-SHA-256")
      // Another certificate than the one of this connection, as behind a proxy that ends TLS.
      const other = new Uint8Array(Buffer.from(certificates.serverWrongName.cert.split("-----")[2]!, "base64"))
      await expect(rawLogin({ ...login, serverCertificate: other })).rejects.toThrow(/channel binding check failed/)
      // A proxy that takes the offer away is found out: the client says that it could have bound.
      await expect(rawLogin({ port: server.port, user: "postgres", channelBinding: "require" })).rejects.toThrow(
        /channel_binding is require, but TLS is not in use/,
      )
    } finally {
      await server.stop()
    }
  })

  test("is not defined for Ed25519: left out unless it is required", async () => {
    const certificates = await makeCertificates()
    const server = await startOwnServer({ tls: certificates.serverEd25519 })
    try {
      const login = { port: server.port, user: "postgres", tls: true } as const
      expect(await rawLogin(login)).toBe("SCRAM-SHA-256")
      await expect(rawLogin({ ...login, channelBinding: "require" })).rejects.toThrow(
        /channel_binding is require, but the server's certificate is signed with Ed25519/,
      )
    } finally {
      await server.stop()
    }
  })
})
