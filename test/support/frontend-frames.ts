/**
 * What a client sent, cut into frames and taken apart for assertions. Strict on purpose: a frame with bytes missing or
 * left over throws. Nothing here comes from the library under test.
 *
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */

/** One message of a client after the start. */
export interface FrontendFrame {
  /** One letter, such as `Q`. */
  readonly type: string
  readonly body: Buffer
}

/** A client's first packet, or one of the requests that may come before it. */
export type StartupPacket =
  | { readonly kind: "startup"; readonly version: string; readonly parameters: Readonly<Record<string, string>> }
  | { readonly kind: "ssl" }
  | { readonly kind: "gss" }
  | { readonly kind: "cancel"; readonly processId: number; readonly key: Buffer }

/** Reads the fields of a body in order. */
class BodyReader {
  readonly #body: Buffer
  #at = 0

  constructor(body: Buffer) {
    this.#body = body
  }

  get rest(): number {
    return this.#body.length - this.#at
  }

  bytes(length: number): Buffer {
    if (length < 0 || length > this.rest) {
      throw new Error(`the frame has ${this.rest} bytes left, not ${length}`)
    }
    this.#at += length
    return this.#body.subarray(this.#at - length, this.#at)
  }

  int16(): number {
    return this.bytes(2).readUInt16BE()
  }

  int32(): number {
    return this.bytes(4).readInt32BE()
  }

  cstring(): string {
    const end = this.#body.indexOf(0, this.#at)
    if (end < 0) {
      throw new Error("the frame ends inside a string")
    }
    const text = this.bytes(end - this.#at).toString()
    this.bytes(1)
    return text
  }

  many<T>(count: number, read: () => T): T[] {
    return Array.from({ length: count }, read)
  }

  /** Refuses bytes left over. */
  end(): void {
    if (this.rest > 0) {
      throw new Error(`the frame has ${this.rest} bytes too many`)
    }
  }
}

/** The first packet's body, without its length. */
export function readStartupPacket(body: Buffer): StartupPacket {
  const reader = new BodyReader(body)
  const code = reader.int32()
  if (code === 80877103 || code === 80877104) {
    reader.end()
    return { kind: code === 80877103 ? "ssl" : "gss" }
  }
  if (code === 80877102) {
    return { kind: "cancel", processId: reader.int32(), key: reader.bytes(reader.rest) }
  }
  const parameters: Record<string, string> = {}
  for (let name = reader.cstring(); name !== ""; name = reader.cstring()) {
    parameters[name] = reader.cstring()
  }
  reader.end()
  return { kind: "startup", version: `${code >> 16}.${code & 0xffff}`, parameters }
}

/** The text of a Query. */
export function queryText(frame: FrontendFrame): string {
  const reader = open(frame, "Q")
  const text = reader.cstring()
  reader.end()
  return text
}

/** What Parse asks for. */
export interface ParseFields {
  readonly name: string
  readonly text: string
  readonly parameterTypes: readonly number[]
}

export function parseFields(frame: FrontendFrame): ParseFields {
  const reader = open(frame, "P")
  const name = reader.cstring()
  const text = reader.cstring()
  const parameterTypes = reader.many(reader.int16(), () => reader.int32() >>> 0)
  reader.end()
  return { name, text, parameterTypes }
}

/** What Bind carries. */
export interface BindFields {
  readonly portal: string
  readonly statement: string
  readonly parameterFormats: readonly number[]
  readonly values: readonly (Buffer | null)[]
  readonly resultFormats: readonly number[]
}

export function bindFields(frame: FrontendFrame): BindFields {
  const reader = open(frame, "B")
  const portal = reader.cstring()
  const statement = reader.cstring()
  const parameterFormats = reader.many(reader.int16(), () => reader.int16())
  const values = reader.many(reader.int16(), () => {
    const length = reader.int32()
    return length === -1 ? null : reader.bytes(length)
  })
  const resultFormats = reader.many(reader.int16(), () => reader.int16())
  reader.end()
  return { portal, statement, parameterFormats, values, resultFormats }
}

/** What a Describe or a Close names: a statement (`S`) or a portal (`P`). */
export function targetFields(frame: FrontendFrame): { readonly target: string; readonly name: string } {
  const reader = open(frame, frame.type === "C" ? "C" : "D")
  const target = reader.bytes(1).toString("latin1")
  const name = reader.cstring()
  reader.end()
  return { target, name }
}

/** What Execute asks for; zero rows mean all. */
export function executeFields(frame: FrontendFrame): { readonly portal: string; readonly maxRows: number } {
  const reader = open(frame, "E")
  const portal = reader.cstring()
  const maxRows = reader.int32()
  reader.end()
  return { portal, maxRows }
}

/** The mechanism and first message of a SASLInitialResponse. */
export function saslInitialFields(frame: FrontendFrame): { readonly mechanism: string; readonly data: Buffer | null } {
  const reader = open(frame, "p")
  const mechanism = reader.cstring()
  const length = reader.int32()
  const data = length === -1 ? null : reader.bytes(length)
  reader.end()
  return { mechanism, data }
}

function open(frame: FrontendFrame, type: string): BodyReader {
  if (frame.type !== type) {
    throw new Error(`this is a ${frame.type} frame, not ${type}`)
  }
  return new BodyReader(frame.body)
}
