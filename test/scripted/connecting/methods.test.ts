/**
 * What a server may ask for and what of it is given: require_auth against a server that asks for less, cleartext
 * passwords without TLS, checks that a caller's own TLS options cannot take away, and connection strings from strangers.
 */

import { beforeAll, describe, expect, it } from "vitest"
import { type ConnectOptions, connect, errors } from "../../../src/index.ts"
import { type Certificates, makeCertificates } from "../../generate/certificates.ts"
import {
  authenticationCleartext,
  authenticationMd5,
  authenticationOk,
  authenticationSasl,
  backendKeyData,
  errorResponse,
  readyForQuery,
} from "../../support/backend-messages.ts"
import { type BackendScript, startScriptedBackend } from "../../support/scripted-backend.ts"
import { acceptTls, failureAt, printed, SECRET, sentTypes, startupKinds } from "./hostile.ts"

let certificates: Certificates

beforeAll(async () => {
  certificates = await makeCertificates()
})

/** Asks for something and lets in whoever answers. */
function asking(request: Buffer, encrypted = false): BackendScript {
  return async (client) => {
    if (encrypted) await acceptTls(client)
    await client.startup()
    await client.send(request)
    await client.receive()
    await client.send(authenticationOk(), backendKeyData(1, 2), readyForQuery())
    await client.untilClosed()
  }
}

const REQUESTS: Readonly<Record<string, Buffer>> = {
  "a cleartext password": authenticationCleartext(),
  "an MD5-hashed password": authenticationMd5(Buffer.from("salt")),
  "SCRAM-SHA-256 authentication": authenticationSasl("SCRAM-SHA-256"),
}

describe("authentication downgrade: require_auth", () => {
  it.each<[string, string]>([
    ["scram-sha-256", "a cleartext password"],
    ["scram-sha-256", "an MD5-hashed password"],
    ["!password,!md5", "a cleartext password"],
    ["!password,!md5", "an MD5-hashed password"],
    ["md5", "SCRAM-SHA-256 authentication"],
    ["none", "a cleartext password"],
  ])("%s gives nothing to a server that asks for %s", async (requireAuth, request) => {
    await using backend = await startScriptedBackend(asking(REQUESTS[request]!))
    const error = await failureAt(backend, { requireAuth, sslmode: "disable" })
    expect(error).toBeInstanceOf(errors.AuthenticationError)
    expect(error.message).toContain(`require_auth=${requireAuth} is not met: the server requested ${request}`)
    expect(backend.connections.map(sentTypes)).toEqual([""])
  })

  it("scram-sha-256 is not met by a server that asks for nothing", async () => {
    await using backend = await startScriptedBackend(async (client) => {
      await client.login()
      await client.untilClosed()
    })
    const error = await failureAt(backend, { requireAuth: "scram-sha-256", sslmode: "disable" })
    expect(error.message).toContain("require_auth=scram-sha-256 is not met: the server did not ask for any")
  })
})

describe("authentication downgrade under sslmode=prefer: a cleartext password without TLS", () => {
  // An address that leads to this machine and yet is none of the loopback network's.
  const elsewhere: ConnectOptions = { host: "db.example.org", hostaddr: "0.0.0.0" }

  it("is not sent to another machine", async () => {
    await using backend = await startScriptedBackend(asking(REQUESTS["a cleartext password"]!))
    const error = await failureAt(backend, { ...elsewhere, sslmode: "prefer" })
    expect(error).toBeInstanceOf(errors.AuthenticationError)
    expect(error.message).toMatch(/without TLS it is sent only when sslmode is disable or allow, or require_auth names/)
    expect(backend.connections.map(sentTypes)).toEqual([""])
  })

  it("is not sent either when the attempt with TLS was broken off", async () => {
    const breaking: BackendScript = async (client) => {
      await client.receiveStartupPacket()
      await client.send(Buffer.from("S"))
      await client.receiveBytes(1)
      await client.send(Buffer.from("no handshake"))
    }
    await using backend = await startScriptedBackend([breaking, asking(REQUESTS["a cleartext password"]!)])
    const error = await failureAt(backend, { ...elsewhere, sslmode: "prefer" })
    expect(error).toBeInstanceOf(errors.AuthenticationError)
    expect(error.cause).toBeInstanceOf(errors.ConnectionError)
    expect(startupKinds(backend)).toEqual([["ssl"], ["startup"]])
    expect(backend.connections.map(sentTypes)).toEqual(["", ""])
  })

  it.each<[string, ConnectOptions]>([
    ["to this machine", { sslmode: "prefer" }],
    ["when sslmode=disable says so", { ...elsewhere, sslmode: "disable" }],
    ["when sslmode=allow says so", { ...elsewhere, sslmode: "allow" }],
    ["when require_auth says so", { ...elsewhere, sslmode: "prefer", requireAuth: "password,scram-sha-256" }],
  ])("is sent %s", async (_, options) => {
    await using backend = await startScriptedBackend(asking(REQUESTS["a cleartext password"]!))
    await using db = await connect({
      ...options,
      host: options.host ?? backend.host,
      port: backend.port,
      user: "u",
      password: SECRET,
    })
    expect(backend.connections[0]!.received[0]).toMatchObject({ type: "p", body: Buffer.from(`${SECRET}\0`) })
    expect(db.info.tls).toBeUndefined()
  })

  it("is sent over TLS", async () => {
    const play = asking(REQUESTS["a cleartext password"]!, true)
    await using backend = await startScriptedBackend(play, { tls: certificates.server })
    await using db = await connect({ ...elsewhere, port: backend.port, user: "u", password: SECRET, sslmode: "prefer" })
    expect(db.info.tls).toBeDefined()
  })
})

