import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { describe, expect, test } from "vitest"
import { connect } from "../../src/connection/connect.ts"
import { AuthenticationError, ConfigError, ConnectionError, ProtocolError } from "../../src/errors/client-error.ts"
import { ServerError } from "../../src/errors/server-error.ts"
import { extendedAnswer } from "../support/backend-answers.ts"
import * as backend from "../support/backend-messages.ts"
import { type BackendScript, type ScriptedConnection, startScriptedBackend } from "../support/scripted-backend.ts"
import { failureOf, within } from "../support/within.ts"

const plain = { sslmode: "disable" } as const

/** What a usual server says after the startup packet, without authentication. */
const greeting = Buffer.concat([
  backend.authenticationOk(),
  backend.parameterStatus("server_version", "18.4"),
  backend.backendKeyData(7, 1234),
  backend.readyForQuery(),
])

/** The failure of a connect to a server that follows the script. */
async function refusal(script: BackendScript, options: Parameters<typeof connect>[1] = plain): Promise<Error> {
  await using server = await startScriptedBackend(script)
  return await failureOf("connect", connect(server.url, { connectTimeout: 5000, ...options }))
}

/** Sends bytes once the startup packet is there, then closes. */
function says(...messages: readonly Uint8Array[]): BackendScript {
  return async (client) => {
    await client.startup()
    await client.send(...messages)
  }
}

/** Sends bytes once the startup packet is there, then waits for the client to go. */
function saysAndWaits(...messages: readonly Uint8Array[]): BackendScript {
  return async (client) => {
    await client.startup()
    await client.send(...messages)
    await client.untilClosed()
  }
}

/** Answers one query with one row, then takes the goodbye. */
async function serveOne(client: ScriptedConnection): Promise<void> {
  await client.expect("PDBES")
  await client.send(extendedAnswer("42"))
  await client.expect("X")
}

describe("a server that closes in the middle of the start", () => {
  test("at every byte: one ConnectionError, safe to try elsewhere", async () => {
    let at = 0
    await using server = await startScriptedBackend(async (client) => {
      await client.startup()
      await client.send(greeting.subarray(0, at))
    })
    for (at = 0; at < greeting.length; at++) {
      const error = await failureOf(`closed at ${at}`, connect(server.url, plain))
      expect(error, `closed at ${at}`).toBeInstanceOf(ConnectionError)
      expect(error).toMatchObject({ safeToRetry: true, transient: true })
      expect(error.message).toMatch(/^server "127\.0\.0\.1", port \d+: /)
    }
  })

  test("before it has read anything, and with a reset", async () => {
    expect(await refusal(async () => {})).toBeInstanceOf(ConnectionError)
    expect(await refusal(async (client) => client.reset())).toBeInstanceOf(ConnectionError)
    const afterSsl: BackendScript = async (client) => {
      await client.receiveStartupPacket()
    }
    expect(await refusal(afterSsl, { sslmode: "require" })).toBeInstanceOf(ConnectionError)
    expect(await refusal(afterSsl, { sslmode: "prefer" })).toBeInstanceOf(ConnectionError)
  })

  test("right after it has said that it is ready: the session is there, and its first query tells", async () => {
    await using server = await startScriptedBackend(says(greeting))
    const db = await within("connect", connect(server.url, plain))
    expect(await failureOf("query", db.query("select 1"))).toMatchObject({ code: "PGLINE_CONNECTION" })
    await within("close", db.close())
  })
})

