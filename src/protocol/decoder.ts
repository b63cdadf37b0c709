/**
 * Chunks in, whole frames out, in place. A frame that lies wholly inside a chunk is handed on as offsets into it; only
 * one that is cut by the chunk's end is put together in a buffer of its own, so every byte is copied at most once.
 *
 *     chunk n            chunk n+1
 *     [frame][frame][fra][me][frame][frame]
 *                    └─ pending ─┘
 *
 * A length is judged before any memory is asked for, and memory grows with the bytes that came, not with the length
 * that was claimed. After an error the decoder is of no use: the connection is to be destroyed.
 *
 * @see https://www.postgresql.org/docs/current/protocol-overview.html#PROTOCOL-MESSAGE-CONCEPTS
 */

import { allocateBytes } from "#platform"
import { ByteSource } from "../base/byte-source.ts"
import { ProtocolError } from "../errors/client-error.ts"
import {
  DATA_ROW,
  MAX_MESSAGE_LENGTH,
  NOTICE_RESPONSE,
  NOTIFICATION_RESPONSE,
  PARAMETER_STATUS,
  READY_FOR_QUERY,
} from "./codes.ts"
import type { ConnectionSink, FrameSink } from "./frame-sink.ts"

/** The type byte and the length word. */
const HEADER = 5
const SMALL_CAPACITY = 1024
/** Kept between frames; a larger one belongs to its frame, and to whoever keeps a part of that. */
const PENDING_CAPACITY = 64 * 1024
/** When at least so much of a frame is to come, it may as well be read to its place. */
const DIRECT_READ = 64 * 1024
/** How much is set aside at once for a frame that has only begun to arrive. */
const TRUSTED_CAPACITY = 64 * 1024 * 1024

/** What is short by nature, and everything before the peer has proved who it is; libpq draws the line there too. */
export const SHORT_LIMIT = 30_000
/** The longest acceptable length word for each message type, 0 for bytes that are no message type. */
const LENGTH_LIMITS: Int32Array = lengthLimits()

/** Cuts the stream of backend messages and hands each to the sink that waits for it. */
export class Decoder {
  /** Who gets the replies; moved by the link at each ReadyForQuery. */
  sink: FrameSink
  readonly #connection: ConnectionSink
  #maxLength: number
  #pending: ByteSource = new ByteSource(new Uint8Array(0))
  #pendingLength = 0
  #stopped = false

  /**
   * @param sink where the first replies go
   * @param connection where asynchronous messages and ReadyForQuery go
   * @param maxLength the longest message to accept, in bytes
   */
  constructor(sink: FrameSink, connection: ConnectionSink, maxLength: number = MAX_MESSAGE_LENGTH) {
    this.sink = sink
    this.#connection = connection
    this.#maxLength = maxLength
  }

  /** From now on messages may have any length the protocol allows: the peer has proved who it is. */
  trust(): void {
    this.#maxLength = MAX_MESSAGE_LENGTH
  }

  /** Decodes nothing more, not even the rest of the current chunk. */
  stop(): void {
    this.#stopped = true
    this.#pendingLength = 0
  }

  /** True when a message has begun to arrive and is not yet whole. */
  get midMessage(): boolean {
    return this.#pendingLength > 0
  }

