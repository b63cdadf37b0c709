/**
 * COPY … TO STDOUT: one message per row, handed on as they come. Nothing is sent behind it, and the reading of the
 * socket stops while the caller is busy. It is broken off by cancelling it on the server.
 *
 *     Parse Bind Execute Sync … CopyOutResponse CopyData… CopyDone CommandComplete ReadyForQuery
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
  COPY_DATA,
  COPY_DONE,
  COPY_IN_RESPONSE,
  COPY_OUT_RESPONSE,
  ERROR_RESPONSE,
  PARSE_COMPLETE,
} from "../protocol/codes.ts"
import { readCommandTag } from "../protocol/command-tag.ts"
import { Ending } from "./ending.ts"
import type { Line, Outcome } from "./exchange.ts"
import { Flow } from "./flow.ts"
import { readError, unexpectedMessage } from "./replies.ts"
import type { SkippableExchange } from "./skippable.ts"
import { writeUnnamed } from "./write-unnamed.ts"

/** Makes items of the data. What its methods throw is the outcome. */
export interface CopyReader<T> {
  /** The data is about to come. */
  onOpen(response: CopyResponse, flow: Flow<T>): void
  /** One row's bytes, valid only during the call. */
  onData(source: ByteSource, start: number, end: number, flow: Flow<T>): void
  /** All data has come. */
  onDone(flow: Flow<T>): void
}

/** Receives a table's data. */
export class CopyOutExchange<T> implements SkippableExchange {
  readonly flow: Flow<T> = new Flow()
  readonly ending: Ending = new Ending()
  readonly #statement: string
  readonly #reader: CopyReader<T>
  #line!: Line
  #rowCount: number | undefined
  #isComplete = false
  #error: unknown

  constructor(statement: string, reader: CopyReader<T>) {
    this.#statement = statement
    this.#reader = reader
  }

  /** How many rows there were, once they have all come. */
  get rowCount(): number | undefined {
    return this.#rowCount
  }

  /** True once all data has come: breaking off needs nothing from the server any more. */
  get isComplete(): boolean {
    return this.#isComplete
  }

  write(line: Line): void {
    this.#line = line
    writeUnnamed(line.encoder, this.#statement)
    line.sync()
    line.hold()
  }

  onRow(): void {
    throw new ProtocolError("the server sent a row for a COPY")
  }

  onFrame(type: number, source: ByteSource, start: number, end: number): void {
    switch (type) {
      case COPY_DATA:
        if (this.#error === undefined && !this.flow.isDiscarded) this.#onData(source, start, end)
        break
      case PARSE_COMPLETE:
      case BIND_COMPLETE:
      case CLOSE_COMPLETE:
        break
      case COPY_OUT_RESPONSE:
        this.flow.attach(this.#line)
        this.#read(() => this.#reader.onOpen(readCopyResponse(source, start, end), this.flow))
        break
      case COPY_DONE:
        this.#isComplete = true
        if (this.#error === undefined) this.#read(() => this.#reader.onDone(this.flow))
        break
      case COMMAND_COMPLETE:
        this.#rowCount = readCommandTag(source, start, end).rowCount
        break
      case ERROR_RESPONSE: {
        const error = readError(source, start, end, this.#line, this.#statement)
        this.#error ??= error
        break
      }
      case COPY_IN_RESPONSE:
        this.#line.abandon(new UsageError("copyOut was given a COPY … FROM STDIN: use copyIn"))
        break
      default:
        unexpectedMessage(type, "COPY … TO STDOUT")
    }
  }

  onReady(): Outcome {
    if (this.ending.isOpen) this.#settle()
    this.ending.end()
    return "done"
  }

  fail(error: unknown): void {
    this.giveUp(error)
    this.ending.end()
  }

  giveUp(error: unknown): void {
    if (!this.ending.isOpen) return
    this.ending.giveUp()
    this.flow.discard(error)
  }

  skip(error: unknown): void {
    this.fail(error)
  }

  #onData(source: ByteSource, start: number, end: number): void {
    try {
      this.#reader.onData(source, start, end, this.flow)
    } catch (error) {
      this.#onMisread(error)
    }
  }

  #read(step: () => void): void {
    try {
      step()
    } catch (error) {
      this.#onMisread(error)
    }
  }

  /** Whoever reads has the rest cancelled. */
  #onMisread(error: unknown): void {
    this.#error = error
    this.flow.fail(error)
  }

  #settle(): void {
    if (this.#error === undefined && this.#rowCount === undefined) {
      throw new ProtocolError("the server is ready before it has completed COPY")
    }
    if (this.#error === undefined) this.flow.end()
    else this.flow.fail(this.#error)
  }
}
