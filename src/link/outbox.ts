/**
 * Gathers what one tick appends to the encoder into one write: a thousand queries made in a loop leave in one system
 * call. The buffer is reused when the system took all of it at once, else it is left to the transport.
 */

import { nextTick } from "#platform"
import { ByteWriter } from "../base/byte-writer.ts"
import { Encoder } from "../protocol/encoder.ts"
import type { Transport } from "../transport/transport.ts"

const CAPACITY: number = 16 * 1024
/** Enough for a start-up and small requests, so that many idle connections take little memory. */
const FIRST_CAPACITY = 1024
/** A burst beyond this does not keep its memory. */
const KEPT_CAPACITY = 256 * 1024
/** A burst goes on as it began: a fresh buffer has room for as much as the last one held, and this. */
const SLACK = 4096
/** This much is not held back for more to come. */
const MUCH = 128 * 1024

/** The encoder of a link and the one place that writes to its transport. */
export class Outbox {
  readonly encoder: Encoder = new Encoder(new ByteWriter(FIRST_CAPACITY))
  readonly #transport: Transport
  readonly #onFlush: () => void
  #scheduled = false
  #closed = false
  #isOpenEnded = false
  readonly #flush: () => void = () => this.flush()

  /** @param onFlush called after bytes have gone out: from then on the server may have seen them */
  constructor(transport: Transport, onFlush: () => void) {
    this.#transport = transport
    this.#onFlush = onFlush
  }

  /** Ends a request: the server answers everything up to here. */
  sync(): void {
    this.encoder.sync()
    this.#isOpenEnded = false
  }

  /** Like `schedule`, for a request that has no Sync yet: what leaves without one is followed by Flush. */
  scheduleFlush(): void {
    this.#isOpenEnded = true
    this.schedule()
  }

  /** Sends what was appended once this tick is over; at once when it is much, so that a busy peer shows in time. */
  schedule(): void {
    if (this.encoder.writer.length > MUCH) {
      this.flush()
    } else if (!this.#scheduled) {
      this.#scheduled = true
      nextTick(this.#flush)
    }
  }

  /** Sends what was appended, now. */
  flush(): void {
    this.#scheduled = false
    const { writer } = this.encoder
    if (this.#closed || writer.length === 0) return
    if (this.#isOpenEnded) this.encoder.flush()
    this.#isOpenEnded = false
    const { length } = writer
    const taken = writer.inserted === 0 ? this.#transport.write(writer.written()) : this.#writePieces()
    if (taken && writer.capacity <= KEPT_CAPACITY) writer.truncate(0)
    else writer.take(taken ? CAPACITY : Math.min(Math.max(CAPACITY, length + SLACK), KEPT_CAPACITY))
    this.#onFlush()
  }

  /** One by one, which costs less than having the socket gather them. True when the system took all of them. */
  #writePieces(): boolean {
    let taken = true
    for (const piece of this.encoder.writer.pieces()) taken = this.#transport.write(piece)
    return taken
  }

  /** Drops what was not sent; nothing is sent any more. */
  close(): void {
    this.#closed = true
    this.encoder.writer.truncate(0)
  }
}
