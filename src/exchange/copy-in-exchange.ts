/**
 * COPY … FROM STDIN: data goes out as fast as the server takes it, and the server is heard meanwhile, so that an error
 * ends the sending at once. Nothing is sent behind it until it is over.
 *
 *     asked ──CopyInResponse──▶ open ──end(): CopyDone Sync──▶ ending ──ReadyForQuery──▶ over
 *       │                   ▲  │ ├──abort(): CopyFail Sync───────▲
 *       │            goOn() └──┘ │                               │
 *       └──── ErrorResponse ─────┴──ErrorResponse: Sync──────────┘
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-COPY
 */

import type { ByteSource } from "../base/byte-source.ts"
import { ProtocolError, UsageError } from "../errors/client-error.ts"
import { type CopyResponse, readCopyResponse } from "../protocol/backend.ts"
import {
  BIND_COMPLETE,
  CLOSE_COMPLETE,
  COMMAND_COMPLETE,
  COPY_IN_RESPONSE,
  COPY_OUT_RESPONSE,
  ERROR_RESPONSE,
  PARSE_COMPLETE,
} from "../protocol/codes.ts"
import { readCommandTag } from "../protocol/command-tag.ts"
import { Ending } from "./ending.ts"
import type { Line, Outcome } from "./exchange.ts"
import { readError, unexpectedMessage } from "./replies.ts"
import type { SkippableExchange } from "./skippable.ts"
import { WRITE_BYTES, WriteGate } from "./write-gate.ts"
import { writeUnnamed } from "./write-unnamed.ts"

type State = "asked" | "open" | "ending"

/** Told to the server when the sending is given up; it becomes the detail of an error nobody sees. */
const ABORTED = "given up by the client"

/** Sends data into a table. */
export class CopyInExchange implements SkippableExchange {
  /** Resolves with the number of rows when the server has taken them all. */
  readonly promise: Promise<number>
  /** Resolves with the format the server expects when it may be fed; with `undefined` when it never will. */
  readonly ready: Promise<CopyResponse | undefined>
  readonly gate: WriteGate = new WriteGate()
  readonly ending: Ending = new Ending()
  readonly #text: () => string
  #state: State = "asked"
  #statement = ""
  #dataStart = 0
  #dataEnd = 0
  #line: Line | undefined
  #rowCount: number | undefined
  #error: unknown
  #resolve!: (rowCount: number) => void
  #reject!: (error: unknown) => void
  #setReady!: (response: CopyResponse | undefined) => void

  /** @param text gives the statement when its turn has come; what it throws is the outcome */
  constructor(text: () => string) {
    this.#text = text
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.ready = new Promise((resolve) => {
      this.#setReady = resolve
    })
  }

  /**
   * Appends data; the gate tells when there may be more. Much is not copied but sent at once from where it is.
   * @returns whether the memory may be reused now; else it may when the gate lets more through
   */
  add(bytes: Uint8Array): boolean {
    const { encoder } = this.#line!
    const { writer } = encoder
    if (bytes.length >= WRITE_BYTES) {
      const before = writer.length
      try {
        encoder.copyDataInPlace(bytes)
      } catch (error) {
        writer.truncate(before)
        throw error
      }
      this.gate.transmit()
      return this.isTaken
    }
    // What is small and still here is joined: the server's work is by the message too.
    if (writer.length > 0 && writer.length === this.#dataEnd) encoder.addCopyData(this.#dataStart, bytes)
    else this.#dataStart = encoder.copyData(bytes)
    this.#dataEnd = writer.length
    return true
  }

  /** Whether all data has left. */
  get isTaken(): boolean {
    return !this.#line!.congested
  }

  /**
   * Ends this COPY and begins another one under the same Sync: both are one unit still. The server takes what follows for
   * the second one's data; when that one fails, it reads past it.
   */
  goOn(statement: string): void {
    const { encoder } = this.#line!
    encoder.copyDone()
    this.#dataEnd = 0
    this.#statement = statement
    writeUnnamed(encoder, statement)
  }

  /** The data is complete. Whose memory is being sent has to wait still. */
  end(): void {
    if (this.#state !== "open") return
    this.#line!.encoder.copyDone()
    this.gate.end()
    this.#finish()
  }

  /** Has the server drop what it was sent, and rejects with the reason once it has. */
  abort(reason: unknown): void {
    if (this.#state !== "open") return
    this.#error ??= reason
    this.#line!.encoder.copyFail(ABORTED)
    this.#finish()
    this.gate.close()
  }

  write(line: Line): void {
    this.#line = line
    this.#statement = this.#text()
    writeUnnamed(line.encoder, this.#statement)
    line.flush()
    line.hold()
  }

  onDrain(): void {
    this.gate.onDrain()
  }

  onRow(): void {
    throw new ProtocolError("the server sent a row for a COPY")
  }

  onFrame(type: number, source: ByteSource, start: number, end: number): void {
    switch (type) {
      case PARSE_COMPLETE:
      case BIND_COMPLETE:
      case CLOSE_COMPLETE:
        break
      case COPY_IN_RESPONSE:
        if (this.#state === "asked") this.#onOpen(readCopyResponse(source, start, end))
        break
      case COMMAND_COMPLETE:
        this.#rowCount = (this.#rowCount ?? 0) + readCommandTag(source, start, end).rowCount
        break
      case ERROR_RESPONSE: {
        const error = readError(source, start, end, this.#line!, this.#statement)
        this.#error ??= error
        if (this.#state !== "ending") this.#finish()
        this.gate.close()
        break
      }
      case COPY_OUT_RESPONSE:
        this.#line!.abandon(new UsageError("copyIn was given a COPY … TO STDOUT: use copyOut"))
        break
      default:
        unexpectedMessage(type, "COPY … FROM STDIN")
    }
  }

  onReady(): Outcome {
    this.gate.close()
    if (this.ending.isOpen) this.#settle()
    this.ending.end()
    return "done"
  }

  fail(error: unknown): void {
    this.#reject(error)
    this.#close()
    this.ending.end()
  }

  giveUp(error: unknown): void {
    if (!this.ending.isOpen) return
    this.ending.giveUp()
    this.#reject(error)
    if (this.#state === "open") this.abort(error)
    this.#close()
  }

  skip(error: unknown): void {
    this.fail(error)
  }

  #onOpen(response: CopyResponse): void {
    this.#state = "open"
    if (!this.ending.isOpen) {
      this.abort(undefined)
      return
    }
    this.gate.attach(this.#line!)
    this.#setReady(response)
  }

  /** The Sync that the server waits for, whatever it makes of what stands before it. */
  #finish(): void {
    this.#state = "ending"
    this.#line!.sync()
    this.#line!.send()
    this.#setReady(undefined)
  }

  #close(): void {
    this.gate.close()
    this.#setReady(undefined)
  }

  #settle(): void {
    if (this.#error !== undefined) this.#reject(this.#error)
    else if (this.#rowCount === undefined) throw new ProtocolError("the server is ready before it has completed COPY")
    else this.#resolve(this.#rowCount)
  }
}
