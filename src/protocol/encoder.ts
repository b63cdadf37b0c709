/**
 * Frontend messages, appended to one ByteWriter; nothing is sent here. A message that cannot be written whole (a NUL in
 * a string, a length over the server's limit) throws, and its beginning is taken back by the link.
 *
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */

import { ByteWriter } from "../base/byte-writer.ts"
import type { Oid } from "../base/format.ts"
import { UsageError } from "../errors/client-error.ts"
import {
  BIND,
  CANCEL_REQUEST_CODE,
  CLOSE,
  COPY_DATA,
  COPY_DONE,
  COPY_FAIL,
  DESCRIBE,
  EXECUTE,
  FLUSH,
  MAX_MESSAGE_LENGTH,
  PARSE,
  PASSWORD_MESSAGE,
  PORTAL,
  QUERY,
  SSL_REQUEST_CODE,
  STATEMENT,
  SYNC,
  TERMINATE,
} from "./codes.ts"

/** The most parameters a Bind message can count. */
export const MAX_PARAMETERS = 65535

/** The type byte and the length word. */
const HEADER = 5

/** Appends frontend messages to a buffer. */
export class Encoder {
  /** The bytes so far; parameters are written straight into it between `beginBind` and `endBind`. */
  readonly writer: ByteWriter
  #messageStart = 0
  #insertedBefore = 0

  constructor(writer: ByteWriter = new ByteWriter()) {
    this.writer = writer
  }

  /** StartupMessage: the version and the session's parameters, `user` among them. */
  startup(version: number, parameters: Readonly<Record<string, string>>): void {
    const start = this.#beginUntyped()
    this.writer.int32(version)
    for (const [name, value] of Object.entries(parameters)) {
      this.#cstring(name, "a startup parameter's name")
      this.#cstring(value, `the startup parameter "${name}"`)
    }
    this.writer.int8(0)
    this.#end(start)
  }

  sslRequest(): void {
    this.writer.int32(8)
    this.writer.int32(SSL_REQUEST_CODE)
  }

  cancelRequest(processId: number, secretKey: Uint8Array): void {
    this.writer.int32(12 + secretKey.length)
    this.writer.int32(CANCEL_REQUEST_CODE)
    this.writer.int32(processId)
    this.writer.bytes(secretKey)
  }

  /** PasswordMessage; cleartext or the MD5 digest. */
  password(text: string): void {
    const start = this.#begin(PASSWORD_MESSAGE)
    this.#cstring(text, "the password")
    this.#end(start)
  }

  saslInitialResponse(mechanism: string, data: Uint8Array): void {
    const start = this.#begin(PASSWORD_MESSAGE)
    this.#cstring(mechanism, "the SASL mechanism's name")
    this.writer.int32(data.length)
    this.writer.bytes(data)
    this.#end(start)
  }

  saslResponse(data: Uint8Array): void {
    const start = this.#begin(PASSWORD_MESSAGE)
    this.writer.bytes(data)
    this.#end(start)
  }

  /** Query: the simple protocol. */
  query(text: string): void {
    const start = this.#begin(QUERY)
    this.#cstring(text, "the statement")
    this.#end(start)
  }

  parse(name: string, text: string, parameterOids: readonly Oid[]): void {
    if (parameterOids.length > MAX_PARAMETERS) {
      throw new UsageError(
        `a statement can have at most ${MAX_PARAMETERS} parameters, got ${parameterOids.length} types`,
        {
          safeToRetry: true,
        },
      )
    }
    const start = this.#begin(PARSE)
    this.#cstring(name, "the statement's name")
    this.#cstring(text, "the statement")
    this.writer.int16(parameterOids.length)
    for (const oid of parameterOids) this.writer.int32(oid)
    this.#end(start)
  }

  describeStatement(name: string): void {
    this.#named(DESCRIBE, STATEMENT, name)
  }

  describePortal(name: string): void {
    this.#named(DESCRIBE, PORTAL, name)
  }

  closeStatement(name: string): void {
    this.#named(CLOSE, STATEMENT, name)
  }

  closePortal(name: string): void {
    this.#named(CLOSE, PORTAL, name)
  }

  /** Begins a Bind message up to the parameters, which the caller writes before `endBind`. */
  beginBind(portal: string, statement: string): void {
    this.#messageStart = this.#begin(BIND)
    this.#insertedBefore = this.writer.inserted
    this.#cstring(portal, "the portal's name")
    this.#cstring(statement, "the statement's name")
  }

  /** Ends the Bind message that was begun last; its length is judged here. */
  endBind(): void {
    this.#end(this.#messageStart, this.writer.inserted - this.#insertedBefore)
  }

  /** Execute: `maxRows` of 0 means all of them. */
  execute(portal: string, maxRows: number): void {
    const start = this.#begin(EXECUTE)
    this.#cstring(portal, "the portal's name")
    this.writer.int32(maxRows)
    this.#end(start)
  }

  sync(): void {
    this.#bare(SYNC)
  }

  flush(): void {
    this.#bare(FLUSH)
  }

  terminate(): void {
    this.#bare(TERMINATE)
  }

  /** CopyData with a copy of the bytes. Returns where it stands, so that more can be added to it. */
  copyData(data: Uint8Array): number {
    this.writer.ensure(data.length + HEADER)
    const start = this.#begin(COPY_DATA)
    this.addCopyData(start, data)
    return start
  }

  /** More data for the message that was appended last. */
  addCopyData(start: number, data: Uint8Array): void {
    this.writer.bytes(data)
    this.#end(start)
  }

  /** CopyData around bytes that are sent from where they are: they must stay as they are until then. */
  copyDataInPlace(data: Uint8Array): void {
    const start = this.#begin(COPY_DATA)
    this.writer.insert(data)
    this.#end(start, data.length)
  }

  copyDone(): void {
    this.#bare(COPY_DONE)
  }

  copyFail(reason: string): void {
    const start = this.#begin(COPY_FAIL)
    this.#cstring(reason, "the reason")
    this.#end(start)
  }

  #begin(type: number): number {
    this.writer.int8(type)
    return this.#beginUntyped()
  }

  #beginUntyped(): number {
    return this.writer.reserve(4)
  }

  /** @param inserted bytes of the message that stand beside the buffer */
  #end(start: number, inserted = 0): void {
    const length = this.writer.length - start + inserted
    if (length > MAX_MESSAGE_LENGTH) {
      throw new UsageError(`a message of ${length} bytes is longer than the ${MAX_MESSAGE_LENGTH} the server accepts`, {
        safeToRetry: true,
      })
    }
    this.writer.patchInt32(start, length)
  }

  #bare(type: number): void {
    this.writer.int8(type)
    this.writer.int32(4)
  }

  #named(type: number, kind: number, name: string): void {
    const start = this.#begin(type)
    this.writer.int8(kind)
    this.#cstring(name, kind === STATEMENT ? "the statement's name" : "the portal's name")
    this.#end(start)
  }

  #cstring(text: string, what: string): void {
    if (this.writer.shortAscii(text)) {
      this.writer.int8(0)
      return
    }
    assertSendable(text, what)
    this.writer.cstring(text)
  }
}

/**
 * Refuses a string that would arrive as another one: with a NUL it would end early, with a lone surrogate it has no
 * UTF-8 form.
 */
function assertSendable(text: string, what: string): void {
  if (text.includes("\0")) {
    throw new UsageError(`${what} contains a NUL character, which PostgreSQL cannot take`, { safeToRetry: true })
  }
  if (!text.isWellFormed()) {
    throw new UsageError(`${what} contains a lone surrogate, which has no UTF-8 form`, { safeToRetry: true })
  }
}
