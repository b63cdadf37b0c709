/**
 * Which version of the protocol is spoken: what is asked for, what a server may answer, cancel keys of the length that
 * the version has, and peers that know nothing of any of it.
 *
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-NEGOTIATEPROTOCOLVERSION
 */

import { describe, expect, it } from "vitest"
import { type ConnectOptions, connect, errors } from "../../../src/index.ts"
import {
  authenticationCleartext,
  authenticationOk,
  backendKeyData,
  emptyQueryResponse,
  errorResponse,
  int32,
  message,
  negotiateProtocolVersion,
  readyForQuery,
} from "../../support/backend-messages.ts"
import { type BackendScript, type ScriptedBackend, startScriptedBackend } from "../../support/scripted-backend.ts"
import { failureAt } from "./hostile.ts"

const FATAL = { S: "FATAL", V: "FATAL" }

/** Sends something after the startup packet and then lets the client in, with a key. */
function greeting(first: readonly Buffer[], key: number | Uint8Array = 815): BackendScript {
  return async (client) => {
    await client.startup()
    await client.send(...first, authenticationOk(), backendKeyData(4711, key), readyForQuery())
    await client.untilClosed()
  }
}

/** The versions in the startup packets, in order. */
function askedFor(backend: ScriptedBackend): string[] {
  return backend.connections.flatMap(({ startupPackets }) =>
    startupPackets.flatMap((packet) => (packet.kind === "startup" ? [packet.version] : [])),
  )
}

async function spoken(backend: ScriptedBackend, options: ConnectOptions): Promise<string> {
  const { host, port } = backend
  await using db = await connect({ host, port, user: "u", password: "p", sslmode: "disable", ...options })
  return db.info.protocolVersion
}

describe("asking", () => {
  it.each<[ConnectOptions, string]>([
    [{}, "3.0"],
    [{ maxProtocolVersion: "3.0" }, "3.0"],
    [{ maxProtocolVersion: "3.2" }, "3.2"],
    [{ maxProtocolVersion: "latest" }, "3.2"],
    [{ minProtocolVersion: "3.2" }, "3.2"],
    [{ minProtocolVersion: "3.0", maxProtocolVersion: "latest" }, "3.2"],
  ])("%o asks for %s", async (options, version) => {
    await using backend = await startScriptedBackend(greeting([]))
    expect(await spoken(backend, options)).toBe(version)
    expect(askedFor(backend)).toEqual([version])
  })
})

describe("a server that speaks 3.0 only", () => {
  it.each<[string, Buffer]>([
    ["as PostgreSQL says it", negotiateProtocolVersion(0)],
    ["by the minor version alone", message("v", int32(0), int32(0))],
  ])("%s", async (_, answer) => {
    await using backend = await startScriptedBackend(greeting([answer]))
    expect(await spoken(backend, { maxProtocolVersion: "latest" })).toBe("3.0")
    expect(askedFor(backend)).toEqual(["3.2"])
  })

  it("is refused when min_protocol_version asks for more", async () => {
    await using backend = await startScriptedBackend(greeting([negotiateProtocolVersion(0)]))
    const error = await failureAt(backend, { minProtocolVersion: "3.2", sslmode: "disable" })
    expect(error).toBeInstanceOf(errors.ConnectionError)
    expect(error.message).toMatch(/the server speaks protocol 3\.0 at most, and min_protocol_version is 3\.2/)
    expect(askedFor(backend)).toEqual(["3.2"])
  })
})

describe("a negotiation that makes no sense", () => {
  it.each<[string, ConnectOptions, readonly Buffer[], RegExp]>([
    ["though 3.0 was asked for", {}, [negotiateProtocolVersion(0)], /not lower/],
    ["up", { maxProtocolVersion: "3.2" }, [negotiateProtocolVersion(3)], /not lower/],
    ["to the same", { maxProtocolVersion: "3.2" }, [negotiateProtocolVersion(2)], /not lower/],
    ["to 3.1", { maxProtocolVersion: "3.2" }, [negotiateProtocolVersion(1)], /3\.1, which there is not/],
    ["to 2.0", { maxProtocolVersion: "3.2" }, [message("v", int32(0x20000), int32(0))], /2\.0, which there is not/],
    ["below zero", { maxProtocolVersion: "3.2" }, [message("v", int32(-1), int32(0))], /which there is not/],
    ["about options", { maxProtocolVersion: "3.2" }, [negotiateProtocolVersion(0, ["_pq_.x"])], /were not asked for/],
    ["twice", { maxProtocolVersion: "3.2" }, [negotiateProtocolVersion(0), negotiateProtocolVersion(0)], /too late/],
    ["late", { maxProtocolVersion: "3.2" }, [authenticationCleartext(), negotiateProtocolVersion(0)], /too late/],
    ["with a count that lies", { maxProtocolVersion: "3.2" }, [message("v", int32(196608), int32(9))], /malformed/],
    ["cut short", { maxProtocolVersion: "3.2" }, [message("v", int32(196608))], /malformed/],
  ])("%s", async (_, options, messages, text) => {
    await using backend = await startScriptedBackend(greeting(messages))
    const error = await failureAt(backend, { sslmode: "disable", ...options })
    expect(error).toBeInstanceOf(errors.ProtocolError)
    expect(error.message).toMatch(text)
    expect(backend.connections).toHaveLength(1)
  })
})