describe("a peer that is no PostgreSQL server", () => {
  test.each(["disable", "prefer", "require"] as const)("one that speaks HTTP, with sslmode %s", async (sslmode) => {
    const server = createServer((_, response) => response.end("hello"))
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const { port } = server.address() as AddressInfo
    try {
      const error = await failureOf(
        "connect",
        connect({ host: "127.0.0.1", port, user: "u", sslmode, connectTimeout: 5000 }),
      )
      expect(error).toBeInstanceOf(ProtocolError)
      expect(error.message).toContain(`port ${port}`)
    } finally {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  })

  test.each([
    ["random bytes", Buffer.from([0x8f, 0x13, 0xaa, 0x00, 0x41, 0x42, 0x43, 0x44, 0x99])],
    ["zeros", Buffer.alloc(64)],
    ["an SSH banner", Buffer.from("SSH-2.0-OpenSSH_9.9\r\n")],
    ["an SMTP banner", Buffer.from("220 mail.example.org ESMTP\r\n")],
    ["a frame of a gigabyte", Buffer.concat([Buffer.from("R"), backend.int32(0x3fffffff)])],
    ["a frame of two gigabytes", Buffer.concat([Buffer.from("E"), backend.int32(0x7fffffff)])],
    ["a frame of negative length", Buffer.concat([Buffer.from("E"), backend.int32(-1)])],
    ["a frame too short for its own length", Buffer.concat([Buffer.from("E"), backend.int32(3)])],
  ])("%s", async (_, bytes) => {
    expect(await refusal(saysAndWaits(bytes))).toBeInstanceOf(ProtocolError)
  })
})

describe("messages out of order", () => {
  test.each([
    ["ReadyForQuery first", backend.readyForQuery()],
    ["a row", backend.dataRow("1")],
    ["BackendKeyData before authentication", backend.backendKeyData(1, 2)],
    ["AuthenticationOk twice", Buffer.concat([backend.authenticationOk(), backend.authenticationOk()])],
    [
      "a password request after AuthenticationOk",
      Buffer.concat([backend.authenticationOk(), backend.authenticationCleartext()]),
    ],
    ["CommandComplete", backend.commandComplete("SELECT 1")],
    ["ParseComplete after AuthenticationOk", Buffer.concat([backend.authenticationOk(), backend.parseComplete()])],
    [
      "a key that is too short",
      Buffer.concat([backend.authenticationOk(), backend.backendKeyData(1, Buffer.alloc(3))]),
    ],
    [
      "a key that is too long",
      Buffer.concat([backend.authenticationOk(), backend.backendKeyData(1, Buffer.alloc(257))]),
    ],
    ["a version that is not lower", backend.negotiateProtocolVersion(9)],
    ["a refusal of options that were not asked for", backend.negotiateProtocolVersion(0, ["_pq_.unknown"])],
    ["an Authentication message of one byte", backend.message("R", Buffer.from([0]))],
    ["an MD5 request without a salt", backend.authenticationMd5(Buffer.alloc(1))],
    ["SASLContinue first", backend.authenticationSaslContinue("r=x,s=x,i=1")],
    ["SASLFinal first", backend.authenticationSaslFinal("v=x")],
  ])("%s", async (_, bytes) => {
    expect(await refusal(saysAndWaits(bytes))).toBeInstanceOf(ProtocolError)
  })

  test("AuthenticationOk in the middle of SCRAM: the server has proved nothing", async () => {
    const error = await refusal(async (client) => {
      await client.startup()
      await client.send(backend.authenticationSasl("SCRAM-SHA-256"))
      await client.expect("p")
      await client.send(greeting)
      await client.untilClosed()
    })
    expect(error).toBeInstanceOf(AuthenticationError)
  })

  test("AuthenticationOk instead of SASLFinal", async () => {
    const error = await refusal(async (client) => {
      await client.startup()
      await client.send(backend.authenticationSasl("SCRAM-SHA-256"))
      const [initial] = await client.expect("p")
      const nonce = /r=([^,]+)/.exec(initial!.body.toString("latin1"))![1]
      const salt = Buffer.from("salt").toString("base64")
      await client.send(backend.authenticationSaslContinue(`r=${nonce}server,s=${salt},i=4096`))
      await client.expect("p")
      await client.send(greeting)
      await client.untilClosed()
    })
    expect(error).toBeInstanceOf(AuthenticationError)
  })

  test("everything at once, before the client has answered", async () => {
    const error = await refusal(saysAndWaits(backend.authenticationSasl("SCRAM-SHA-256"), greeting))
    expect(error).toBeInstanceOf(AuthenticationError)
  })
})

describe("what the server may say", () => {
  test("an error ends the attempt and is told as it is", async () => {
    const error = await refusal(
      says(backend.errorResponse("28P01", "no entry", { S: "FATAL", V: "FATAL", H: "go away" })),
    )
    expect(error).toBeInstanceOf(ServerError)
    expect(error).toMatchObject({ code: "28P01", message: "no entry", hint: "go away", severity: "FATAL" })
  })

  test("an error after AuthenticationOk too", async () => {
    const error = await refusal(
      says(backend.authenticationOk(), backend.errorResponse("3D000", "no such database", { S: "FATAL", V: "FATAL" })),
    )
    expect(error).toMatchObject({ code: "3D000" })
  })

  test("notices anywhere, and no key: the session is there all the same", async () => {
    const notices: string[] = []
    const notice = backend.noticeResponse("01000", "by the way")
    await using server = await startScriptedBackend(async (client) => {
      await client.startup()
      await client.send(notice, backend.authenticationOk(), notice, backend.parameterStatus("server_version", "18.4"))
      await client.send(notice, backend.readyForQuery(), notice)
      await serveOne(client)
    })
    const db = await within(
      "connect",
      connect(server.url, { ...plain, onNotice: ({ message }) => notices.push(message) }),
    )
    expect(db.info.backendPid).toBeUndefined()
    expect(await within("query", db.value("select n"))).toBe(42)
    expect(notices).toEqual(Array.from({ length: 4 }, () => "by the way"))
    await within("close", db.close())
  })

  test("it byte by byte, in turns of the event loop of their own", async () => {
    await using server = await startScriptedBackend(async (client) => {
      await client.startup()
      await client.sendChunked({ size: 1 }, greeting)
      await client.expect("PDBES")
      await client.sendChunked({ size: 1 }, extendedAnswer("42"))
      await client.expect("X")
    })
    const db = await within("connect", connect(server.url, plain))
    expect(await within("query", db.value("select n"))).toBe(42)
    await within("close", db.close())
  })

  test("a version that is lower is spoken, and refused where it is too low", async () => {
    const script: BackendScript = async (client) => {
      expect(await client.startup()).toMatchObject({ version: "3.2" })
      await client.send(backend.negotiateProtocolVersion(0), greeting)
      await client.untilClosed()
    }
    await using server = await startScriptedBackend(script)
    const db = await within("connect", connect(server.url, { ...plain, maxProtocolVersion: "3.2" }))
    expect(db.info.protocolVersion).toBe("3.0")
    await within("close", db.close())
    const refused = connect(server.url, { ...plain, minProtocolVersion: "3.2", maxProtocolVersion: "3.2" })
    expect((await failureOf("connect", refused)).message).toContain("3.0")
  })

  test("a key of 256 bytes", async () => {
    await using server = await startScriptedBackend(async (client) => {
      await client.startup()
      await client.send(
        backend.authenticationOk(),
        backend.backendKeyData(7, Buffer.alloc(256, 1)),
        backend.readyForQuery(),
      )
      await client.untilClosed()
    })
    const db = await within("connect", connect(server.url, { ...plain, maxProtocolVersion: "3.2" }))
    expect(db.info.backendPid).toBe(7)
    await within("close", db.close())
  })

  test("nothing: the attempt ends after its timeout", async () => {
    const error = await refusal((client) => client.hang(), { ...plain, connectTimeout: 50 })
    expect(error).toMatchObject({ code: "PGLINE_TIMEOUT", safeToRetry: true })
  })

  test("half a message and no more: the same", async () => {
    const half: BackendScript = async (client) => {
      await client.startup()
      await client.send(greeting.subarray(0, 20))
      await client.untilClosed()
    }
    expect(await refusal(half, { ...plain, connectTimeout: 50 })).toMatchObject({ code: "PGLINE_TIMEOUT" })
  })

  test("nothing, while the caller gives up: with the caller's reason", async () => {
    const reason = new Error("enough")
    const caller = new AbortController()
    await using server = await startScriptedBackend(async (client) => {
      await client.startup()
      caller.abort(reason)
      await client.untilClosed()
    })
    expect(await failureOf("connect", connect(server.url, { ...plain, signal: caller.signal }))).toBe(reason)
  })
})

describe("strings that would arrive as others", () => {
  const bad = [
    ["a NUL", "x\0user\0admin"],
    ["a lone surrogate", "x\ud800"],
  ] as const

  test.each(
    bad.flatMap(([what, text]) =>
      (["user", "database", "options", "applicationName", "password"] as const).map(
        (option) => [what, option, text] as const,
      ),
    ),
  )("%s in %s: refused, and never sent", async (_, option, text) => {
    const packets: unknown[] = []
    await using server = await startScriptedBackend(async (client) => {
      packets.push(await client.startup())
      await client.send(backend.authenticationCleartext())
      packets.push(await client.receive())
    })
    const error = await failureOf("connect", connect(server.url, { ...plain, [option]: text }))
    expect(error).toBeInstanceOf(ConfigError)
    expect(error.message).not.toContain("admin")
    await server.finished().catch(() => {})
    if (option !== "password") expect(packets).toEqual([])
    else expect(packets.slice(1)).toEqual([])
  })

  test.each(bad)("%s in a session setting", async (_, text) => {
    const url = "postgres://tester@127.0.0.1:1/tests"
    for (const parameters of [{ search_path: text }, { [text]: "x" }]) {
      const error = await failureOf("connect", connect(url, { ...plain, parameters }))
      expect(error).toBeInstanceOf(ConfigError)
    }
  })
})
