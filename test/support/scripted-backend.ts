/**
 * A server that does exactly what a test says, byte by byte: a script is an async function that is handed one accepted
 * connection. What goes wrong in a script (the client sends another message than expected) closes its connection and is
 * thrown when the backend is disposed, so no test passes by accident. A client that goes away ends the script quietly.
 */

import { randomBytes } from "node:crypto"
import { rm } from "node:fs/promises"
import { createServer, type Server, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { TLSSocket } from "node:tls"
import { authenticationOk, backendKeyData, parameterStatus, readyForQuery } from "./backend-messages.ts"
import { type FrontendFrame, readStartupPacket, type StartupPacket } from "./frontend-frames.ts"

/** What the backend does with one connection. */
export type BackendScript = (client: ScriptedConnection) => Promise<void>

/** How bytes go out: in chunks of a size, or cut at offsets; with a wait in between when `delayMs` is given. */
export type Chunking = ({ readonly size: number } | { readonly at: readonly number[] }) & { readonly delayMs?: number }

export interface BackendOptions {
  /** Listen on a unix socket instead of TCP. */
  readonly unix?: boolean
  /** PEM texts for {@link ScriptedConnection.upgradeToTls}. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string; readonly alpn?: string }
}

/** The client closed the connection while the script waited for it. */
export class ClientGone extends Error {
  override name = "ClientGone"
}

/** What a usual server reports when a session starts. */
const usualParameters: Readonly<Record<string, string>> = {
  server_version: "18.4",
  server_encoding: "UTF8",
  client_encoding: "UTF8",
  DateStyle: "ISO, MDY",
  IntervalStyle: "postgres",
  TimeZone: "UTC",
  integer_datetimes: "on",
  standard_conforming_strings: "on",
}

/** One accepted connection, in the hands of a script. */
export class ScriptedConnection {
  /** Every frame the client has sent so far, in order. */
  readonly received: FrontendFrame[] = []
  /** The packets before the first frame: requests for encryption, the startup packet. */
  readonly startupPackets: StartupPacket[] = []
  #socket: Socket
  #buffer: Buffer = Buffer.alloc(0)
  #ended = false
  #wake: (() => void) | undefined
  readonly #options: BackendOptions

  constructor(socket: Socket, options: BackendOptions) {
    this.#socket = socket
    this.#options = options
    socket.setNoDelay(true)
    socket.on("error", () => undefined) // the end that follows says enough
    socket.on("close", () => this.#end())
  }

  /** The socket itself, TLS once upgraded. */
  get socket(): Socket {
    return this.#socket
  }

  #end(): void {
    this.#ended = true
    this.#wake?.()
  }

  /** Begins to take the socket's data; until then a TLS handshake may still take it instead. */
  #listen(): void {
    if (this.#socket.listenerCount("data") === 0) {
      this.#socket.on("data", (chunk: Buffer) => {
        this.#buffer = Buffer.concat([this.#buffer, chunk])
        this.#wake?.()
      })
      this.#socket.on("end", () => this.#end())
      this.#socket.resume()
    }
  }

  /** The next `length` bytes as they come. */
  async receiveBytes(length: number): Promise<Buffer> {
    this.#listen()
    while (this.#buffer.length < length) {
      if (this.#ended) {
        throw new ClientGone(`the client closed with ${this.#buffer.length} of ${length} bytes sent`)
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      this.#wake = undefined
    }
    const bytes = this.#buffer.subarray(0, length)
    this.#buffer = this.#buffer.subarray(length)
    return bytes
  }

  /** The next packet without a type byte: the startup packet, or a request for encryption or to cancel. */
  async receiveStartupPacket(): Promise<StartupPacket> {
    const length = (await this.receiveBytes(4)).readInt32BE()
    const packet = readStartupPacket(await this.receiveBytes(length - 4))
    this.startupPackets.push(packet)
    return packet
  }

  /** The startup packet; requests for encryption before it are refused. */
  async startup(): Promise<StartupPacket & { kind: "startup" }> {
    for (;;) {
      const packet = await this.receiveStartupPacket()
      if (packet.kind === "startup") {
        return packet
      }
      if (packet.kind === "cancel") {
        throw new Error("the client sent a CancelRequest where its startup packet was expected")
      }
      await this.send(Buffer.from("N"))
    }
  }

  /** A whole start without authentication, up to ReadyForQuery. */
  async login(parameters: Readonly<Record<string, string>> = {}): Promise<StartupPacket & { kind: "startup" }> {
    const packet = await this.startup()
    const all = { ...usualParameters, ...parameters }
    const reports = Object.entries(all).map(([name, value]) => parameterStatus(name, value))
    await this.send(authenticationOk(), ...reports, backendKeyData(4711, 815), readyForQuery())
    return packet
  }

  /** Begins TLS as the server. After an SSLRequest `S` must have been sent; before any byte it is direct TLS. */
  async upgradeToTls(): Promise<void> {
    const tls = this.#options.tls
    if (!tls) {
      throw new Error("the scripted backend was started without certificates")
    }
    const plain = this.#socket
    plain.removeAllListeners("data")
    plain.removeAllListeners("end")
    const secure = new TLSSocket(plain, {
      isServer: true,
      cert: tls.cert,
      key: tls.key,
      ...(tls.ca === undefined ? {} : { ca: tls.ca, requestCert: true, rejectUnauthorized: true }),
      ...(tls.alpn === undefined ? {} : { ALPNProtocols: [tls.alpn] }),
    })
    this.#socket = secure
    await new Promise<void>((resolve, reject) => {
      secure.once("secure", resolve)
      const gone = (cause?: unknown): void => reject(new ClientGone("the client refused the TLS handshake", { cause }))
      secure.once("error", gone)
      secure.once("close", gone)
    })
    secure.on("error", () => undefined)
    this.#listen()
  }

  /** The next frame, whatever it is. */
  async receive(): Promise<FrontendFrame> {
    const head = await this.receiveBytes(5)
    const type = head.toString("latin1", 0, 1)
    const frame: FrontendFrame = { type, body: await this.receiveBytes(head.readInt32BE(1) - 4) }
    this.received.push(frame)
    return frame
  }

  /** The next frames, whose types must be these letters in this order: `expect("PBDES")`. Returns them all. */
  async expect(types: string): Promise<FrontendFrame[]> {
    const frames: FrontendFrame[] = []
    for (const type of types) {
      const frame = await this.receive()
      if (frame.type !== type) {
        throw new Error(`expected ${types}, but after "${frames.map((f) => f.type).join("")}" came ${frame.type}`)
      }
      frames.push(frame)
    }
    return frames
  }

  /** Frames up to and with the first of this type. */
  async receiveUntil(type: string): Promise<FrontendFrame[]> {
    const frames: FrontendFrame[] = []
    do {
      frames.push(await this.receive())
    } while (frames.at(-1)?.type !== type)
    return frames
  }

  /** Sends the messages in one write. */
  async send(...messages: readonly Uint8Array[]): Promise<void> {
    await this.#write(Buffer.concat(messages))
  }

  /** Sends the messages cut into chunks, each a write of its own that has left before the next. */
  async sendChunked(chunking: Chunking, ...messages: readonly Uint8Array[]): Promise<void> {
    const bytes = Buffer.concat(messages)
    for (let start = 0, cut = 0; start < bytes.length; cut++) {
      const end = "size" in chunking ? start + chunking.size : (chunking.at[cut] ?? bytes.length)
      await this.#write(bytes.subarray(start, end))
      await this.wait(chunking.delayMs ?? 0)
      start = end
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#socket.write(bytes, (error) => {
        error ? reject(new ClientGone("the client closed before all was sent", { cause: error })) : resolve()
      })
    })
  }

  /** Does nothing for a while, or until the connection is closed; with 0 for one turn of the event loop. */
  async wait(ms: number): Promise<void> {
    if (ms <= 0) {
      await new Promise<void>((resolve) => setImmediate(resolve))
      return
    }
    let stop = (): void => undefined
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      stop = (): void => {
        clearTimeout(timer)
        resolve()
      }
      this.#socket.once("close", stop)
    })
    this.#socket.off("close", stop)
  }

  /** Closes in order, with a FIN. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.end(resolve))
  }

  /** Breaks the connection with a RST. */
  reset(): void {
    this.#socket.resetAndDestroy()
  }

  /** Stops reading and answering, with the connection open, until the client or the test ends it. */
  async hang(): Promise<void> {
    this.#socket.pause()
    if (!this.#socket.destroyed) {
      await new Promise<void>((resolve) => this.#socket.once("close", () => resolve()))
    }
  }

  /** Takes whatever comes until the client closes. */
  async untilClosed(): Promise<void> {
    try {
      for (;;) {
        await this.receive()
      }
    } catch (error) {
      if (!(error instanceof ClientGone)) {
        throw error
      }
    }
  }
}

