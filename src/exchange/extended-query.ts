/**
 * One statement through the extended protocol and its rows. There is one Sync per exchange, so one statement's error
 * never touches another. How the request goes out is `statement-sender.ts`'s; what comes back is read here:
 *
 *     [ParseComplete] [ParameterDescription RowDescription | NoData] BindComplete DataRow… CommandComplete ReadyForQuery
 *     an ErrorResponse may stand anywhere before ReadyForQuery, also behind CommandComplete, and then is the outcome
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
 */

import type { ByteSource } from "../base/byte-source.ts"
import type { Oid } from "../base/format.ts"
import { ProtocolError, UsageError } from "../errors/client-error.ts"
import { type Field, readParameterDescription, readRowDescription } from "../protocol/backend.ts"
import {
  BIND_COMPLETE,
  CLOSE_COMPLETE,
  COMMAND_COMPLETE,
  COPY_BOTH_RESPONSE,
  COPY_DATA,
  COPY_DONE,
  COPY_IN_RESPONSE,
  COPY_OUT_RESPONSE,
  EMPTY_QUERY_RESPONSE,
  ERROR_RESPONSE,
  NO_DATA,
  PARAMETER_DESCRIPTION,
  PARSE_COMPLETE,
  ROW_DESCRIPTION,
  STATUS_IDLE,
} from "../protocol/codes.ts"
import { type CommandTag, readCommandTag } from "../protocol/command-tag.ts"
import type { Query } from "../query/query.ts"
import { Result } from "../query/result.ts"
import type { RowDecoder } from "../query/row-decoder.ts"
import { dropsStatements, type StatementCache } from "../query/statement-cache.ts"
import type { TypeRegistry } from "../types/registry.ts"
import type { Line, Outcome } from "./exchange.ts"
import { blameFailure, readError, unexpectedMessage } from "./replies.ts"
import type { SkippableExchange } from "./skippable.ts"
import { StatementSender } from "./statement-sender.ts"

const NO_TAG: CommandTag = { command: "", rowCount: 0 }
const NO_FIELDS: readonly Field[] = []
const NO_OIDS: readonly Oid[] = []

/** Runs one query and resolves with what `pick` takes out of its result. */
export class ExtendedQuery<R, T> implements SkippableExchange {
  readonly promise: Promise<T>
  readonly #sender: StatementSender<R>
  readonly #statements: StatementCache
  readonly #pick: (result: Result<R>) => T
  #resolve!: (value: T) => void
  #reject!: (error: unknown) => void
  #line!: Line
  #parameterOids: readonly Oid[] = NO_OIDS
  #decode: RowDecoder<R> | undefined
  #rows: R[] = []
  /** What the statement was completed with; after that no rows come. */
  #tag: CommandTag | undefined
  #error: unknown
  #retried = false

  constructor(query: Query, statements: StatementCache, registry: TypeRegistry, pick: (result: Result<R>) => T) {
    this.#sender = new StatementSender(query, statements, registry)
    this.#statements = statements
    this.#pick = pick
    this.promise = new Promise<T>((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  write(line: Line): void {
    this.#line = line
    this.#sender.write(line)
    this.#decode = this.#sender.decoder
  }

  onRow(source: ByteSource, start: number, end: number): void {
    if (this.#error !== undefined) return
    if (this.#decode === undefined) throw new ProtocolError("the server sent a row that it has not described")
    try {
      this.#rows.push(this.#decode(source, start, end))
    } catch (error) {
      if (error instanceof ProtocolError) throw error
      this.#error = error
    }
  }

  onFrame(type: number, source: ByteSource, start: number, end: number): void {
    switch (type) {
      case BIND_COMPLETE:
      case CLOSE_COMPLETE:
        break
      case PARSE_COMPLETE:
        this.#sender.onParseComplete()
        break
      case PARAMETER_DESCRIPTION:
        this.#parameterOids = readParameterDescription(source, start, end)
        break
      case ROW_DESCRIPTION:
        if (this.#decode !== undefined || this.#tag !== undefined) unexpectedMessage(type, "a query")
        this.#onDescription(readRowDescription(source, start, end))
        break
      case NO_DATA:
        this.#onDescription(NO_FIELDS)
        break
      case COMMAND_COMPLETE:
        this.#complete(readCommandTag(source, start, end))
        break
      case EMPTY_QUERY_RESPONSE:
        this.#complete(NO_TAG)
        break
      case ERROR_RESPONSE: {
        const error = readError(source, start, end, this.#line, this.#sender.query.text)
        this.#error ??= error
        this.#sender.onError(this)
        break
      }
      case COPY_IN_RESPONSE:
      case COPY_OUT_RESPONSE:
      case COPY_BOTH_RESPONSE:
        this.#onCopy(type)
        break
      case COPY_DATA:
      case COPY_DONE:
        if (this.#error === undefined) unexpectedMessage(type, "a query")
        break
      default:
        unexpectedMessage(type, "a query")
    }
  }

  onReady(status: number): Outcome {
    const error = this.#error
    if (error === undefined) {
      if (this.#tag === undefined) throw new ProtocolError("the server is ready before it has completed the query")
      this.#settle(this.#tag)
      return "done"
    }
    if (this.#sender.isStale(error) && status === STATUS_IDLE && !this.#retried) {
      this.#reset()
      return "again"
    }
    blameFailure(error, status, this.#line)
    this.#reject(this.#sender.explain(error))
    return "done"
  }

  fail(error: unknown): void {
    this.#error ??= error // rows that still come are of no use
    this.#reject(error)
  }

  skip(error: unknown): void {
    this.#sender.onSkipped()
    this.fail(error)
  }

  #complete(tag: CommandTag): void {
    this.#tag = tag
    this.#decode = undefined
    if (dropsStatements(tag.command)) this.#statements.releaseAll()
  }

  #settle({ command, rowCount }: CommandTag): void {
    try {
      this.#resolve(this.#pick(new Result(this.#rows, rowCount, command, this.#sender.fields)))
    } catch (error) {
      this.#reject(error)
    }
  }

  #onDescription(fields: readonly Field[]): void {
    try {
      this.#sender.onDescription(this.#parameterOids, fields, this)
      this.#decode = this.#sender.decoder
    } catch (error) {
      this.#error ??= error
    }
  }

  /** A COPY has no business here. Nothing else may have been sent behind it, for the server would take it for data. */
  #onCopy(type: number): void {
    this.#error ??= new UsageError(
      type === COPY_IN_RESPONSE
        ? "COPY … FROM STDIN cannot be run as a query: use copyIn"
        : "COPY … TO STDOUT cannot be run as a query: use copyOut",
    )
    if (type === COPY_OUT_RESPONSE) return
    if (type === COPY_BOTH_RESPONSE || this.#line.crowded) {
      this.#line.abandon(this.#error as Error)
      return
    }
    // The Sync that went out with the request is lost on a server that waits for data.
    this.#line.encoder.copyFail("not run as copyIn")
    this.#line.sync()
    this.#line.send()
  }

  #reset(): void {
    this.#retried = true
    this.#rows = []
    this.#tag = undefined
    this.#error = undefined
  }
}
