/**
 * The data of a COPY as bytes: rows are gathered into chunks of up to 64 KB, of which one leaves as soon as what the
 * socket gave at once has been read.
 */

import { allocateBytes, nextTick } from "#platform"
import type { ByteSource } from "../../base/byte-source.ts"
import type { Bytes } from "../../base/platform.ts"
import type { CopyReader } from "../../exchange/copy-out-exchange.ts"
import type { Flow } from "../../exchange/flow.ts"

/** The server sends 8 KB at a time, so what is read quickly is little: several chunks share a block. */
const BLOCK_BYTES = 64 * 1024

/** Passes data on as it is. */
export class ChunkReader implements CopyReader<Uint8Array> {
  #block: Bytes | undefined
  /** Where what was not passed on yet begins and ends. */
  #start = 0
  #end = 0
  #emit: (() => void) | undefined

  onOpen(_response: unknown, flow: Flow<Uint8Array>): void {
    this.#emit = () => this.#pass(flow)
  }

  onData(source: ByteSource, start: number, end: number, flow: Flow<Uint8Array>): void {
    const length = end - start
    if (this.#end + length > BLOCK_BYTES) {
      this.#pass(flow)
      this.#block = undefined
    }
    if (length > BLOCK_BYTES) {
      flow.push(source.copy(start, end), length)
      return
    }
    if (this.#block === undefined) {
      this.#block = allocateBytes(BLOCK_BYTES)
      this.#start = 0
      this.#end = 0
    }
    if (this.#start === this.#end) nextTick(this.#emit!)
    source.copyTo(this.#block, this.#end, start, end)
    this.#end += length
  }

  onDone(flow: Flow<Uint8Array>): void {
    this.#pass(flow)
  }

  #pass(flow: Flow<Uint8Array>): void {
    const length = this.#end - this.#start
    if (length === 0) return
    flow.push(this.#block!.subarray(this.#start, this.#end), length)
    this.#start = this.#end
  }
}
