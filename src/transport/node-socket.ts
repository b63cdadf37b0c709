/**
 * TCP and unix-domain sockets over `node:net`, on Node, Bun and Deno. Reached as `#transport`.
 *
 * All reads of a plain socket go into one reused buffer (`onread`): bulk results take a third of the CPU that `data`
 * events cost. TLS sockets, and those of runtimes that cannot do so, deliver chunks of their own.
 */

import type { Socket } from "node:net"
import { allocateBytes } from "#platform"
import { ByteSource } from "../base/byte-source.ts"
import { runtimeModule } from "../base/platform-modules.ts"
import type { KeepalivesConfig } from "../config/config.ts"
import type { TlsHandshake } from "../config/tls-handshake.ts"
import type { TlsInfo, Transport, TransportAddress, TransportHandler, TransportOptions } from "./transport.ts"

/** Enough for a start-up and small results, so that many idle connections take little memory. */
const FIRST_READ_BUFFER_SIZE = 4 * 1024
/** From the first read that fills the smaller one. Larger buffers gain nothing over loopback, smaller ones cost reads. */
const READ_BUFFER_SIZE = 64 * 1024

/** Deno (2.9) takes the option, but such a socket never comes through a TLS handshake. */
const canReadInPlace = !("Deno" in globalThis)

/**
 * From so much on a write that the system has not taken shows as congestion. Whose memory is sent from where it is relies
 * on that, so it is not left to the runtime's default, which an application may change. The typings do not know it here.
 */
const STREAM = { highWaterMark: 64 * 1024 }

/** No buffer, for which the runtime takes the last one again; its typings have no such answer. */
const KEEP_LAST = undefined as unknown as Uint8Array

/** The numeric addresses of a host, in the order the system's resolver gives them; of an address, that one. */
export async function resolveHost(host: string): Promise<string[]> {
  if (runtimeModule("node:net").isIP(host) !== 0) return [host]
  const { lookup } = await import("node:dns/promises")
  const addresses = await lookup(host, { all: true, order: "verbatim" })
  return addresses.map(({ address }) => address)
}

/** Begins to connect; the promise settles with the open transport or the reason why there is none. */
export function openSocket(
  address: TransportAddress,
  options: TransportOptions,
  signal: AbortSignal,
): Promise<Transport> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const transport = new NodeTransport(address, options)
    const onAbort = (): void => {
      transport.destroy()
      reject(signal.reason)
    }
    signal.addEventListener("abort", onAbort, { once: true })
    transport.handler = {
      onData: () => {},
      onDrain: () => {},
      onClose: (error) => {
        signal.removeEventListener("abort", onAbort)
        reject(error ?? new Error("the connection was closed while it was being made"))
      },
    }
    transport.onConnect(() => {
      signal.removeEventListener("abort", onAbort)
      resolve(transport)
    })
  })
}

class NodeTransport implements Transport {
  readonly address: TransportAddress
  handler: TransportHandler = { onData: () => {}, onDrain: () => {}, onClose: () => {} }
  tls: TlsInfo | undefined
  #source: ByteSource = new ByteSource(allocateBytes(FIRST_READ_BUFFER_SIZE))
  #isBufferKnown = false
  #isDirect = false
  #socket: Socket
  #error: Error | undefined

  constructor(address: TransportAddress, options: TransportOptions) {
    this.address = address
    this.#socket = runtimeModule("node:net").connect({
      ...(address.kind === "unix" ? { path: address.path } : { host: address.address, port: address.port }),
      noDelay: true,
      ...STREAM,
      ...(canReadInPlace && {
        onread: { buffer: () => this.#nextBuffer(), callback: (count: number) => this.#onRead(count) },
      }),
    })
    this.#listen(this.#socket)
    this.#socket.once("connect", () => keepAlive(this.#socket, options.keepalives))
  }

  /**
   * The buffer for the next read: the shared one, or the rest of a large message in its place. No answer keeps the last
   * one, which saves handing it to the system anew at each read.
   */
  #nextBuffer(): Uint8Array {
    const target = this.handler.readTarget?.()
    const wasDirect = this.#isDirect
    this.#isDirect = target !== undefined
    if (target !== undefined) return target
    if (wasDirect || !this.#isBufferKnown) {
      this.#isBufferKnown = true
      return this.#source.bytes
    }
    return KEEP_LAST
  }

  #onRead(count: number): boolean {
    if (this.#isDirect) {
      this.handler.onRead!(count)
      return true
    }
    this.handler.onData(this.#source, 0, count)
    if (count === FIRST_READ_BUFFER_SIZE && count === this.#source.bytes.length) {
      this.#source = new ByteSource(allocateBytes(READ_BUFFER_SIZE))
      this.#isBufferKnown = false
    }
    return true
  }

  /** The stream alone says so after each large write, even if the system has taken it all. */
  get congested(): boolean {
    return this.#socket.writableNeedDrain && this.#socket.writableLength > 0
  }

  onConnect(listener: () => void): void {
    this.#socket.once("connect", listener)
  }

  write(bytes: Uint8Array): boolean {
    this.#socket.write(bytes)
    return this.#socket.writableLength === 0
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  async startTls(handshake: TlsHandshake, protocols: readonly string[]): Promise<void> {
    const { connectTls, tlsInfoOf } = await import("./node-tls.ts") // loading TLS takes longer than all the rest
    const secure = await connectTls(this.#socket, handshake, protocols)
    this.#socket = secure
    this.tls = tlsInfoOf(secure, handshake.hasClientCertificate)
    this.#listen(secure)
  }

  end(): void {
    this.#socket.end()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  setReferenced(referenced: boolean): void {
    if (referenced) this.#socket.ref()
    else this.#socket.unref()
  }

  /** Once TLS has taken over, the plain socket's events say nothing that the secure one's do not. */
  #listen(socket: Socket): void {
    socket.on("data", (chunk: Uint8Array) => {
      if (socket === this.#socket) this.handler.onData(new ByteSource(chunk), 0, chunk.length)
    })
    socket.on("drain", () => {
      if (socket === this.#socket) this.handler.onDrain()
    })
    socket.on("error", (error) => {
      this.#error ??= error
    })
    socket.once("close", () => {
      if (socket === this.#socket) this.handler.onClose(this.#error)
    })
  }
}

/** What systems wait by default before the first probe. */
const DEFAULT_IDLE_MS = 7_200_000

/**
 * The runtime takes no interval and no count without an idle time, and whole seconds only. Node before 26.4 has an
 * interval and a count of its own.
 */
function keepAlive(socket: Socket, { enabled, idleMs, intervalMs, count }: KeepalivesConfig): void {
  if (!enabled) return
  if (intervalMs === 0 && count === 0) socket.setKeepAlive(true, wholeSeconds(idleMs))
  else socket.setKeepAlive(true, wholeSeconds(idleMs) ?? DEFAULT_IDLE_MS, wholeSeconds(intervalMs), count || undefined)
}

/** At least one second; undefined for 0, which leaves the matter to the system. */
function wholeSeconds(ms: number): number | undefined {
  return ms === 0 ? undefined : Math.max(ms, 1000)
}
