/**
 * The data of a COPY as bytes: rows are gathered into chunks of up to 64 KB, of which one leaves as soon as what the
 * socket gave at once has been read.
 */

import { allocateBytes, nextTick } from "#platform"
import type { ByteSource } from "../../base/byte-source.ts"
import type { Bytes } from "../../base/platform.ts"
import type { CopyReader } from "../../exchange/copy-out-exchange.ts"
import type { Flow } from "../../exchange/flow.ts"

const CHUNK_BYTES = 64 * 1024

/** Passes data on as it is. */
export class ChunkReader implements CopyReader<Uint8Array> {
  #chunk: Bytes | undefined
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
    if (this.#used === 0) nextTick(this.#emit!)
    this.#chunk ??= allocateBytes(CHUNK_BYTES)
    source.copyTo(this.#chunk, this.#used, start, end)
    this.#used += length
  }

  onDone(flow: Flow<Uint8Array>): void {
    this.#pass(flow)
  }

  #pass(flow: Flow<Uint8Array>): void {
    const used = this.#used
    if (used === 0) return
    this.#used = 0
    const bytes = this.#chunk!.subarray(0, used)
    if (used > CHUNK_BYTES / 2) {
      this.#chunk = undefined
      flow.push(bytes, used)
      return
    }
    // The server sends 8 KB at a time: what is quickly read is little, and is not to hold memory for much.
    const chunk = allocateBytes(used)
    chunk.set(bytes)
    flow.push(chunk, used)
  }
}