/** A listening backend. Made by {@link startScriptedBackend}. */
export class ScriptedBackend {
  readonly host: string
  readonly port: number
  /** Every connection so far, in the order they came. */
  readonly connections: ScriptedConnection[] = []
  readonly #server: Server
  readonly #failures: unknown[] = []
  readonly #running = new Set<Promise<void>>()
  readonly #sockets = new Set<Socket>()

  constructor(server: Server, host: string, port: number) {
    this.#server = server
    this.host = host
    this.port = port
  }

  /** A connection string; the host of a unix socket is its directory. */
  get url(): string {
    return `postgres://tester:secret@${encodeURIComponent(this.host)}:${this.port}/tests`
  }

  /** Plays a script on an accepted socket. */
  play(script: BackendScript, socket: Socket, options: BackendOptions): void {
    const connection = new ScriptedConnection(socket, options)
    this.connections.push(connection)
    this.#sockets.add(socket)
    socket.once("close", () => this.#sockets.delete(socket))
    const running = this.#run(script, connection)
    this.#running.add(running)
    void running.finally(() => this.#running.delete(running))
  }

  async #run(script: BackendScript, connection: ScriptedConnection): Promise<void> {
    try {
      await script(connection)
    } catch (error) {
      if (!(error instanceof ClientGone)) {
        this.#failures.push(error)
      }
    }
    connection.socket.destroySoon()
  }

  /** Resolves when every script begun has ended; rejects with the first failure. */
  async finished(): Promise<void> {
    await Promise.all(this.#running)
    if (this.#failures.length > 0) {
      throw this.#failures[0]
    }
  }

  /** Closes everything; throws what went wrong in a script. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    for (const socket of this.#sockets) {
      socket.destroy()
    }
    await closed
    await this.finished()
  }
}

/** Starts a backend: one script for every connection, or one each in order; further connections are closed at once. */
export async function startScriptedBackend(
  script: BackendScript | readonly BackendScript[],
  options: BackendOptions = {},
): Promise<ScriptedBackend> {
  // Paused: nothing may be read before the script says how.
  const server = createServer({ pauseOnConnect: true })
  const directory = tmpdir()
  const unixPort = 10_000 + (randomBytes(2).readUInt16BE() % 50_000)
  const path = join(directory, `.s.PGSQL.${unixPort}`)
  if (options.unix) {
    await rm(path, { force: true })
  }
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    options.unix ? server.listen(path, resolve) : server.listen(0, "127.0.0.1", resolve)
  })
  const address = server.address()
  const port = address !== null && typeof address === "object" ? address.port : unixPort
  const backend = new ScriptedBackend(server, options.unix ? directory : "127.0.0.1", port)
  server.on("connection", (socket: Socket) => {
    const turn = typeof script === "function" ? script : script[backend.connections.length]
    backend.play(turn ?? (async () => undefined), socket, options)
  })
  return backend
}
