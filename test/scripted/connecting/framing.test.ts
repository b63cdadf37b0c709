/**
 * What a hostile server can do with the bytes of a start-up: amounts of work and of memory, malformed SCRAM, and values
 * of ours that would be read as others. Named after the reports.
 */

import { describe, expect, it, vi } from "vitest"
import { type ConnectOptions, connect, errors } from "../../../src/index.ts"
import {
  authenticationOk,
  authenticationSasl,
  authenticationSaslContinue,
  commandComplete,
  int16,
  int32,
  message,
  readyForQuery,
  rowDescription,
} from "../../support/backend-messages.ts"
import { saslInitialFields } from "../../support/frontend-frames.ts"
import { type BackendScript, startScriptedBackend } from "../../support/scripted-backend.ts"
import { failureAt, sentTypes } from "./hostile.ts"

/** Answers the client-first-message; `first` is given the client's nonce. */
function scramFirst(first: (nonce: string) => string): BackendScript {
  return async (client) => {
    await client.startup()
    await client.send(authenticationSasl("SCRAM-SHA-256"))
    const nonce = /r=(.*)$/.exec(saslInitialFields(await client.receive()).data!.toString())![1]!
    await client.send(authenticationSaslContinue(first(nonce)))
    await client.untilClosed()
  }
}

describe("CVE-2026-42198 and RUSTSEC-2026-0179: iterations without bound", () => {
  it.each(["1000001", "2147483647", "99999999999999999999", "0", "-1", "1e3", "0x10", "", " 4096", "4096 "])(
    "i=%s is refused before any hash is made",
    async (iterations) => {
      const derivations = vi.spyOn(crypto.subtle, "deriveBits")
      await using backend = await startScriptedBackend(scramFirst((nonce) => `r=${nonce}x,s=c2FsdA==,i=${iterations}`))
      const error = await failureAt(backend, { sslmode: "disable" })
      expect(error).toBeInstanceOf(errors.AuthenticationError)
      expect(error.message).toMatch(/SCRAM iteration|more than scramIterationLimit|first SCRAM message is malformed/)
      expect(derivations).not.toHaveBeenCalled()
      derivations.mockRestore()
    },
  )

  it("the limit can be lowered", async () => {
    await using backend = await startScriptedBackend(scramFirst((nonce) => `r=${nonce}x,s=c2FsdA==,i=4097`))
    const error = await failureAt(backend, { sslmode: "disable", scramIterationLimit: 4096 })
    expect(error.message).toMatch(/asks for 4097 SCRAM iterations, more than scramIterationLimit \(4096\)/)
  })

  it("what is within the limit leaves the event loop alive", async () => {
    await using backend = await startScriptedBackend(scramFirst((nonce) => `r=${nonce}x,s=c2FsdA==,i=1000000`))
    const derive = crypto.subtle.deriveBits.bind(crypto.subtle)
    const ticked: boolean[] = []
    const derivations = vi.spyOn(crypto.subtle, "deriveBits").mockImplementation(async (...given) => {
      let isTicked = false
      setTimeout(() => {
        isTicked = true
      }, 0)
      const bits = await derive(...given)
      ticked.push(isTicked)
      return bits
    })
    const controller = new AbortController()
    const failed = failureAt(backend, { sslmode: "disable", signal: controller.signal })
    await expect.poll(() => ticked, { timeout: 15_000 }).toEqual([true])
    controller.abort(new Error("seen enough"))
    expect((await failed).message).toBe("seen enough")
    derivations.mockRestore()
  })
})

describe("CVE-2019-10164 and its like: malformed SCRAM", () => {
  it.each<[string, (nonce: string) => string]>([
    ["no nonce of the server", (nonce) => `r=${nonce},s=c2FsdA==,i=4096`],
    ["another nonce", () => "r=somebodyelse,s=c2FsdA==,i=4096"],
    ["a salt that is no base64", (nonce) => `r=${nonce}x,s=***,i=4096`],
    ["a salt in sloppy base64", (nonce) => `r=${nonce}x,s=c2FsdB==,i=4096`],
    ["no salt", (nonce) => `r=${nonce}x,i=4096`],
    ["other order", (nonce) => `s=c2FsdA==,r=${nonce}x,i=4096`],
    ["an extension that must be understood", (nonce) => `m=x,r=${nonce}x,s=c2FsdA==,i=4096`],
    ["a NUL", (nonce) => `r=${nonce}x\0,s=c2FsdA==,i=4096`],
    ["nothing", () => ""],
  ])("%s", async (_, first) => {
    await using backend = await startScriptedBackend(scramFirst(first))
    const error = await failureAt(backend, { sslmode: "disable" })
    expect(error).toBeInstanceOf(errors.AuthenticationError)
    expect(error.message).toMatch(/authentication at server "127\.0\.0\.1", port \d+ failed: .*SCRAM/)
    expect(backend.connections[0]!.received).toHaveLength(1)
  })
})