describe("CVE-2018-10936: the caller's own TLS options take no check away", () => {
  const lenient = { checkServerIdentity: () => undefined }

  async function tryTls(certificate: "server" | "serverWrongName" | "serverOfOtherCa", options: ConnectOptions) {
    const play: BackendScript = async (client) => {
      await acceptTls(client)
      await client.login()
      await client.untilClosed()
    }
    await using backend = await startScriptedBackend(play, { tls: certificates[certificate] })
    const all: ConnectOptions = { hostaddr: "127.0.0.1", port: backend.port, user: "u", host: "localhost", ...options }
    try {
      await using db = await connect(all)
      return db.info.tls?.authorized
    } catch (error) {
      return (error as Error).message
    }
  }

  it("verify-full checks the name whatever checkServerIdentity says", async () => {
    const tls = { ...lenient, ca: certificates.ca }
    expect(await tryTls("serverWrongName", { sslmode: "verify-full", tls })).toMatch(/for another name/)
    expect(await tryTls("server", { sslmode: "verify-full", tls })).toBe(true)
  })

  it("a stricter checkServerIdentity is asked too", async () => {
    const tls = { ca: certificates.ca, checkServerIdentity: () => new Error("not this one") }
    expect(await tryTls("server", { sslmode: "verify-full", tls })).toMatch(/not this one/)
  })

  it("verify-ca checks the chain without the name, whatever the options say", async () => {
    const tls = { ...lenient, ca: certificates.ca }
    expect(await tryTls("serverWrongName", { sslmode: "verify-ca", tls })).toBe(true)
    expect(await tryTls("serverOfOtherCa", { sslmode: "verify-ca", tls })).toMatch(/not come from an authority/)
    const careless = { ...tls, rejectUnauthorized: false }
    expect(await tryTls("server", { sslmode: "verify-ca", tls: careless })).toMatch(/contradicts sslmode=verify-ca/)
  })

  it("addresses are looked for among the certificate's addresses", async () => {
    const tls = { ...lenient, ca: certificates.ca }
    expect(await tryTls("server", { host: "127.0.0.1", sslmode: "verify-full", tls })).toBe(true)
    expect(await tryTls("server", { host: "127.0.0.2", sslmode: "verify-full", tls })).toMatch(/for another name/)
  })
})

describe("CVE-2022-21724 and CVE-2020-13692: connection strings from strangers", () => {
  it.each(["socketFactory=evil.Class", "sslfactory=x", "loggerFile=/etc/cron.d/x"])(
    "%s is no keyword",
    async (text) => {
      await expect(connect(`host=127.0.0.1 ${text}`)).rejects.toBeInstanceOf(errors.ConfigError)
    },
  )

  it.each([
    "sslkey=/etc/shadow",
    "passfile=/etc/shadow",
    "service=x",
    "sslrootcert=/tmp/evil",
    "options=-cwork_mem=1GB",
  ])("%s is refused when allowedKeywords leaves it out", async (text) => {
    const allowedKeywords = ["host", "port", "dbname", "user", "password"]
    const error = await connect(`host=127.0.0.1 ${text}`, { allowedKeywords }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(errors.ConfigError)
    expect((error as Error).message).toMatch(/allowedKeywords does not list it/)
  })
})

describe("secrets in errors", () => {
  const wrong = errorResponse("28P01", 'password authentication failed for user "tester"', { S: "FATAL", V: "FATAL" })
  const scripts: Readonly<Record<string, BackendScript>> = {
    "the server refuses it": async (client) => {
      await client.startup()
      await client.send(authenticationCleartext())
      await client.receive()
      await client.send(wrong)
    },
    "the server hangs up on it": async (client) => {
      await client.startup()
      await client.send(authenticationCleartext())
      await client.receive()
    },
    "the server breaks the protocol after it": async (client) => {
      await client.startup()
      await client.send(authenticationCleartext())
      await client.receive()
      await client.send(Buffer.from("?????????"))
    },
  }

  it.each(Object.keys(scripts))("%s", async (name) => {
    await using backend = await startScriptedBackend(scripts[name]!)
    const { host, port } = backend
    for (const where of [
      `postgresql://tester:${SECRET}@${host}:${port}/tests?sslmode=disable`,
      `host=${host} port=${port} user=tester password='${SECRET}' sslmode=disable`,
    ]) {
      const error = await connect(where).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(errors.PglineError)
      expect(printed(error)).not.toContain(SECRET)
    }
    await failureAt(backend, { sslmode: "disable" }) // looks for the secret itself
    await failureAt(backend, { sslmode: "disable", password: async () => SECRET })
  })
})
