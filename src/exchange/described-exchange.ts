/**
 * What long requests do alike: have their statement described before they go on, answer an error with the Sync that was
 * still to come, and tell apart that nobody waits any more and that nothing comes any more.
 *
 *     describing ──begin()──▶ running ──sync()──▶ ending ──ReadyForQuery──▶ over
 *          └───── error ────────┴── error ─────────▲
 */

import type { ByteSource } from "../base/byte-source.ts"
import { ProtocolError } from "../errors/client-error.ts"
import type { ServerError } from "../errors/server-error.ts"
import { ERROR_RESPONSE } from "../protocol/codes.ts"
import type { Description } from "../query/statement.ts"
import type { Describer } from "./describer.ts"
import { Ending } from "./ending.ts"
import type { Line, Outcome } from "./exchange.ts"
import { readError } from "./replies.ts"
import type { SkippableExchange } from "./skippable.ts"

/** A request that begins once its statement has been described. */
export abstract class DescribedExchange implements SkippableExchange {
  readonly ending: Ending = new Ending()
  protected readonly describer: Describer
  protected line!: Line
  /** What it will be rejected with. */
  protected error: unknown
  #synced = false

  constructor(describer: Describer) {
    this.describer = describer
  }

  /** The statement is described: says the rest, or the first of it. What it throws is the outcome. */
  protected abstract begin(description: Description): void
  /** A reply to what was said since. */
  protected abstract onReply(type: number, source: ByteSource, start: number, end: number): void
  /** The server has answered; without an error it has succeeded. */
  protected abstract settle(error: unknown): void
  /** It was stopped, skipped, or the connection is lost. */
  protected abstract stopped(error: unknown): void
  /** The server has refused; whatever was still to be said is of no use. */
  protected onFailure(_error: ServerError): void {}
  /** It was stopped while more was to be said: ends the request. */
  protected onGivenUp(): void {}

  /** Ends the request, once. */
  protected sync(): void {
    if (this.#synced) return
    this.#synced = true
    this.line.sync()
    this.line.send()
  }

  write(line: Line): void {
    this.line = line
    this.#synced = false
    this.describer.write(line)
  }

  onRow(source: ByteSource, start: number, end: number): void {
    if (this.describer.description !== undefined) {
      throw new ProtocolError("the server sent a row that nobody has asked for")
    }
    this.describer.onRow(source, start, end)
  }

  onFrame(type: number, source: ByteSource, start: number, end: number): void {
    if (type === ERROR_RESPONSE && !this.describer.isLookingUp) {
      const error = readError(source, start, end, this.line, this.describer.text)
      this.error ??= error
      this.describer.onRefused(error)
      this.sync()
      this.onFailure(error)
    } else if (this.describer.description === undefined) {
      this.describer.onFrame(type, source, start, end)
      if (this.describer.description !== undefined) this.#begin(this.describer.description)
    } else {
      this.onReply(type, source, start, end)
    }
  }

  onReady(status: number): Outcome {
    if (!this.ending.isOpen) {
      this.ending.end()
      return "done"
    }
    if (this.error === undefined && this.describer.description === undefined) {
      try {
        this.describer.onReady(status)
        return "again"
      } catch (error) {
        this.error = error
      }
    }
    this.settle(this.error)
    this.ending.end()
    return "done"
  }

  fail(error: unknown): void {
    if (this.ending.isOpen) {
      this.describer.abandon(error)
      this.stopped(error)
    }
    this.ending.end()
  }

  giveUp(error: unknown): void {
    if (!this.ending.isOpen) return
    this.ending.giveUp()
    this.error ??= error
    this.stopped(error)
    if (this.describer.description !== undefined && !this.#synced) this.onGivenUp()
  }

  skip(error: unknown): void {
    this.fail(error)
  }

  #begin(description: Description): void {
    if (!this.ending.isOpen) {
      this.sync()
      return
    }
    const { writer } = this.line.encoder
    const before = writer.length
    try {
      this.begin(description)
    } catch (error) {
      writer.truncate(before)
      this.error ??= error
      this.sync()
    }
  }
}