  /** Where the next bytes may be read to directly: the rest of a large frame, `undefined` when there is none. */
  get readTarget(): Uint8Array | undefined {
    if (this.#stopped || this.#pendingLength < HEADER) return undefined
    const { bytes, view } = this.#pending
    const end = Math.min(1 + view.getInt32(1), bytes.length)
    return end - this.#pendingLength >= DIRECT_READ ? bytes.subarray(this.#pendingLength, end) : undefined
  }

  /** So many bytes were read to the target. @throws ProtocolError as `push` does */
  onRead(count: number): void {
    this.#pendingLength += count
    const total = this.#pendingTotal()
    if (this.#pendingLength === total) this.#finishPending(total)
  }

  /**
   * Takes the bytes from `start` up to `end` of a chunk, which the caller may reuse afterwards.
   * @throws ProtocolError when they are not PostgreSQL's protocol
   */
  push(source: ByteSource, start: number, end: number): void {
    let position = start
    while (this.#pendingLength > 0 && position < end && !this.#stopped) position = this.#complete(source, position, end)
    position = this.#frames(source, position, end)
    if (position < end && !this.#stopped) this.#keep(source, position, end)
  }

  /** Hands on every whole frame of the chunk and returns where the first incomplete one starts. */
  #frames(source: ByteSource, start: number, end: number): number {
    const { bytes, view } = source
    let position = start
    while (end - position >= HEADER && !this.#stopped) {
      const type = bytes[position]!
      const length = view.getInt32(position + 1)
      if (length < 4 || length > LENGTH_LIMITS[type]! || length > this.#maxLength) this.#refuse(type, length)
      const next = position + 1 + length
      if (next > end) break
      if (type === DATA_ROW) this.sink.onRow(source, position + HEADER, next)
      else this.#dispatch(type, source, position + HEADER, next)
      position = next
    }
    return position
  }

  #dispatch(type: number, source: ByteSource, start: number, end: number): void {
    switch (type) {
      case READY_FOR_QUERY:
        if (end - start !== 1) throw new ProtocolError("a ReadyForQuery message has the wrong length")
        this.#connection.onReady(source.bytes[start]!)
        break
      case NOTICE_RESPONSE:
      case NOTIFICATION_RESPONSE:
      case PARAMETER_STATUS:
        this.#connection.onAsync(type, source, start, end)
        break
      default:
        this.sink.onFrame(type, source, start, end)
    }
  }

  /** Adds to the pending frame what it still lacks; hands it on when it is whole. */
  #complete(source: ByteSource, start: number, end: number): number {
    let position = start
    if (this.#pendingLength < HEADER) {
      position = this.#append(source, position, Math.min(end, position + HEADER - this.#pendingLength))
      if (this.#pendingLength < HEADER) return position
    }
    const total = this.#pendingTotal()
    position = this.#append(source, position, Math.min(end, position + total - this.#pendingLength), total)
    if (this.#pendingLength === total) this.#finishPending(total)
    return position
  }

  /** The pending frame's whole length, judged. */
  #pendingTotal(): number {
    const type = this.#pending.bytes[0]!
    const length = this.#pending.view.getInt32(1)
    if (length < 4 || length > LENGTH_LIMITS[type]! || length > this.#maxLength) this.#refuse(type, length)
    return 1 + length
  }

  #finishPending(total: number): void {
    const frame = this.#pending
    this.#pendingLength = 0
    if (frame.isOwned) this.#pending = new ByteSource(new Uint8Array(0))
    this.#frames(frame, 0, total)
  }

  #keep(source: ByteSource, start: number, end: number): void {
    if (end - start >= HEADER) {
      this.#append(source, start, end, 1 + source.view.getInt32(start + 1))
    } else {
      this.#append(source, start, end)
    }
  }

  /** Copies bytes behind the pending ones; `total` is the frame's whole length where it is known. */
  #append(source: ByteSource, start: number, end: number, total: number = HEADER): number {
    const needed = this.#pendingLength + (end - start)
    const capacity = this.#pending.bytes.length
    if (needed > capacity || (total > capacity && total <= TRUSTED_CAPACITY)) {
      const wanted =
        total <= TRUSTED_CAPACITY ? total : Math.min(total, Math.max(needed, capacity * 2, TRUSTED_CAPACITY))
      const grown = allocateBytes(Math.max(needed, wanted, SMALL_CAPACITY))
      grown.set(this.#pending.bytes.subarray(0, this.#pendingLength))
      this.#pending = new ByteSource(grown, grown.length > PENDING_CAPACITY)
    }
    this.#pending.bytes.set(source.bytes.subarray(start, end), this.#pendingLength)
    this.#pendingLength = needed
    return end
  }

  #refuse(type: number, length: number): never {
    const name = type >= 0x20 && type < 0x7f ? `"${String.fromCharCode(type)}"` : `0x${type.toString(16)}`
    if (LENGTH_LIMITS[type] === 0) {
      throw new ProtocolError(
        `received a message of unknown type ${name}: the peer does not speak PostgreSQL's protocol`,
      )
    }
    throw new ProtocolError(`received a message of type ${name} with the impossible length ${length}`)
  }
}

function lengthLimits(): Int32Array {
  const limits = new Int32Array(256)
  for (const type of "RK23CGHWcIVvn1sZ") limits[type.charCodeAt(0)] = SHORT_LIMIT
  // These carry data or text of any size.
  for (const type of "DdTtENAVSGHWC") limits[type.charCodeAt(0)] = MAX_MESSAGE_LENGTH
  return limits
}
