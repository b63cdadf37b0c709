/**
 * A script through the simple protocol: Query → one result per statement, all values in text.
 *
 * The script runs as one implicit transaction unless it has its own BEGIN and COMMIT; after an error the rest of it is
 * not run. The line is held while a script that mentions COPY runs: a server that waits for data would take the
 * requests behind it for data.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SIMPLE-QUERY
 */

import type { ByteSource } from "../base/byte-source.ts"
import type { Oid } from "../base/format.ts"
import { DecodeError, ProtocolError, UsageError } from "../errors/client-error.ts"
import { type Field, readRowDescription } from "../protocol/backend.ts"
import {
  COMMAND_COMPLETE,
  COPY_BOTH_RESPONSE,
  COPY_DATA,
  COPY_DONE,
  COPY_IN_RESPONSE,
  COPY_OUT_RESPONSE,
  EMPTY_QUERY_RESPONSE,
  ERROR_RESPONSE,
  ROW_DESCRIPTION,
} from "../protocol/codes.ts"
import { readCommandTag } from "../protocol/command-tag.ts"
import { changedType, KeptRows } from "../query/kept-rows.ts"
import { Result } from "../query/result.ts"
import { type ResultLimits, ResultMeter } from "../query/result-limits.ts"
import { type RowDecoder, rowDecoderFor } from "../query/row-decoder.ts"
import type { RowShape } from "../query/row-shape.ts"
import type { StatementCache } from "../query/statement-cache.ts"
import type { TypeRegistry } from "../types/registry.ts"
import type { Line, Outcome } from "./exchange.ts"
import { readError, thrownBy, unexpectedMessage } from "./replies.ts"
import { MAY_CHANGE_ENCODING } from "./restore-encoding.ts"
import type { SkippableExchange } from "./skippable.ts"
import { lookUpOrWait, type TypeLookup } from "./type-lookup.ts"

/** Settings that say how what is printed is to be read; the server may tell of their change only after the rows. */
const CHANGES_PRINTING = /datestyle|time\s*zone/i

/** A result of which some rows could not be decoded when they came. */
interface UnreadResult {
  readonly fields: readonly Field[]
  readonly rows: unknown[]
  readonly kept: KeptRows
}

/** Runs a script and resolves with the result of each of its statements. */
export class SimpleQuery implements SkippableExchange {
  readonly promise: Promise<Result<unknown>[]>
  readonly #script: string
  readonly #shape: RowShape
  readonly #statements: StatementCache
  readonly #registry: TypeRegistry
  #resolve!: (results: Result<unknown>[]) => void
  #reject!: (error: unknown) => void
  #line!: Line
  readonly #results: Result<unknown>[] = []
  #fields: readonly Field[] = []
  #rows: unknown[] = []
  #decode: RowDecoder<unknown> | undefined
  #error: unknown
  readonly #meter: ResultMeter | undefined
  /** The present statement's rows that are decoded at the end; while there is no decoder they come here. */
  #kept: KeptRows | undefined
  readonly #unread: UnreadResult[] = []
  /** Types that turned out to have changed since they were looked up. */
  readonly #changed: Set<Oid> = new Set()
  /** The turn that asks the catalogs about types. */
  #lookup: TypeLookup | undefined
  #lookedUp = false

