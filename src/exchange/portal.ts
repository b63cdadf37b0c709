/**
 * One statement whose rows are fetched so many at a time, within a transaction: the portal keeps its place between the
 * batches, other statements may run in between, and closing it early disturbs nothing.
 *
 *     OpenPortal    Parse Describe Flush … Bind Execute(n) Sync … DataRow… PortalSuspended | CommandComplete
 *     FetchPortal                               Execute(n) Sync … DataRow… PortalSuspended | CommandComplete
 *     ClosePortal                                    Close Sync … CloseComplete
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
 */

import type { ByteSource } from "../base/byte-source.ts"
import { ProtocolError } from "../errors/client-error.ts"
import {
  BIND_COMPLETE,
  CLOSE_COMPLETE,
  COMMAND_COMPLETE,
  EMPTY_QUERY_RESPONSE,
  ERROR_RESPONSE,
  PORTAL_SUSPENDED,
} from "../protocol/codes.ts"
import { checkParameters } from "../query/parameters.ts"
import type { Query } from "../query/query.ts"
import type { RowDecoder } from "../query/row-decoder.ts"
import type { RowShape } from "../query/row-shape.ts"
import type { Description } from "../query/statement.ts"
import type { TypeRegistry } from "../types/registry.ts"
import { bindValues } from "./bind-values.ts"
import { DescribedExchange } from "./described-exchange.ts"
import { Describer } from "./describer.ts"
import type { Line, Outcome } from "./exchange.ts"
import { readError, thrownBy, unexpectedMessage } from "./replies.ts"
import type { SkippableExchange } from "./skippable.ts"
import { refuseCopy } from "./unwanted-copy.ts"

/** The rows of one Execute. */
export class PortalBatch<R> {
  readonly rows: R[] = []
  /** What they took on the wire. */
  bytes = 0
  /** Whether more rows may come. */
  isSuspended = false
  #isComplete = false
  #error: unknown

  /** Adds a row; the first that cannot be read is the batch's failure. */
  add(decode: RowDecoder<R>, source: ByteSource, start: number, end: number): void {
    this.bytes += end - start
    if (this.#error !== undefined) return
    try {
      this.rows.push(decode(source, start, end))
    } catch (error) {
      if (error instanceof ProtocolError) throw error
      this.#error = thrownBy("reading a row", error)
    }
  }

  /** Takes the messages that are no rows; the portal ends with the first of them that ends an Execute. */
  onReply(type: number, during: string): void {
    switch (type) {
      case BIND_COMPLETE:
        break
      case PORTAL_SUSPENDED:
        this.isSuspended = true
        this.#isComplete = true
        break
      case COMMAND_COMPLETE:
      case EMPTY_QUERY_RESPONSE:
        this.#isComplete = true
        break
      default:
        unexpectedMessage(type, during)
    }
  }

  /** What was wrong with it, now that the server has answered to the end. */
  finish(error: unknown): unknown {
    const outcome = error ?? this.#error
    if (outcome === undefined && !this.#isComplete) {
      throw new ProtocolError("the server is ready before it has completed the portal")
    }
    return outcome
  }
}

/** Opens a portal and fetches its first rows. */
export class OpenPortal<R> extends DescribedExchange {
  readonly promise: Promise<PortalBatch<R>>
  readonly #query: Query
  readonly #portal: string
  readonly #maxRows: number
  readonly #batch: PortalBatch<R> = new PortalBatch()
  #decode: RowDecoder<R> | undefined
  #resolve!: (batch: PortalBatch<R>) => void
  #reject!: (error: unknown) => void

  constructor(query: Query, registry: TypeRegistry, portal: string, maxRows: number) {
    checkParameters(query.values)
    refuseCopy(query.text)
    super(new Describer(query.text, query, registry))
    this.#query = query
    this.#portal = portal
    this.#maxRows = maxRows
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** What reads the portal's rows, once it is open. */
  get decoder(): RowDecoder<R> | undefined {
    return this.#decode
  }

  override onRow(source: ByteSource, start: number, end: number): void {
    if (this.#decode === undefined) super.onRow(source, start, end)
    else this.#batch.add(this.#decode, source, start, end)
  }

  protected override begin(description: Description): void {
    const { encoder } = this.line
    bindValues(encoder, this.#portal, "", this.#query.values, description)
    encoder.execute(this.#portal, this.#maxRows)
    this.#decode = this.describer.decoder(this.#query.shape as RowShape<R>)
    this.sync()
  }

  protected override onReply(type: number): void {
    this.#batch.onReply(type, "the opening of a portal")
  }

  protected override settle(error: unknown): void {
    const outcome = this.#batch.finish(error)
    if (outcome === undefined) this.#resolve(this.#batch)
    else this.#reject(outcome)
  }

  protected override stopped(error: unknown): void {
    this.#reject(error)
  }
}

/** Fetches more rows of an open portal. */
export class FetchPortal<R> implements SkippableExchange {
  readonly promise: Promise<PortalBatch<R>>
  readonly #portal: string
  readonly #maxRows: number
  readonly #text: string
  readonly #decode: RowDecoder<R>
  readonly #batch: PortalBatch<R> = new PortalBatch()
  #line!: Line
  #error: unknown
  #resolve!: (batch: PortalBatch<R>) => void
  #reject!: (error: unknown) => void

  /** @param text the statement, for the error when it fails */
  constructor(portal: string, maxRows: number, text: string, decode: RowDecoder<R>) {
    this.#portal = portal
    this.#maxRows = maxRows
    this.#text = text
    this.#decode = decode
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  write(line: Line): void {
    this.#line = line
    line.encoder.execute(this.#portal, this.#maxRows)
    line.sync()
  }

  onRow(source: ByteSource, start: number, end: number): void {
    this.#batch.add(this.#decode, source, start, end)
  }

  onFrame(type: number, source: ByteSource, start: number, end: number): void {
    if (type === ERROR_RESPONSE) this.#error ??= readError(source, start, end, this.#line, this.#text)
    else this.#batch.onReply(type, "the fetching of rows")
  }

  onReady(): Outcome {
    const error = this.#batch.finish(this.#error)
    if (error === undefined) this.#resolve(this.#batch)
    else this.#reject(error)
    return "done"
  }

  fail(error: unknown): void {
    this.#reject(error)
  }

  skip(error: unknown): void {
    this.fail(error)
  }
}

/** Closes a portal. One that the end of its transaction has closed already does no harm. */
export class ClosePortal implements SkippableExchange {
  /** Resolves when it is gone, however that came about. */
  readonly promise: Promise<void>
  readonly #portal: string
  #line!: Line
  #resolve!: () => void

  constructor(portal: string) {
    this.#portal = portal
    this.promise = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  write(line: Line): void {
    this.#line = line
    line.encoder.closePortal(this.#portal)
    line.sync()
  }

  onRow(): void {
    throw new ProtocolError("the server sent a row for a Close")
  }

  onFrame(type: number, source: ByteSource, start: number, end: number): void {
    if (type === ERROR_RESPONSE) readError(source, start, end, this.#line)
    else if (type !== CLOSE_COMPLETE) unexpectedMessage(type, "the closing of a portal")
  }

  onReady(): Outcome {
    this.#resolve()
    return "done"
  }

  fail(): void {
    this.#resolve()
  }

  skip(): void {
    this.#resolve()
  }
}