describe("CVE-2026-4427 and RUSTSEC-2026-0178: a row that is not what its lengths say", () => {
  const row = (...body: Buffer[]): Buffer => message("D", ...body)
  const text = (length: number, value = ""): Buffer => Buffer.concat([int32(length), Buffer.from(value)])

  // The only rows that come while connecting answer the question behind target_session_attrs.
  it.each<[string, Buffer]>([
    ["a length of -2", row(int16(1), text(-2))],
    ["the lowest length there is", row(int16(1), text(-2147483648))],
    ["a length beyond the message", row(int16(1), text(4, "off"))],
    ["a length far beyond it", row(int16(1), text(2147483647, "off"))],
    ["a count without fields", row(int16(1))],
    ["half a length", row(int16(1), Buffer.from([0, 0]))],
    ["no count", row()],
    ["fewer fields than described", row(int16(0))],
    ["more fields than described", row(int16(2), text(3, "off"), text(3, "off"))],
    ["a negative count", row(int16(-1), text(3, "off"))],
    ["bytes behind the last field", row(int16(1), text(3, "off"), Buffer.from("off"))],
  ])("%s ends the attempt", async (_, bytes) => {
    await using backend = await startScriptedBackend(async (client) => {
      await client.login()
      await client.receive()
      await client.send(rowDescription("transaction_read_only"), bytes, commandComplete("SHOW"), readyForQuery())
      await client.untilClosed()
    })
    const error = await failureAt(backend, { sslmode: "disable", targetSessionAttrs: "read-write" })
    expect(error).toBeInstanceOf(errors.ProtocolError)
    expect(error.message).toMatch(/server "127\.0\.0\.1", port \d+: /)
    expect(sentTypes(backend.connections[0])).toMatch(/^QX?$/)
  })
})

describe("memory by message length", () => {
  const head = (type: string, length: number): Buffer => Buffer.concat([Buffer.from(type), int32(length)])

  it.each<[string, Buffer]>([
    ...[0, 1, 2, 3, -1, -2147483648].map((length): [string, Buffer] => [`a length of ${length}`, head("R", length)]),
    ["an authentication request of 2 GiB", head("R", 2147483647)],
    ["an authentication request of 100 MB", head("R", 100_000_000)],
    ["a key of 1 MB", Buffer.concat([authenticationOk(), head("K", 1_000_000)])],
    ["a status of 100 MB", Buffer.concat([authenticationOk(), head("Z", 100_000_000)])],
    ["a negotiation of 2 GiB", head("v", 2147483647)],
  ])("%s ends the attempt at once", async (_, bytes) => {
    await using backend = await startScriptedBackend(async (client) => {
      await client.startup()
      await client.send(bytes)
      await client.untilClosed()
    })
    const before = process.memoryUsage().arrayBuffers
    const error = await failureAt(backend, { sslmode: "disable" })
    expect(error).toBeInstanceOf(errors.ProtocolError)
    expect(error.message).toMatch(/server "127\.0\.0\.1", port \d+: /)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8_000_000)
  })
})

describe("a NUL in a startup parameter, which changed the login role in pgx", () => {
  it.each<[string, ConnectOptions | string]>([
    ["applicationName", { applicationName: "x\0user\0admin" }],
    ["user", { user: "x\0user\0admin" }],
    ["database", { database: "x\0user\0admin" }],
    ["options", { options: "x\0user\0admin" }],
    ["a setting", { parameters: { work_mem: "x\0user\0admin" } }],
    ["a setting's name", { parameters: { "work_mem\0x": "1" } }],
    ["a URI", "postgresql://x%00user%00admin@127.0.0.1/x"],
  ])("%s is refused before a connection is made", async (_, given) => {
    await using backend = await startScriptedBackend([])
    const where: ConnectOptions = { host: backend.host, port: backend.port }
    const promise = typeof given === "string" ? connect(given, where) : connect({ user: "u", ...where, ...given })
    await expect(promise).rejects.toBeInstanceOf(errors.ConfigError)
    expect(backend.connections).toHaveLength(0)
  })

  it("a password function's is refused before the password is sent", async () => {
    await using backend = await startScriptedBackend(async (client) => {
      await client.startup()
      await client.send(authenticationSasl("SCRAM-SHA-256"))
      await client.untilClosed()
    })
    const error = await failureAt(backend, { sslmode: "disable", password: () => "a\0b" })
    expect(error.message).toMatch(/the password must not contain a zero byte/)
    expect(backend.connections[0]!.received).toHaveLength(0)
  })
})
