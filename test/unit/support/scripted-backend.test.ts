import { connect, type Socket } from "node:net"
import { join } from "node:path"
import { connect as connectTls } from "node:tls"
import pg from "pg"
import { describe, expect, it } from "vitest"
import { makeCertificates } from "../../generate/certificates.ts"
import * as backend from "../../support/backend-messages.ts"
import { bindFields, executeFields, parseFields, queryText, targetFields } from "../../support/frontend-frames.ts"
import { type ScriptedBackend, startScriptedBackend } from "../../support/scripted-backend.ts"

/** A socket to the backend, and how it ends. */
function open(server: ScriptedBackend): { socket: Socket; chunks: Buffer[]; ended: Promise<string> } {
  const socket = connect(server.port, server.host)
  const chunks: Buffer[] = []
  socket.on("data", (chunk: Buffer) => chunks.push(chunk))
  const ended = new Promise<string>((resolve) => {
    socket.once("end", () => resolve("FIN"))
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "error"))
  })
  return { socket, chunks, ended }
}

/** The rows of one column for a simple query. */
function answer(...rows: string[]): Uint8Array[] {
  const data = rows.map((row) => backend.dataRow(row))
  const complete = backend.commandComplete(`SELECT ${rows.length}`)
  return [backend.rowDescription("column"), ...data, complete, backend.readyForQuery()]
}

describe("scripted backend", () => {
  it("plays a session another driver understands, whatever the chunks", async () => {
    for (const chunking of [{ size: 1 }, { size: 7 }, { at: [1, 6, 30] }]) {
      await using server = await startScriptedBackend(async (client) => {
        const { version, parameters } = await client.login({ application_name: "x" })
        expect([version, parameters["user"], parameters["database"]]).toEqual(["3.0", "tester", "tests"])
        const [query] = await client.expect("Q")
        expect(query && queryText(query)).toBe("select 1")
        await client.sendChunked(chunking, ...answer("a", "ü"))
        await client.expect("X")
      })
      const client = new pg.Client(server.url)
      await client.connect()
      expect((await client.query("select 1")).rows).toEqual([{ column: "a" }, { column: "ü" }])
      await client.end()
      await server.finished()
      expect(server.connections[0]?.received.map((frame) => frame.type).join("")).toBe("QX")
    }
  })

  it("takes the extended query apart", async () => {
    await using server = await startScriptedBackend(async (client) => {
      await client.login()
      const [parse, bind, describe, execute] = await client.expect("PBDES")
      if (!(parse && bind && describe && execute)) {
        throw new Error("frames are missing")
      }
      expect(parseFields(parse)).toEqual({ name: "", text: "select $1", parameterTypes: [] })
      expect(bindFields(bind)).toMatchObject({ portal: "", statement: "", values: [Buffer.from("42"), null] })
      expect(targetFields(describe)).toEqual({ target: "P", name: "" })
      expect(executeFields(execute)).toEqual({ portal: "", maxRows: 0 })
      await client.send(backend.parseComplete(), backend.bindComplete(), ...answer("42"))
      await client.untilClosed()
    })
    const client = new pg.Client(server.url)
    await client.connect()
    expect((await client.query("select $1", [42, null])).rows).toEqual([{ column: "42" }])
    await client.end()
  })

  it("throws at the end when the client sent something else", async () => {
    const server = await startScriptedBackend(async (client) => {
      await client.login()
      await client.expect("P")
    })
    const client = new pg.Client(server.url)
    client.on("error", () => undefined)
    await client.connect()
    await expect(client.query("select 1")).rejects.toThrow()
    await expect(server[Symbol.asyncDispose]()).rejects.toThrow('expected P, but after "" came Q')
  })

  it("plays one script a connection, in order, and closes the others", async () => {
    await using server = await startScriptedBackend([
      async (client) => client.send(Buffer.from("first")),
      async (client) => client.send(Buffer.from("second")),
    ])
    const got: string[] = []
    for (let turn = 0; turn < 3; turn++) {
      const { chunks, ended } = open(server)
      expect(await ended).toBe("FIN")
      got.push(Buffer.concat(chunks).toString())
    }
    expect(got).toEqual(["first", "second", ""])
  })

  it("resets, closes and hangs", async () => {
    await using server = await startScriptedBackend([
      async (client) => {
        await client.receiveBytes(1)
        client.reset()
      },
      async (client) => client.close(),
      async (client) => client.hang(),
    ])
    const torn = open(server)
    torn.socket.write("x")
    expect(await torn.ended).toBe("ECONNRESET")
    expect(await open(server).ended).toBe("FIN")
    const hung = open(server)
    hung.socket.write("x")
    await expect.poll(() => server.connections.length).toBe(3)
    await server[Symbol.asyncDispose]()
    expect(["FIN", "ECONNRESET"]).toContain(await hung.ended)
  })

  it("tells requests to cancel and for encryption from a start", async () => {
    await using server = await startScriptedBackend(async (client) => {
      expect(await client.receiveStartupPacket()).toEqual({ kind: "ssl" })
      await client.send(Buffer.from("N"))
      expect(await client.receiveStartupPacket()).toEqual({ kind: "gss" })
      expect(await client.receiveStartupPacket()).toEqual({ kind: "cancel", processId: 7, key: Buffer.from("key!") })
    })
    const { socket, ended } = open(server)
    const packet = (...parts: Uint8Array[]): Buffer => {
      const body = Buffer.concat(parts)
      return Buffer.concat([backend.int32(body.length + 4), body])
    }
    socket.write(packet(backend.int32(80877103)))
    socket.write(packet(backend.int32(80877104)))
    socket.write(packet(backend.int32(80877102), backend.int32(7), Buffer.from("key!")))
    expect(await ended).toBe("FIN")
    await server.finished()
  })

  it("listens on a unix socket", async () => {
    await using server = await startScriptedBackend(async (client) => client.send(Buffer.from("hi")), { unix: true })
    const socket = connect(join(server.host, `.s.PGSQL.${server.port}`))
    const [chunk] = await new Promise<Buffer[]>((resolve) => socket.once("data", (data: Buffer) => resolve([data])))
    expect(chunk?.toString()).toBe("hi")
    socket.destroy()
  })

  it("speaks TLS after an SSLRequest, and at once when the client does", async () => {
    const certificates = await makeCertificates()
    const tls = { ...certificates.server, alpn: "postgresql" }
    await using server = await startScriptedBackend(
      [
        async (client) => {
          await client.receiveStartupPacket()
          await client.send(Buffer.from("S"))
          await client.upgradeToTls()
          await client.login()
          await client.expect("Q")
          await client.send(...answer("secret"))
          await client.untilClosed()
        },
        async (client) => {
          await client.upgradeToTls()
          expect((await client.receiveBytes(4)).toString()).toBe("ping")
          await client.send(Buffer.from("pong"))
        },
      ],
      { tls },
    )
    const client = new pg.Client({ connectionString: server.url, ssl: { ca: certificates.ca } })
    await client.connect()
    expect((await client.query("select")).rows).toEqual([{ column: "secret" }])
    await client.end()

    const direct = connectTls({
      host: server.host,
      port: server.port,
      ca: certificates.ca,
      ALPNProtocols: ["postgresql"],
    })
    direct.write("ping")
    expect(String(await new Promise((resolve) => direct.once("data", resolve)))).toBe("pong")
    expect(direct.alpnProtocol).toBe("postgresql")
    direct.destroy()
    await server.finished()
  })
})
