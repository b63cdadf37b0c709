/** Who cannot be connected to, why, and that nothing is left open then: the leak check at the end counts the sockets. */

import { createServer, type Server } from "node:net"
import { afterEach, describe, expect, it } from "vitest"
import { type Connection, type ConnectOptions, connect, errors } from "../../src/index.ts"
import { startBrokenProxy } from "../support/broken-proxy.ts"
import { startPostgres } from "../support/postgres-server.ts"
import { sharedServer, startOwnServer, testVersion } from "../support/test-server.ts"

const { host, port, user, password, database } = sharedServer
const where: ConnectOptions = { host, port, user, password, database }

async function failure(promise: Promise<Connection>): Promise<unknown> {
  return promise.then(
    async (db) => {
      await db.close()
      throw new Error("should have failed")
    },
    (error: unknown) => error,
  )
}

describe("an address where no server is", () => {
  it("refuses", async () => {
    const error = await failure(connect({ ...where, port: 1 }))
    expect(error).toBeInstanceOf(errors.ConnectionError)
    expect(error).toMatchObject({ safeToRetry: true, transient: true, cause: { code: "ECONNREFUSED" } })
    expect((error as Error).message).toContain(`"${host}"`)
    expect((error as Error).message).toContain("port 1")
  })

  it("has no name", async () => {
    const error = await failure(connect({ ...where, host: "no-such-host.invalid" }))
    expect(error).toBeInstanceOf(errors.ConnectionError)
    expect(error).toMatchObject({ safeToRetry: true, message: expect.stringContaining("no-such-host.invalid") })
    // Without a network the resolver only says that it cannot tell now.
    const { code } = (error as Error).cause as { code: string }
    expect(["ENOTFOUND", "EAI_AGAIN"]).toContain(code)
    expect(error).toMatchObject({ transient: code === "EAI_AGAIN" })
  })

  it.each(["require", "verify-full"] as const)("has a server without TLS (sslmode %s)", async (sslmode) => {
    const tls: ConnectOptions = sslmode === "require" ? { sslmode } : { sslmode, sslrootcert: "system" }
    const error = await failure(connect({ ...where, ...tls }))
    const message = expect.stringContaining("does not support TLS")
    expect(error).toMatchObject({ name: "ConnectionError", safeToRetry: true, transient: false, message })
    const several = await failure(connect({ ...where, host: [host, host], ...tls }))
    expect(several).toMatchObject({ name: "ConnectError", transient: false })
    const mixed = await failure(connect({ ...where, host: [host, host], port: [port, 1], ...tls }))
    expect(mixed).toMatchObject({ name: "ConnectError", transient: true })
  })

  it("stays silent for longer than connectTimeout", async () => {
    await using proxy = await startBrokenProxy({ host, port })
    await proxy.admit("hole")
    const error = await failure(connect({ ...where, host: proxy.host, port: proxy.port, connectTimeout: 200 }))
    expect(error).toBeInstanceOf(errors.TimeoutError)
    expect(error).toMatchObject({ safeToRetry: true, message: expect.stringContaining("0.2 s") })
  })

  it.each([1, 20, 200])("falls silent after %d bytes", async (bytes) => {
    await using proxy = await startBrokenProxy({ host, port })
    proxy.setTrouble("toClient", { after: { bytes, ending: "hole" } })
    const error = await failure(connect({ ...where, host: proxy.host, port: proxy.port, connectTimeout: 300 }))
    expect(error).toBeInstanceOf(errors.TimeoutError)
  })

  it.each<["cut" | "reset", number]>([
    ["cut", 0],
    ["reset", 0],
    ["cut", 1],
    ["reset", 1],
    ["cut", 20],
    ["reset", 20],
    ["cut", 200],
    ["reset", 200],
  ])("ends (%s) after %d bytes", async (ending, bytes) => {
    await using proxy = await startBrokenProxy({ host, port })
    proxy.setTrouble("toClient", { after: { bytes, ending } })
    const error = await failure(connect({ ...where, host: proxy.host, port: proxy.port }))
    expect(error).toBeInstanceOf(errors.ConnectionError)
    expect(error).toMatchObject({ safeToRetry: true })
  })

  it("is passed over for one where a server is", async () => {
    await using proxy = await startBrokenProxy({ host, port })
    await proxy.admit("hole")
    await using db = await connect({
      ...where,
      host: ["no-such-host.invalid", host, proxy.host, host],
      port: [port, 1, proxy.port, port],
      connectTimeout: 200,
    })
    expect(db.info).toMatchObject({ host, port })
  })

  it("is told together with the others when there is none", async () => {
    const error = await failure(connect({ ...where, host: [host, "no-such-host.invalid", host], port: [1, 5432, 2] }))
    expect(error).toBeInstanceOf(errors.ConnectError)
    expect((error as errors.ConnectError).errors).toHaveLength(3)
    for (const part of ["port 1", "no-such-host.invalid", "port 2"]) expect((error as Error).message).toContain(part)
  })
})

