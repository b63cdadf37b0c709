/**
 * A transport without a socket, for tests of what happens between bytes and promises: it takes down what is written and
 * delivers what the test says, in the chunks the test says, always in the same reused buffer as a real one.
 */

import { ByteSource } from "../../src/base/byte-source.ts"
import type { TlsInfo, Transport, TransportAddress, TransportHandler } from "../../src/transport/transport.ts"

/** A duplex of bytes in memory. */
export class MemoryTransport implements Transport {
  handler: TransportHandler = { onData: () => {}, onDrain: () => {}, onClose: () => {} }
  readonly tls: TlsInfo | undefined = undefined
  readonly address: TransportAddress = { kind: "tcp", address: "127.0.0.1", port: 5432 }
  congested = false
  /** Whether `write` says that it has taken the bytes at once. */
  takesAtOnce = true
  /** Everything written so far. */
  written: Buffer = Buffer.alloc(0)
  closed = false
  readonly #buffer = new ByteSource(new Uint8Array(64 * 1024))
  #used = 0

  write(bytes: Uint8Array): boolean {
    this.written = Buffer.concat([this.written, bytes])
    return this.takesAtOnce
  }

  /** Delivers bytes in chunks of a size. */
  deliver(bytes: Uint8Array, chunkSize: number = 64 * 1024): void {
    for (let at = 0; at < bytes.length; at += chunkSize) {
      const chunk = bytes.subarray(at, at + chunkSize)
      this.#buffer.bytes.fill(0xee, 0, this.#used)
      this.#buffer.bytes.set(chunk)
      this.#used = chunk.length
      if (!this.closed) this.handler.onData(this.#buffer, 0, chunk.length)
    }
  }

  /** The types of the messages written since the last call, as letters. */
  takeMessageTypes(): string {
    let types = ""
    for (let at = 0; at < this.written.length; at += 1 + this.written.readInt32BE(at + 1)) {
      types += String.fromCharCode(this.written[at]!)
    }
    this.written = Buffer.alloc(0)
    return types
  }

  /** The peer takes bytes again. */
  drain(): void {
    this.congested = false
    this.handler.onDrain()
  }

  pause(): void {}

  resume(): void {}

  startTls(): Promise<void> {
    return Promise.reject(new Error("a memory transport has no TLS"))
  }

  end(): void {
    this.destroy()
  }

  destroy(error?: Error): void {
    if (this.closed) return
    this.closed = true
    queueMicrotask(() => this.handler.onClose(error))
  }

  setReferenced(): void {}
}
