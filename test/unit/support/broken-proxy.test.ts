import { connect, createServer, type Server, type Socket } from "node:net"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { type BrokenProxy, startBrokenProxy } from "../../support/broken-proxy.ts"

/** Answers every byte with itself. */
let server: Server
let proxy: BrokenProxy
const accepted: Socket[] = []

beforeEach(async () => {
  server = createServer((socket) => {
    accepted.push(socket)
    socket.on("error", () => undefined)
    socket.pipe(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  proxy = await startBrokenProxy({ host: "127.0.0.1", port: typeof address === "object" ? (address?.port ?? 0) : 0 })
})

afterEach(async () => {
  await proxy[Symbol.asyncDispose]()
  for (const socket of accepted.splice(0)) {
    socket.destroy()
  }
  await new Promise((resolve) => server.close(resolve))
})

/** A client that remembers what it got and how it ended. */
class Client {
  readonly chunks: string[] = []
  readonly socket: Socket
  ending = "open"

  constructor() {
    this.socket = connect(proxy.port, proxy.host)
    this.socket.setNoDelay(true)
    this.socket.on("data", (chunk) => this.chunks.push(chunk.toString()))
    this.socket.on("end", () => {
      this.ending = "FIN"
    })
    this.socket.on("error", (error: NodeJS.ErrnoException) => {
      this.ending = error.code ?? "error"
    })
  }

  get text(): string {
    return this.chunks.join("")
  }

  /** Sends and waits for the echo. */
  async echo(text: string): Promise<void> {
    const all = this.text + text
    this.socket.write(text)
    await expect.poll(() => this.text).toBe(all)
  }
}

describe("broken proxy", () => {
  it("passes everything on, counts it, and passes on the end", async () => {
    const client = new Client()
    await client.echo("hello")
    expect(proxy.connections[0]?.bytes).toEqual({ toServer: 5, toClient: 5 })
    client.socket.end()
    await expect.poll(() => client.ending).toBe("FIN")
    await expect.poll(() => proxy.open.length).toBe(0)
  })

  it("passes on more than the sockets' buffers hold", async () => {
    const client = new Client()
    const text = "0123456789abcdef".repeat(200_000)
    client.socket.write(text)
    await expect.poll(() => client.text.length, { timeout: 5_000 }).toBe(text.length)
    expect(client.text).toBe(text)
  })

  it("cuts in order", async () => {
    const client = new Client()
    await client.echo("a")
    proxy.cut()
    await expect.poll(() => client.ending).toBe("FIN")
    await expect.poll(() => proxy.open.length).toBe(0)
  })

  it("tears", async () => {
    const client = new Client()
    await client.echo("a")
    proxy.reset()
    await expect.poll(() => client.ending).toBe("ECONNRESET")
  })

  it("swallows in silence, and passes on what it held once healed", async () => {
    const client = new Client()
    await client.echo("a")
    await proxy.blackHole()
    client.socket.write("b")
    const newcomer = new Client()
    newcomer.socket.write("x")
    await expect.poll(() => proxy.connections.length).toBe(2)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect([client.text, client.ending, newcomer.text, newcomer.ending]).toEqual(["a", "open", "", "open"])
    await proxy.heal()
    await expect.poll(() => client.text).toBe("ab")
    const third = new Client()
    await third.echo("y")
    newcomer.socket.destroy()
  })

  it("refuses newcomers on a port it takes again later", async () => {
    const first = new Client()
    await first.echo("a")
    await proxy.admit("refuse")
    const refused = new Client()
    await expect.poll(() => refused.ending).toBe("ECONNREFUSED")
    await first.echo("b")
    await proxy.heal()
    await new Client().echo("c")
  })

  it("dribbles byte by byte", async () => {
    proxy.setTrouble("toClient", { pieceBytes: 1, delayMs: 1 })
    const client = new Client()
    await client.echo("dribble")
    expect(client.chunks.length).toBeGreaterThan(1)
  })

  it("delays each piece, in order", async () => {
    proxy.setTrouble("toServer", { delayMs: 20, pieceBytes: 1 })
    const client = new Client()
    const begin = performance.now()
    await client.echo("late")
    expect(performance.now() - begin).toBeGreaterThan(75)
  })

  for (const [ending, seen] of [
    ["cut", "FIN"],
    ["reset", "ECONNRESET"],
    ["hole", "open"],
  ] as const) {
    it(`ends with ${ending} after exactly so many bytes to the client`, async () => {
      proxy.setTrouble("toClient", { after: { bytes: 3, ending } })
      const client = new Client()
      client.socket.write("abcdef")
      await expect.poll(() => proxy.connections[0]?.bytes.toClient).toBe(3)
      await expect.poll(() => client.ending).toBe(seen)
      expect("abc".startsWith(client.text)).toBe(true)
    })

    it(`ends with ${ending} after exactly so many bytes to the server`, async () => {
      proxy.setTrouble("toServer", { after: { bytes: 2, ending } })
      const client = new Client()
      client.socket.write("abcdef")
      await expect.poll(() => client.ending).toBe(seen)
      await expect.poll(() => proxy.connections[0]?.bytes.toServer).toBe(2)
    })
  }

  it("goes on after a hole has been healed", async () => {
    proxy.setTrouble("toServer", { after: { bytes: 2, ending: "hole" } })
    const client = new Client()
    client.socket.write("abcdef")
    await expect.poll(() => proxy.connections[0]?.bytes.toServer).toBe(2)
    expect(client.text).toBe("")
    await proxy.heal()
    await expect.poll(() => client.text).toBe("abcdef")
  })

  it("tears the client when the server tears", async () => {
    const client = new Client()
    await client.echo("a")
    accepted[0]?.resetAndDestroy()
    await expect.poll(() => client.ending).toBe("ECONNRESET")
  })

  it("puts itself into a server's URL", () => {
    expect(proxy.urlFor("postgres://me:pass@db.example:5432/x?sslmode=disable")).toBe(
      `postgres://me:pass@127.0.0.1:${proxy.port}/x?sslmode=disable`,
    )
  })
})
