/**
 * A TCP proxy that breaks connections in every way a network can: late, slow, in pieces, cut in order (FIN), torn (RST),
 * silent while open, closed to newcomers; and healed again. Each wish counts for one connection or, set on the proxy,
 * for those that are open and those to come.
 *
 *   client ── toServer ──▶ server
 *          ◀── toClient ──
 */

import { connect, createServer, type Server, type Socket } from "node:net"

/** What happens to the bytes of one direction. */
export interface Trouble {
  /** Wait this long before passing each piece on. */
  readonly delayMs?: number
  /** Pass at most so many bytes at a time, each piece a write of its own. */
  readonly pieceBytes?: number
  /** Once so many bytes of this connection have passed, end it so. */
  readonly after?: { readonly bytes: number; readonly ending: Ending }
}

/** How a connection ends, or seems to: FIN, RST, or silence. */
export type Ending = "cut" | "reset" | "hole"

/** What newcomers meet: a server, a closed port, or a port that accepts and stays silent. */
export type Admission = "open" | "refuse" | "hole"

export type Direction = "toServer" | "toClient"

/** Where the proxy leads. */
export type ProxyTarget = { readonly host: string; readonly port: number } | { readonly path: string }

/** A gate that is open or shut. */
class Gate {
  #opened: Promise<void> | undefined
  #open: () => void = () => undefined

  shut(): void {
    this.#opened ??= new Promise((resolve) => {
      this.#open = resolve
    })
  }

  open(): void {
    this.#open()
    this.#opened = undefined
  }

  async pass(): Promise<void> {
    while (this.#opened) {
      await this.#opened
    }
  }
}

/** One client's connection and its other half to the server. */
export class ProxiedConnection {
  readonly client: Socket
  /** The connection to the server; absent while newcomers meet a hole. */
  readonly server: Socket | undefined
  /** Bytes that have been passed on, each way. */
  readonly bytes: Record<Direction, number> = { toServer: 0, toClient: 0 }
  readonly #trouble: Record<Direction, Trouble> = { toServer: {}, toClient: {} }
  readonly #gate = new Gate()
  #isOver = false

  constructor(client: Socket, server: Socket | undefined) {
    this.client = client
    this.server = server
    for (const socket of this.#sockets()) {
      socket.setNoDelay(true)
      socket.on("error", () => this.#end("reset"))
    }
    if (server) {
      this.#pump("toServer", client, server)
      this.#pump("toClient", server, client)
    } else {
      client.resume()
    }
  }

  #sockets(): Socket[] {
    return this.server ? [this.client, this.server] : [this.client]
  }

  /** True until the connection has been cut or reset, or has ended by itself. */
  get isOpen(): boolean {
    return !this.client.destroyed
  }

  /** Sets what happens to one direction's bytes from now on; nothing undoes it but another call or {@link heal}. */
  setTrouble(direction: Direction, trouble: Trouble): void {
    this.#trouble[direction] = trouble
  }

  /** Ends both halves in order. What has not been passed on is lost. */
  cut(): void {
    this.#end("cut")
  }

  /** Tears both halves. */
  reset(): void {
    this.#end("reset")
  }

  /** Passes nothing on any more, with both halves open; {@link heal} passes on what was held. */
  blackHole(): void {
    this.#gate.shut()
  }

  /** Ends every trouble of a connection that is still open. */
  heal(): void {
    this.#trouble.toServer = {}
    this.#trouble.toClient = {}
    this.#gate.open()
  }

  #end(ending: Ending): void {
    if (ending === "hole") {
      this.#gate.shut()
      return
    }
    this.#isOver = true
    this.#gate.open()
    for (const socket of this.#sockets()) {
      if (ending === "reset" && socket.writableEnded) {
        socket.destroy() // a RST is refused once the FIN is on its way, and the socket would never be gone
      } else if (ending === "reset") {
        socket.resetAndDestroy()
      } else {
        socket.resume() // unread bytes would turn the FIN into a RST
        socket.end(() => socket.destroySoon())
      }
    }
  }

  /** Passes on what `from` sends, one chunk at a time, and its end. */
  #pump(direction: Direction, from: Socket, to: Socket): void {
    from.on("data", (chunk: Buffer) => {
      from.pause()
      void this.#pass(direction, chunk, to).then(() => from.resume())
    })
    from.on("end", async () => {
      await this.#gate.pass() // a FIN goes into the hole as well
      to.end()
    })
    from.resume()
  }

  async #pass(direction: Direction, chunk: Buffer, to: Socket): Promise<void> {
    for (let start = 0; start < chunk.length && !this.#isOver; ) {
      const { delayMs } = this.#trouble[direction]
      if (delayMs !== undefined) {
        await new Promise((resolve) => setTimeout(resolve, delayMs))
      }
      await this.#gate.pass()
      const { pieceBytes, after } = this.#trouble[direction]
      const left = after === undefined ? chunk.length : Math.max(after.bytes - this.bytes[direction], 0)
      const end = start + Math.min(chunk.length - start, pieceBytes ?? chunk.length, left)
      if (end > start && !this.#isOver) {
        await new Promise<void>((resolve) => to.write(chunk.subarray(start, end), () => resolve()))
        this.bytes[direction] += end - start
        start = end
      }
      if (after !== undefined && this.bytes[direction] >= after.bytes) {
        this.#end(after.ending)
      }
      if (pieceBytes !== undefined) {
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
  }
}

