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
import { ProtocolError } from "../errors/client-error.ts"
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
import { changedType, KeptRows } from "../query/kept-rows.ts"
import type { Query } from "../query/query.ts"
import { Result } from "../query/result.ts"
import { type ResultLimits, ResultMeter } from "../query/result-limits.ts"
import type { StatementCache } from "../query/statement-cache.ts"
import type { TypeRegistry } from "../types/registry.ts"
import type { Line, Outcome } from "./exchange.ts"
import { readError, thrownBy, unexpectedMessage } from "./replies.ts"
import type { SkippableExchange } from "./skippable.ts"
import {
  explain,
  isStale,
  isUnexplained,
  judge,
  onDescribed,
  onParsed,
  onRefused,
  onSkipped,
} from "./statement-replies.ts"
import { StatementRequest } from "./statement-request.ts"
import { sendStatement } from "./statement-sender.ts"
import { lookUpOrWait, type TypeLookup } from "./type-lookup.ts"
import { endCopy } from "./unwanted-copy.ts"

const NO_FIELDS: readonly Field[] = []
const NO_OIDS: readonly Oid[] = []
const NO_TAG: CommandTag = { command: "", rowCount: 0 }

/** Runs one query and resolves with what `pick` takes out of its result. */
export class ExtendedQuery<R, T> implements SkippableExchange {
  readonly promise: Promise<T>
  readonly #request: StatementRequest<R>
  readonly #pick: (result: Result<R>) => T
  #resolve!: (value: T) => void
  #reject!: (error: unknown) => void
  #parameterOids: readonly Oid[] = NO_OIDS
  /** Made of the first row: in an empty array that grows, one row would take the room of 17. */
  #rows: R[] | undefined
  /** What the statement was completed with; after that no rows come. */
  #tag: CommandTag | undefined
  #error: unknown
  #retried = false
  readonly #meter: ResultMeter | undefined
  /** The turn that asks the catalogs about types. */
  #lookup: TypeLookup | undefined
  /** The rows that are decoded once their types were looked up, if any came. */
  #kept: KeptRows | undefined
  /** A type that turned out to have changed since it was looked up. */
  #changed: Oid | undefined
  #lookedUp = false