describe("somebody else", () => {
  let server: Server | undefined

  afterEach(async () => {
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)))
    server = undefined
  })

  /** A server that answers the first bytes it gets with these. */
  async function answering(answer: string | Uint8Array | undefined): Promise<number> {
    const made = createServer((socket) => {
      socket.on("error", () => undefined)
      socket.once("data", () => (answer === undefined ? socket.destroy() : socket.end(answer)))
    })
    server = made
    await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve))
    const address = made.address()
    if (address === null || typeof address === "string") throw new Error("a TCP server has no port")
    return address.port
  }

  it.each(["disable", "prefer", "require"] as const)("speaks HTTP (sslmode %s)", async (sslmode) => {
    const spoken = await answering("HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n\r\nno\n")
    const error = await failure(connect({ ...where, port: spoken, sslmode }))
    expect(error).toBeInstanceOf(errors.ProtocolError)
  })

  it.each(["disable", "prefer", "require"] as const)("hangs up at once (sslmode %s)", async (sslmode) => {
    const error = await failure(connect({ ...where, port: await answering(undefined), sslmode }))
    expect(error).toBeInstanceOf(errors.ConnectionError)
    expect(error).toMatchObject({ safeToRetry: true })
  })

  it("greets without being asked", async () => {
    const made = createServer((socket) => {
      socket.on("error", () => undefined)
      socket.resume() // or its end would go unnoticed
      socket.end("220 mail.example ESMTP\r\n")
    })
    server = made
    await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve))
    const address = made.address()
    if (address === null || typeof address === "string") throw new Error("a TCP server has no port")
    const error = await failure(connect({ ...where, port: address.port }))
    expect(error).toBeInstanceOf(errors.PglineError)
  })
})

describe("a signal", () => {
  it("that has aborted already lets nothing begin", async () => {
    const reason = new Error("no more")
    expect(await failure(connect({ ...where, signal: AbortSignal.abort(reason) }))).toBe(reason)
  })

  it("ends the waiting for a silent server, with its reason", async () => {
    await using proxy = await startBrokenProxy({ host, port })
    await proxy.admit("hole")
    const abort = new AbortController()
    const reason = new Error("changed my mind")
    const waiting = failure(connect({ ...where, host: proxy.host, port: proxy.port, signal: abort.signal }))
    while (proxy.connections.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    abort.abort(reason)
    expect(await waiting).toBe(reason)
  })

  it("ends it in the middle of a handshake, and no other host is tried", async () => {
    await using proxy = await startBrokenProxy({ host, port })
    proxy.setTrouble("toClient", { after: { bytes: 20, ending: "hole" } })
    const abort = new AbortController()
    const waiting = failure(
      connect({ ...where, host: [proxy.host, proxy.host], port: proxy.port, signal: abort.signal }),
    )
    while ((proxy.connections[0]?.bytes.toClient ?? 0) < 20) await new Promise((resolve) => setTimeout(resolve, 5))
    abort.abort()
    expect(await waiting).toMatchObject({ name: "AbortError" })
    expect(proxy.connections).toHaveLength(1)
  })

  it("after the connection is open changes nothing", async () => {
    const abort = new AbortController()
    await using db = await connect({ ...where, signal: abort.signal })
    abort.abort()
    expect(await db.value("select 1")).toBe(1)
  })
})

describe("a server that cannot take us", () => {
  it("has too many clients", async () => {
    await using server = await startOwnServer({
      settings: { max_connections: "5", superuser_reserved_connections: "0", max_wal_senders: "0" },
    })
    const connections = await Promise.all(Array.from({ length: 5 }, () => connect(server.url)))
    const error = await failure(connect(server.url))
    expect(error).toBeInstanceOf(errors.TooManyConnections)
    expect(error).toMatchObject({ code: "53300", severity: "FATAL", transient: true, safeToRetry: true })
    await Promise.all(connections.map((db) => db.close()))
    await using db = await connect(server.url)
    expect(await db.value("select 1")).toBe(1)
  })

  it("has a database or a role without room for more", async () => {
    await using admin = await connect(sharedServer.url)
    await admin.execute("create role lonely login password 'p' connection limit 0")
    try {
      const error = await failure(connect({ ...where, user: "lonely", password: "p" }))
      expect(error).toBeInstanceOf(errors.TooManyConnections)
    } finally {
      await admin.execute("drop role lonely")
    }
  })

  it("is not up yet: a standby that takes no queries answers as a server does that starts", async () => {
    await using primary = await startPostgres({ version: testVersion })
    await using standby = await startPostgres({ standbyOf: primary, settings: { hot_standby: "off" } })
    const error = await failure(connect(standby.url))
    expect(error).toBeInstanceOf(errors.CannotConnectNow)
    expect(error).toMatchObject({ code: "57P03", severity: "FATAL", transient: true, safeToRetry: true })
    // Another host may be up.
    const { host, user, password, database } = primary
    await using db = await connect({ host: [host, host], port: [standby.port, primary.port], user, password, database })
    expect(db.info.port).toBe(primary.port)
  })

  it("is going down: sessions end with the server's word", async () => {
    await using server = await startPostgres({ version: testVersion })
    const db = await connect(server.url)
    const waiting = db.query("select pg_sleep(600)").catch((error: unknown) => error)
    await new Promise((resolve) => setImmediate(resolve))
    await server.halt("fast")
    const error = await waiting
    expect(error).toBeInstanceOf(errors.ConnectionError)
    expect(error).toMatchObject({ safeToRetry: false, cause: { code: "57P01" } })
    expect(db.isClosed).toBe(true)
    await db.close()
    expect(await failure(connect(server.url))).toBeInstanceOf(errors.ConnectionError)
  })
})