/** A proxy in front of a server. Made by {@link startBrokenProxy}. */
export class BrokenProxy {
  readonly host = "127.0.0.1"
  /** Every connection there has been, in the order they came. */
  readonly connections: ProxiedConnection[] = []
  readonly #target: ProxyTarget
  readonly #trouble: Record<Direction, Trouble> = { toServer: {}, toClient: {} }
  #server: Server | undefined
  #port = 0
  #admission: Admission = "open"

  constructor(target: ProxyTarget) {
    this.#target = target
  }

  get port(): number {
    return this.#port
  }

  /** The connections still open. */
  get open(): readonly ProxiedConnection[] {
    return this.connections.filter((connection) => connection.isOpen)
  }

  /** A server's URL with this proxy in its place. */
  urlFor(serverUrl: string): string {
    const url = new URL(serverUrl)
    url.hostname = this.host
    url.port = String(this.port)
    return url.href
  }

  /** Opens the port: any free one at first, later the same. */
  async listen(): Promise<void> {
    const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (client) => this.#accept(client))
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject)
      server.listen(this.#port, this.host, resolve)
    })
    const address = server.address()
    if (address !== null && typeof address === "object") {
      this.#port = address.port
    }
    this.#server = server
  }

  #accept(client: Socket): void {
    const isHole = this.#admission === "hole"
    const server = isHole ? undefined : connect({ ...this.#target, allowHalfOpen: true })
    const connection = new ProxiedConnection(client, server)
    connection.setTrouble("toServer", this.#trouble.toServer)
    connection.setTrouble("toClient", this.#trouble.toClient)
    this.connections.push(connection)
  }

  /** Sets what happens to one direction's bytes, on open connections and on those to come. */
  setTrouble(direction: Direction, trouble: Trouble): void {
    this.#trouble[direction] = trouble
    for (const connection of this.open) {
      connection.setTrouble(direction, trouble)
    }
  }

  /** What newcomers meet from now on. Open connections are left alone. */
  async admit(admission: Admission): Promise<void> {
    this.#admission = admission
    if (admission === "refuse") {
      // Not awaited: a server counts as closed only when its last connection has gone.
      this.#server?.close()
      this.#server = undefined
    } else if (!this.#server) {
      await this.listen()
    }
  }

  /** Ends every open connection in order. */
  cut(): void {
    for (const connection of this.open) {
      connection.cut()
    }
  }

  /** Tears every open connection. */
  reset(): void {
    for (const connection of this.open) {
      connection.reset()
    }
  }

  /** Silence: nothing passes on open connections, and newcomers are accepted and never answered. */
  async blackHole(): Promise<void> {
    await this.admit("hole")
    for (const connection of this.open) {
      connection.blackHole()
    }
  }

  /** All is well again for newcomers and for the connections that survived. */
  async heal(): Promise<void> {
    this.#trouble.toServer = {}
    this.#trouble.toClient = {}
    await this.admit("open")
    for (const connection of this.open) {
      connection.heal()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server?.close()
    this.#server = undefined
    await Promise.all(
      this.connections.flatMap((connection) =>
        [connection.client, connection.server].map(async (socket) => {
          if (socket && !socket.closed) {
            const closed = new Promise((resolve) => socket.once("close", resolve))
            socket.destroy()
            await closed
          }
        }),
      ),
    )
  }
}

/** Starts a proxy that passes everything on until told otherwise. */
export async function startBrokenProxy(target: ProxyTarget): Promise<BrokenProxy> {
  const proxy = new BrokenProxy(target)
  await proxy.listen()
  return proxy
}
