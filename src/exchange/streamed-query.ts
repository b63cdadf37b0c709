/**
 * One statement whose rows are handed on as they come: one Execute for all of them, the server held back by the socket
 * while the caller is busy. Nothing is sent behind it. It is broken off by cancelling it on the server.
 *
 *     Parse Describe Flush … Bind Execute Sync … DataRow… CommandComplete ReadyForQuery
 */

import type { ByteSource } from "../base/byte-source.ts"
import { ProtocolError, UsageError } from "../errors/client-error.ts"
import {
  BIND_COMPLETE,
  COMMAND_COMPLETE,
  COPY_BOTH_RESPONSE,
  COPY_IN_RESPONSE,
  COPY_OUT_RESPONSE,
  EMPTY_QUERY_RESPONSE,
} from "../protocol/codes.ts"
import { readCommandTag } from "../protocol/command-tag.ts"
import { checkParameters } from "../query/parameters.ts"
import type { Query } from "../query/query.ts"
import type { RowDecoder } from "../query/row-decoder.ts"
import type { RowShape } from "../query/row-shape.ts"
import type { Description } from "../query/statement.ts"
import type { StatementCache } from "../query/statement-cache.ts"
import type { TypeRegistry } from "../types/registry.ts"
import { bindValues } from "./bind-values.ts"
import { DescribedExchange } from "./described-exchange.ts"
import { Describer } from "./describer.ts"
import { Flow } from "./flow.ts"
import { thrownBy, unexpectedMessage } from "./replies.ts"
import { refuseCopy } from "./unwanted-copy.ts"

/** Runs a query and passes its rows on through a flow. */
export class StreamedQuery<R> extends DescribedExchange {
  readonly flow: Flow<R> = new Flow()
  readonly #query: Query
  readonly #statements: StatementCache
  #decode: RowDecoder<R> | undefined
  #isComplete = false

  constructor(query: Query, statements: StatementCache, registry: TypeRegistry) {
    checkParameters(query.values)
    refuseCopy(query.text)
    super(new Describer(query.text, query, registry))
    this.#query = query
    this.#statements = statements
  }

  /** True once all rows have come: breaking off needs nothing from the server any more. */
  get isComplete(): boolean {
    return this.#isComplete
  }

  override onRow(source: ByteSource, start: number, end: number): void {
    const decode = this.#decode
    if (decode === undefined) {
      super.onRow(source, start, end)
      return
    }
    if (this.error !== undefined) return
    try {
      this.flow.push(decode(source, start, end), end - start)
    } catch (error) {
      if (error instanceof ProtocolError) throw error
      this.error = thrownBy("reading a row", error)
      this.flow.fail(this.error) // whoever reads it has the rest cancelled
    }
  }

  protected override begin(description: Description): void {
    const { encoder } = this.line
    this.flow.attach(this.line)
    bindValues(encoder, "", "", this.#query.values, description)
    encoder.execute("", 0)
    this.#decode = this.describer.decoder(this.#query.shape as RowShape<R>)
    this.sync()
  }

  protected override onReply(type: number, source: ByteSource, start: number, end: number): void {
    switch (type) {
      case BIND_COMPLETE:
        break
      case EMPTY_QUERY_RESPONSE:
        this.#isComplete = true
        break
      case COMMAND_COMPLETE:
        this.#isComplete = true
        this.#decode = undefined
        this.#statements.onCompleted(readCommandTag(source, start, end).command, this.#query.text)
        break
      case COPY_IN_RESPONSE:
      case COPY_OUT_RESPONSE:
      case COPY_BOTH_RESPONSE:
        this.line.abandon(new UsageError("COPY cannot be streamed: use copyIn or copyOut"))
        break
      default:
        unexpectedMessage(type, "a stream")
    }
  }

  protected override settle(error: unknown): void {
    if (error === undefined && !this.#isComplete) {
      throw new ProtocolError("the server is ready before it has completed the query")
    }
    if (error === undefined) this.flow.end()
    else this.flow.fail(error)
  }

  /** Told at once, not behind the rows that have come. */
  protected override stopped(error: unknown): void {
    this.flow.discard(error)
  }
}
