/**
 * Everything that data can come from, as chunks of bytes: bytes and strings, blobs, iterables of them, streams
 * of Node's and the web's.
 */

import { ByteWriter } from "../base/byte-writer.ts"
import { describeValue, UsageError } from "../errors/client-error.ts"
import { WRITE_BYTES } from "../exchange/write-gate.ts"
import { END, isAsyncIterable, isIterable, iterableSource, type Source } from "./feed.ts"

/** One piece of data: text is sent as UTF-8. */
export type Chunk = string | Uint8Array | ArrayBuffer

/** Where data comes from. */
export type ChunkSource = Chunk | Blob | Iterable<Chunk> | AsyncIterable<Chunk> | ReadableStream<Chunk>

/** Larger pieces are sent in parts, so that the server is heard in between. */
const PART_BYTES: number = WRITE_BYTES
const PART_UNITS = 16 * 1024

/** Chunks out of anything. @throws UsageError for what is no source */
export function chunkSource(source: ChunkSource): Source<Uint8Array> {
  if (typeof source === "string" || isBytes(source)) return new PartSource(iterableSource([source], "the source"))
  if (source instanceof Blob) return new PartSource(new WebSource(source.stream()))
  if (source instanceof ReadableStream) return new PartSource(new WebSource(source))
  if (isIterable(source) || isAsyncIterable(source)) return new PartSource(iterableSource(source, "the source"))
  throw new UsageError(
    `the source must be bytes, a string, a Blob, a stream or an iterable of bytes and strings, got ${describeValue(source)}`,
    { safeToRetry: true },
  )
}

/** Whether a value is bytes of any kind. */
export function isBytes(value: unknown): value is Uint8Array | ArrayBuffer {
  return value instanceof Uint8Array || value instanceof ArrayBuffer
}

/** Makes bytes of chunks. A character that is cut in two by the end of a string waits for its other half. */
export class ChunkEncoder {
  readonly #writer: ByteWriter = new ByteWriter(0)
  #half = ""

  /** The chunk's bytes. Those of a short text are valid until the next call. @throws UsageError for what is no chunk or no text */
  encode(chunk: Chunk): Uint8Array {
    if (typeof chunk === "string") return this.#encodeText(chunk)
    this.finish()
    if (chunk instanceof Uint8Array) return chunk
    if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk)
    const hint = Array.isArray(chunk) ? ": rows are for copyRows or writeRow" : ""
    throw new UsageError(`a chunk must be bytes or a string, got ${describeValue(chunk)}${hint}`)
  }

  /** There are no more chunks. @throws UsageError when half a character is left over */
  finish(): void {
    if (this.#half !== "") throw new UsageError("a string ends in half a surrogate pair, which has no UTF-8 form")
  }

  #encodeText(chunk: string): Uint8Array {
    let text = this.#half + chunk
    const last = text.charCodeAt(text.length - 1)
    this.#half = last >= 0xd800 && last <= 0xdbff ? text.slice(-1) : ""
    if (this.#half !== "") text = text.slice(0, -1)
    if (!text.isWellFormed()) throw new UsageError("a string has half a surrogate pair, which has no UTF-8 form")
    this.#writer.truncate(0)
    this.#writer.utf8(text)
    return this.#writer.length < PART_BYTES ? this.#writer.written() : this.#writer.take(0)
  }
}

/** Encodes the chunks of a source and cuts large ones. */
class PartSource implements Source<Uint8Array> {
  readonly isAsync: boolean
  readonly #source: Source<Chunk>
  readonly #encoder: ChunkEncoder = new ChunkEncoder()
  #rest: Chunk | undefined
  #at = 0

  constructor(source: Source<Chunk>) {
    this.#source = source
    this.isAsync = source.isAsync
  }

  next(): Uint8Array | typeof END | Promise<Uint8Array | typeof END> {
    if (this.#rest !== undefined) return this.#part(this.#rest)
    const chunk = this.#source.next()
    return chunk instanceof Promise ? chunk.then((later) => this.#start(later)) : this.#start(chunk)
  }

  close(): void | Promise<void> {
    return this.#source.close()
  }

  #start(chunk: Chunk | typeof END): Uint8Array | typeof END {
    if (chunk === END) {
      this.#encoder.finish()
      return END
    }
    if (lengthOf(chunk) <= PART_BYTES) return this.#encoder.encode(chunk)
    this.#at = 0
    return this.#part(chunk)
  }

  #part(chunk: Chunk): Uint8Array {
    const end = this.#at + (typeof chunk === "string" ? PART_UNITS : PART_BYTES)
    const part = slice(chunk, this.#at, end)
    this.#rest = end >= lengthOf(chunk) ? undefined : chunk
    this.#at = end
    return this.#encoder.encode(part)
  }
}

/** In bytes or UTF-16 units; of what is no chunk, 0. */
function lengthOf(chunk: Chunk): number {
  return typeof chunk === "string" ? chunk.length : isBytes(chunk) ? chunk.byteLength : 0
}

function slice(chunk: Chunk, start: number, end: number): Chunk {
  if (typeof chunk === "string") return chunk.slice(start, end)
  return (chunk instanceof Uint8Array ? chunk : new Uint8Array(chunk)).subarray(start, end)
}

/**
 * A stream of the web, which can be cancelled while a chunk is awaited. It is locked by its first chunk: what is refused
 * before that may be tried again.
 */
class WebSource<T> implements Source<T> {
  readonly isAsync = true
  readonly #stream: ReadableStream<T>
  #reader: ReadableStreamDefaultReader<T> | undefined

  constructor(stream: ReadableStream<T>) {
    this.#stream = stream
  }

  async next(): Promise<T | typeof END> {
    this.#reader ??= this.#stream.getReader()
    const { value, done } = await this.#reader.read()
    return done ? END : (value as T)
  }

  async close(): Promise<void> {
    await (this.#reader ?? this.#stream).cancel()
    this.#reader?.releaseLock()
  }
}
