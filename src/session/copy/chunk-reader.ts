/**
 * The data of a COPY as bytes: rows are gathered into chunks of up to 64 KB, of which one leaves as soon as what the
 * socket gave at once has been read.
 */

import { allocateBytes, nextTick } from "#platform"
import type { ByteSource } from "../../base/byte-source.ts"
import type { CopyReader } from "../../exchange/copy-out-exchange.ts"
import type { Flow } from "../../exchange/flow.ts"

const CHUNK_BYTES = 64 * 1024

/** Passes data on as it is. */
export class ChunkReader implements CopyReader<Uint8Array> {
  #chunk: Uint8Array | undefined
  #used = 0
  #emit: (() => void) | undefined

  onOpen(_response: unknown, flow: Flow<Uint8Array>): void {
    this.#emit = () => this.#pass(flow)
  }

  onData(source: ByteSource, start: number, end: number, flow: Flow<Uint8Array>): void {
    const length = end - start
    if (this.#used + length > CHUNK_BYTES) this.#pass(flow)
    if (length > CHUNK_BYTES) {
      flow.push(source.copy(start, end), length)
      return
    }
    if (this.#chunk === undefined) {
      this.#chunk = allocateBytes(CHUNK_BYTES)
      nextTick(this.#emit!)
    }
    source.copyTo(this.#chunk, this.#used, start, end)
    this.#used += length
  }

  onDone(flow: Flow<Uint8Array>): void {
    this.#pass(flow)
  }

  #pass(flow: Flow<Uint8Array>): void {
    const chunk = this.#chunk
    if (chunk === undefined) return
    this.#chunk = undefined
    flow.push(chunk.subarray(0, this.#used), this.#used)
    this.#used = 0
  }
}