describe("cancel keys", () => {
  it.each([4, 5, 32, 255, 256])("of %d bytes are kept and shown by protocol 3.2", async (length) => {
    const key = Buffer.alloc(length, 7)
    const cancelled: BackendScript = async (client) => {
      await client.receiveStartupPacket()
    }
    const answering: BackendScript = async (client) => {
      await client.startup()
      await client.send(authenticationOk(), backendKeyData(4711, key), readyForQuery())
      await client.expect("Q")
      await client.send(emptyQueryResponse(), readyForQuery())
      await client.untilClosed()
    }
    await using backend = await startScriptedBackend([answering, cancelled])
    const { host, port } = backend
    await using db = await connect({ host, port, user: "u", sslmode: "disable", maxProtocolVersion: "3.2" })
    await db.cancel()
    expect(backend.connections[1]!.startupPackets).toEqual([{ kind: "cancel", processId: 4711, key }])
  })

  it.each<[number, ConnectOptions, readonly Buffer[]]>([
    [3, { maxProtocolVersion: "3.2" }, []],
    [257, { maxProtocolVersion: "3.2" }, []],
    [32, {}, []],
    [32, { maxProtocolVersion: "3.2" }, [negotiateProtocolVersion(0)]],
  ])("of %d bytes with %o are refused", async (length, options, first) => {
    await using backend = await startScriptedBackend(greeting(first, Buffer.alloc(length)))
    const error = await failureAt(backend, { sslmode: "disable", ...options })
    expect(error).toBeInstanceOf(errors.ProtocolError)
    expect(error.message).toMatch(/key/)
  })
})

describe("a pooler too old to negotiate", () => {
  const closing: BackendScript = async (client) => {
    await client.startup()
    await client.close()
  }
  const resetting: BackendScript = async (client) => {
    await client.startup()
    client.reset()
  }
  const refusing = (code: string): BackendScript => {
    return async (client) => {
      await client.startup()
      await client.send(errorResponse(code, "unsupported frontend protocol", FATAL))
    }
  }

  it.each<[string, BackendScript]>([
    ["closes", closing],
    ["resets", resetting],
    ["says 08P01", refusing("08P01")],
    ["says 0A000", refusing("0A000")],
  ])("%s, and gets another attempt with 3.0", async (_, script) => {
    await using backend = await startScriptedBackend([script, greeting([])])
    expect(await spoken(backend, { maxProtocolVersion: "latest" })).toBe("3.0")
    expect(askedFor(backend)).toEqual(["3.2", "3.0"])
  })

  it.each<[string, ConnectOptions, string[]]>([
    ["once only", { maxProtocolVersion: "latest" }, ["3.2", "3.0"]],
    ["not when 3.2 is the least", { minProtocolVersion: "3.2" }, ["3.2"]],
    ["not when 3.0 was asked for", {}, ["3.0"]],
  ])("%s", async (_, options, versions) => {
    await using backend = await startScriptedBackend(closing)
    const error = await failureAt(backend, { sslmode: "disable", ...options })
    expect(error).toBeInstanceOf(errors.ConnectionError)
    expect(askedFor(backend)).toEqual(versions)
  })

  it.each(["28P01", "28000", "53300", "57P03", "3D000"])("a refusal with %s has other reasons", async (code) => {
    await using backend = await startScriptedBackend(refusing(code))
    const error = await failureAt(backend, { sslmode: "disable", maxProtocolVersion: "latest" })
    expect(error).toMatchObject({ code })
    expect(askedFor(backend)).toEqual(["3.2"])
  })

  it("a server that closes after it has begun to authenticate has understood", async () => {
    await using backend = await startScriptedBackend(async (client) => {
      await client.startup()
      await client.send(authenticationCleartext())
      await client.receive()
    })
    await failureAt(backend, { sslmode: "disable", maxProtocolVersion: "latest" })
    expect(askedFor(backend)).toEqual(["3.2"])
  })
})