  /** @param limits of all results together */
  constructor(
    script: string,
    shape: RowShape,
    statements: StatementCache,
    registry: TypeRegistry,
    limits?: ResultLimits,
  ) {
    this.#meter = limits && new ResultMeter(limits)
    this.#script = script
    this.#shape = shape
    this.#statements = statements
    this.#registry = registry
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  write(line: Line): void {
    this.#line = line
    if (this.#lookup !== undefined) {
      this.#lookup.write(line)
      return
    }
    line.server.noteSetting(this.#script)
    line.encoder.query(this.#script)
    if (/copy/i.test(this.#script) || MAY_CHANGE_ENCODING.test(this.#script)) line.hold()
  }

  onRow(source: ByteSource, start: number, end: number): void {
    if (this.#error !== undefined) return
    if (this.#lookup !== undefined) {
      this.#lookup.onRow(source, start, end)
      return
    }
    if (!this.#isDescribed) throw new ProtocolError("the server sent a row that it has not described")
    const tooLarge = this.#meter?.add(end - start)
    if (tooLarge !== undefined) {
      this.#error = tooLarge
      this.#rows = []
      this.#kept = undefined
      return
    }
    if (this.#decode === undefined) {
      this.#kept?.add(source, start, end)
      return
    }
    try {
      this.#rows.push(this.#decode(source, start, end))
    } catch (error) {
      if (!(error instanceof DecodeError)) {
        if (error instanceof ProtocolError) throw error
        this.#error = thrownBy("reading a row", error)
        return
      }
      // A type may have changed, or a setting of which the server tells only at the end. There is another try then.
      const changed = changedType(error)
      if (changed !== undefined) this.#changed.add(changed)
      this.#keepRows().add(source, start, end)
    }
  }

  /** Whether a result has begun and its rows may come. */
  get #isDescribed(): boolean {
    return this.#decode !== undefined || this.#kept !== undefined
  }

  onFrame(type: number, source: ByteSource, start: number, end: number): void {
    if (this.#lookup !== undefined) {
      this.#lookup.onFrame(type, source, start, end)
      return
    }
    switch (type) {
      case ROW_DESCRIPTION:
        if (this.#isDescribed) unexpectedMessage(type, "a script")
        this.#onDescription(readRowDescription(source, start, end))
        break
      case COMMAND_COMPLETE: {
        const { command, rowCount } = readCommandTag(source, start, end)
        this.#statements.onCompleted(command, this.#script)
        this.#registry.known.onCompleted(command)
        this.#complete(command, rowCount)
        break
      }
      case EMPTY_QUERY_RESPONSE:
        this.#complete("", 0)
        break
      case ERROR_RESPONSE: {
        const error = readError(source, start, end, this.#line, this.#script)
        this.#error ??= error
        break
      }
      case COPY_IN_RESPONSE:
        this.#error ??= new UsageError("COPY … FROM STDIN cannot be run in a script: use copyIn")
        if (this.#line.crowded) {
          this.#line.abandon(this.#error as Error)
          break
        }
        this.#line.encoder.copyFail("not run as copyIn")
        this.#line.send()
        break
      case COPY_OUT_RESPONSE:
        this.#error ??= new UsageError("COPY … TO STDOUT cannot be run in a script: use copyOut")
        break
      case COPY_DATA:
      case COPY_DONE:
        if (this.#error === undefined) unexpectedMessage(type, "a script")
        break
      case COPY_BOTH_RESPONSE:
        this.#line.abandon(new UsageError("replication cannot be started by a script"))
        break
      default:
        unexpectedMessage(type, "a script")
    }
  }

  onReady(status: number): Outcome {
    if (this.#lookup !== undefined) return this.#onLookedUp(this.#lookup, status)
    if (this.#error === undefined && (this.#results.length === 0 || this.#isDescribed)) {
      throw new ProtocolError("the server is ready before it has completed the script")
    }
    this.#line.release(this)
    this.#checkEncoding()
    if (this.#error === undefined) return this.#lookUpTypes()
    this.#reject(this.#error)
    return "done"
  }

  fail(error: unknown): void {
    this.#error ??= error
    this.#reject(error)
    this.#lookup?.abandon(error)
  }

  skip(error: unknown): void {
    this.fail(error)
  }

  /** Rows behind a change of the encoding in the same script cannot be read: nobody knows which they are. */
  #checkEncoding(): void {
    const encoding = this.#line.server.parameters.get("client_encoding") ?? "UTF8"
    if (encoding === "UTF8" || this.#results.every(({ rows }) => rows.length === 0)) return
    this.#error ??= new UsageError(`the script set client_encoding to ${encoding}: its results cannot be read`)
  }

  /** Settles, when all rows can be decoded; else asks the catalogs in another turn, or waits for somebody who does. */
  #lookUpTypes(): Outcome {
    const registry = this.#registry
    const oids = new Set(this.#changed)
    for (const { fields } of this.#unread) {
      for (const { typeOid } of fields) if (registry.codec(typeOid) === undefined) oids.add(typeOid)
    }
    if (oids.size === 0 || this.#lookedUp) {
      this.#settle()
      return "done"
    }
    this.#lookup = lookUpOrWait(registry.known, [...oids], this.#line, () => {
      this.#changed.clear()
      if (this.#error === undefined && this.#lookUpTypes() === "again") this.#line.rerun(this)
    })
    return this.#lookup === undefined ? "done" : "again"
  }

  #onLookedUp(lookup: TypeLookup, status: number): Outcome {
    this.#lookup = undefined
    this.#lookedUp = true
    const failure = lookup.finish(status)
    if (failure === undefined) this.#settle()
    else this.#reject(failure)
    return "done"
  }

  #settle(): void {
    try {
      for (const { fields, rows, kept } of this.#unread) {
        kept.decodeOnto(rows, rowDecoderFor(fields, [], this.#shape, this.#registry, false))
      }
    } catch (error) {
      this.#reject(error)
      return
    }
    this.#resolve(this.#results)
  }

  /** Rows are decoded at the end from now on. */
  #keepRows(): KeptRows {
    this.#decode = undefined
    this.#kept = new KeptRows()
    return this.#kept
  }

  #onDescription(fields: readonly Field[]): void {
    this.#fields = fields
    const isUnknown = ({ typeOid }: Field): boolean => this.#registry.codec(typeOid) === undefined
    if (CHANGES_PRINTING.test(this.#script) || fields.some(isUnknown)) {
      this.#keepRows()
      return
    }
    try {
      this.#decode = rowDecoderFor(fields, [], this.#shape, this.#registry, false)
    } catch (error) {
      this.#error ??= error
    }
  }

  #complete(command: string, rowCount: number): void {
    this.#results.push(new Result(this.#rows, rowCount, command, this.#fields))
    if (this.#kept !== undefined) {
      this.#unread.push({ fields: this.#fields, rows: this.#rows, kept: this.#kept })
      this.#kept = undefined
    }
    this.#rows = []
    this.#fields = []
    this.#decode = undefined
  }
}