  constructor(
    query: Query,
    statements: StatementCache,
    registry: TypeRegistry,
    pick: (result: Result<R>) => T,
    limits?: ResultLimits,
  ) {
    this.#request = new StatementRequest(this, query, statements, registry)
    this.#meter = limits && new ResultMeter(limits)
    this.#pick = pick
    this.promise = new Promise<T>((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  write(line: Line): void {
    this.#request.line = line
    if (this.#tag === undefined) this.#lookup = sendStatement(this.#request)
    if (this.#lookup === undefined) return
    this.#lookup.write(line)
    if (this.#tag === undefined) line.hold()
  }

  onRow(source: ByteSource, start: number, end: number): void {
    if (this.#error !== undefined) return
    const { decode } = this.#request
    if (decode === undefined) {
      this.#onOtherRow(source, start, end)
      return
    }
    if (this.#meter !== undefined && this.#isTooMuch(this.#meter, end - start)) return
    try {
      const row = decode(source, start, end)
      if (this.#rows === undefined) this.#rows = [row]
      else this.#rows.push(row)
    } catch (error) {
      if (error instanceof ProtocolError) throw error
      this.#changed = this.#lookedUp ? undefined : changedType(error)
      if (this.#changed === undefined) {
        this.#error = thrownBy("reading a row", error)
        return
      }
      this.#request.decode = undefined
      this.#request.lacksDecoder = true
      this.#keep(source, start, end)
    }
  }

  /** A row of the catalogs, or one that is decoded later. */
  #onOtherRow(source: ByteSource, start: number, end: number): void {
    if (this.#lookup !== undefined) {
      this.#lookup.onRow(source, start, end)
      return
    }
    if (!this.#request.lacksDecoder || this.#tag !== undefined) {
      throw new ProtocolError("the server sent a row that it has not described")
    }
    if (this.#meter === undefined || !this.#isTooMuch(this.#meter, end - start)) this.#keep(source, start, end)
  }

  #keep(source: ByteSource, start: number, end: number): void {
    this.#kept ??= new KeptRows()
    this.#kept.add(source, start, end)
  }

  #isTooMuch(meter: ResultMeter, bytes: number): boolean {
    this.#error = meter.add(bytes)
    if (this.#error === undefined) return false
    this.#rows = undefined
    this.#kept = undefined
    return true
  }

  onFrame(type: number, source: ByteSource, start: number, end: number): void {
    if (this.#lookup !== undefined) {
      this.#lookup.onFrame(type, source, start, end)
      return
    }
    switch (type) {
      case BIND_COMPLETE:
      case CLOSE_COMPLETE:
        break
      case PARSE_COMPLETE:
        onParsed(this.#request)
        break
      case PARAMETER_DESCRIPTION:
        this.#parameterOids = readParameterDescription(source, start, end)
        break
      case ROW_DESCRIPTION:
        this.#onDescription(type, readRowDescription(source, start, end))
        break
      case NO_DATA:
        this.#onDescription(type, NO_FIELDS)
        break
      case COMMAND_COMPLETE:
        this.#complete(readCommandTag(source, start, end))
        break
      case EMPTY_QUERY_RESPONSE:
        this.#complete(NO_TAG)
        break
      case ERROR_RESPONSE: {
        const { line, query } = this.#request
        const error = readError(source, start, end, line, query.text)
        this.#error ??= error
        onRefused(this.#request)
        break
      }
      case COPY_IN_RESPONSE:
      case COPY_OUT_RESPONSE:
      case COPY_BOTH_RESPONSE: {
        const refusal = endCopy(type, this.#request.line)
        this.#error ??= refusal
        break
      }
      case COPY_DATA:
      case COPY_DONE:
        if (this.#error === undefined) unexpectedMessage(type, "a query")
        break
      default:
        unexpectedMessage(type, "a query")
    }
  }

  onReady(status: number): Outcome {
    if (this.#lookup !== undefined) return this.#onLookedUp(this.#lookup, status)
    if (this.#error === undefined) {
      if (this.#request.mode === "paused") return "again"
      if (this.#tag === undefined) throw new ProtocolError("the server is ready before it has completed the query")
      if (this.#request.lacksDecoder) return this.#lookUpTypes()
      this.#settle(this.#tag)
      return "done"
    }
    const mayRunAnew = isStale(this.#request, this.#error) || isUnexplained(this.#request, this.#error)
    if (mayRunAnew && status === STATUS_IDLE && !this.#retried) {
      this.#reset()
      return "again"
    }
    this.#reject(explain(this.#request, this.#error))
    return "done"
  }

  fail(error: unknown): void {
    this.#error ??= error // rows that still come are of no use
    this.#reject(error)
    this.#lookup?.abandon(error)
  }

  skip(error: unknown): void {
    if (this.#tag === undefined) onSkipped(this.#request)
    this.fail(this.#lookup !== undefined && this.#tag !== undefined ? this.#lookup.abandon(error) : error)
  }

  /** Rows wait for their types: asks the catalogs in another turn, or waits for somebody who does. */
  #lookUpTypes(): Outcome {
    const { registry, description, line } = this.#request
    const wanted = description === undefined ? [] : this.#request.typesToLookUp(description)
    const oids = wanted.filter((oid) => registry.codec(oid) === undefined)
    if (this.#changed !== undefined) oids.push(this.#changed)
    if (oids.length === 0 || this.#lookedUp) {
      this.#settleKept()
      return "done"
    }
    this.#lookup = lookUpOrWait(registry.known, oids, line, () => {
      this.#changed = undefined
      if (this.#error === undefined && this.#lookUpTypes() === "again") line.rerun(this)
    })
    return this.#lookup === undefined ? "done" : "again"
  }

  #onLookedUp(lookup: TypeLookup, status: number): Outcome {
    this.#lookup = undefined
    this.#lookedUp = true
    const failure = lookup.finish(status)
    if (failure !== undefined) {
      this.#reject(failure)
      this.#request.line.release(this)
      return "done"
    }
    if (this.#tag === undefined) return "again"
    this.#settleKept()
    return "done"
  }

  #settleKept(): void {
    try {
      judge(this.#request)
      const decode = this.#request.decoderOfNow()
      this.#kept?.decodeOnto((this.#rows ??= []), decode)
    } catch (error) {
      this.#reject(error)
      return
    }
    this.#settle(this.#tag!)
  }

  #complete(tag: CommandTag): void {
    const request = this.#request
    this.#tag = tag
    request.awaitsDescription = false
    request.decode = undefined
    request.statements.onCompleted(tag.command, request.query.text)
    request.registry.known.onCompleted(tag.command)
  }

  #settle({ command, rowCount }: CommandTag): void {
    const fields = this.#request.description?.fields ?? NO_FIELDS
    try {
      this.#resolve(this.#pick(new Result(this.#rows ?? [], rowCount, command, fields)))
    } catch (error) {
      this.#reject(error)
    }
  }

  #onDescription(type: number, fields: readonly Field[]): void {
    if (!this.#request.awaitsDescription) unexpectedMessage(type, "a query")
    try {
      onDescribed(this.#request, this.#parameterOids, fields, this.#error === undefined)
    } catch (error) {
      this.#error ??= error
    }
  }

  #reset(): void {
    this.#retried = true
    this.#kept = undefined
    this.#rows = undefined
    this.#tag = undefined
    this.#error = undefined
  }
}
