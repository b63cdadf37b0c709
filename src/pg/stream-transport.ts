/**
 * A Node stream as the transport of a link. The stream is the program's to see (`client.connection.stream`): it may have
 * been brought along, and `pg-copy-streams` takes its one `data` listener away for a while. So bytes come by events here,
 * not by reads into a buffer of ours.
 */

import { ByteSource } from "../base/byte-source.ts"
import type { Transport, TransportAddress, TransportHandler } from "../transport/transport.ts"
import { Buffer, type Duplex, Socket } from "./node-runtime.ts"

/** Sockets have these, other streams may. */
export type SocketLike = Duplex & Partial<Pick<Socket, "ref" | "unref" | "setNoDelay" | "setKeepAlive" | "connect">>

/** The transport over a connected stream. */
export class StreamTransport implements Transport {
  handler: TransportHandler = { onData: () => {}, onDrain: () => {}, onClose: () => {} }
  readonly tls: undefined = undefined
  readonly address: TransportAddress
  readonly #stream: SocketLike
  readonly #onDestroy: () => void
  /** A socket has passed on what it does not hold back; another stream may still look at the bytes. */
  readonly #keepsBytes: boolean

  /** @param onDestroy called before the link closes the stream by its own decision */
  constructor(stream: SocketLike, address: TransportAddress, onDestroy: () => void) {
    this.#stream = stream
    this.address = address
    this.#onDestroy = onDestroy
    this.#keepsBytes = !(stream instanceof Socket)
    stream.on("data", (chunk: Uint8Array) => this.handler.onData(new ByteSource(chunk), 0, chunk.length))
    stream.on("drain", () => this.handler.onDrain())
  }

  get congested(): boolean {
    return this.#stream.writableNeedDrain === true
  }

  write(bytes: Uint8Array): boolean {
    if (!this.#stream.writable) return true
    if (this.#keepsBytes) {
      this.#stream.write(Buffer.from(bytes))
      return true
    }
    this.#stream.write(bytes)
    return this.#stream.writableLength === 0
  }

  pause(): void {
    this.#stream.pause()
  }

  resume(): void {
    this.#stream.resume()
  }

  /** The stream has been secured before a link gets to see it. */
  startTls(): Promise<void> {
    return Promise.reject(new Error("the stream is already in use"))
  }

  end(): void {
    this.#stream.end()
  }

  destroy(): void {
    this.#onDestroy()
    this.#stream.destroy()
  }

  setReferenced(referenced: boolean): void {
    if (referenced) this.#stream.ref?.()
    else this.#stream.unref?.()
  }
}
