/**
 * The requests of the protocol as methods, in the form that submittables call them. Each is written by the core's
 * encoder; what is asked for outside of `gather` leaves at once.
 */

import { Encoder, MAX_PARAMETERS } from "../protocol/encoder.ts"
import { Buffer, EventEmitter } from "./node-runtime.ts"
import type { SocketLike } from "./stream-transport.ts"
import type { BindRequest, RequestWriter, Submittable, TargetRequest } from "./submittable.ts"

const STATEMENT = "S"
const TEXT = 0
const BINARY = 1
const NULL_LENGTH = -1
/** Bytes beyond this are sent beside the buffer. */
const LARGE_VALUE = 64 * 1024

/** Writes requests. */
export abstract class RequestEncoder extends EventEmitter implements RequestWriter {
  declare stream: SocketLike
  declare parsedStatements: Record<string, string>
  declare submittedNamedStatements: Record<string, string>
  readonly #encoder: Encoder = new Encoder()
  #isGathering = false
  #queries = 0
  #syncs = 0

  /** The encoder of the link, once there is one. */
  protected abstract get linkEncoder(): Encoder | undefined
  /** Says goodbye and closes. */
  abstract end(): void
  /** Sends what was written. */
  protected abstract transmit(): void

  /** Where requests are written. */
  get encoder(): Encoder {
    return this.linkEncoder ?? this.#encoder
  }

  /** Has a submittable write its request, which leaves as one. Returns why it does not, if it does not. */
  protected gather(query: Submittable): Error | undefined {
    this.#queries = 0
    this.#syncs = 0
    this.#isGathering = true
    try {
      return (query.submit(this) as Error | null | undefined) || undefined
    } finally {
      this.#isGathering = false
    }
  }

  /**
   * Takes a ReadyForQuery down. True when the server owes another one, because a submittable has sent more than one Sync:
   * `pg-cursor` does when it is closed twice.
   */
  protected owesAnother(): boolean {
    if (this.#syncs > 0) this.#syncs--
    else if (this.#queries > 0) this.#queries--
    return this.#syncs + this.#queries > 0
  }

  /** The server has begun to take data of a COPY: it passes over the Syncs that it was sent before. */
  protected loseSyncs(): void {
    this.#syncs = 0
  }

  /** Something was written. */
  protected written(): void {
    if (!this.#isGathering) this.transmit()
  }

  query(text: string): void {
    this.encoder.query(textOf(text))
    this.#queries++
    this.written()
  }

  parse({ text, name, types }: { text?: string | undefined; name?: string | undefined; types?: unknown }): void {
    this.encoder.parse(textOf(name), textOf(text), Array.isArray(types) ? types : [])
    this.written()
  }

  /** @throws what `valueMapper` throws; nothing is written then */
  bind({ portal, statement, values: given, binary, valueMapper }: BindRequest = {}): void {
    const values = given || []
    if (values.length > MAX_PARAMETERS) {
      throw new Error(`a query can have at most ${MAX_PARAMETERS} values, got ${values.length}`)
    }
    const { writer } = this.encoder
    const before = writer.length
    try {
      this.encoder.beginBind(textOf(portal), textOf(statement))
      this.#writeValues(values, valueMapper)
      writer.int16(1)
      writer.int16(binary ? BINARY : TEXT)
      this.encoder.endBind()
    } catch (error) {
      writer.truncate(before)
      throw error
    }
    this.written()
  }

  execute({ portal, rows }: { portal?: string | undefined; rows?: number | undefined } = {}): void {
    this.encoder.execute(textOf(portal), rows || 0)
    this.written()
  }

  describe({ type, name }: TargetRequest): void {
    if (type === STATEMENT) this.encoder.describeStatement(textOf(name))
    else this.encoder.describePortal(textOf(name))
    this.written()
  }

  close({ type, name }: TargetRequest): void {
    if (type === STATEMENT) this.encoder.closeStatement(textOf(name))
    else this.encoder.closePortal(textOf(name))
    this.written()
  }

  flush(): void {
    this.encoder.flush()
    this.written()
  }

  sync(): void {
    this.encoder.sync()
    this.#syncs++
    this.written()
  }

  sendCopyFromChunk(chunk: Uint8Array): void {
    this.encoder.copyData(chunk)
    this.written()
  }

  endCopyFrom(): void {
    this.encoder.copyDone()
    this.written()
  }

  sendCopyFail(reason: string): void {
    this.encoder.copyFail(reason)
    this.written()
  }

  #writeValues(values: readonly unknown[], mapper: BindRequest["valueMapper"]): void {
    const { writer } = this.encoder
    const count = values.length
    writer.int16(count)
    const formats = writer.reserve(count * 2)
    writer.int16(count)
    for (let i = 0; i < count; i++) {
      const value = mapper === undefined ? (values[i] as string | Uint8Array | null) : mapper(values[i], i)
      let format = TEXT
      if (value === null || value === undefined) {
        writer.int32(NULL_LENGTH)
      } else if (typeof value === "string") {
        const at = writer.reserve(4)
        writer.utf8(value)
        writer.patchInt32(at, writer.length - at - 4)
      } else {
        format = BINARY
        // Large ones are copied once, for the caller may go on to change them, and the buffer need not grow for them.
        const bytes = value instanceof Uint8Array && value.length < LARGE_VALUE ? value : Buffer.from(value)
        writer.int32(bytes.length)
        if (bytes.length < LARGE_VALUE) writer.bytes(bytes)
        else writer.insert(bytes)
      }
      writer.patchInt16(formats + 2 * i, format)
    }
  }
}

/** Empty when there is none. @throws TypeError when it is no string, as Node does */
function textOf(text: string | undefined): string {
  if (!text) return ""
  if (typeof text !== "string") Buffer.byteLength(text)
  return text
}
