/**
 * One statement run with many sets of values under one Sync: Bind and Execute for each, fed as fast as the server takes
 * them. They are one unit: what fails, here or there, undoes them all.
 *
 *     Parse Describe Flush … Bind Execute Bind Execute … Sync … (BindComplete DataRow… CommandComplete)… ReadyForQuery
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */

import type { ByteSource } from "../base/byte-source.ts"
import { PglineError, ProtocolError, UsageError } from "../errors/client-error.ts"
import {
  BIND_COMPLETE,
  COMMAND_COMPLETE,
  COPY_BOTH_RESPONSE,
  COPY_IN_RESPONSE,
  COPY_OUT_RESPONSE,
  EMPTY_QUERY_RESPONSE,
} from "../protocol/codes.ts"
import { readCommandTag } from "../protocol/command-tag.ts"
import type { Query } from "../query/query.ts"
import type { RowDecoder } from "../query/row-decoder.ts"
import type { RowShape } from "../query/row-shape.ts"
import type { Description } from "../query/statement.ts"
import type { TypeRegistry } from "../types/registry.ts"
import { bindValues } from "./bind-values.ts"
import { DescribedExchange } from "./described-exchange.ts"
import { Describer } from "./describer.ts"
import { thrownBy, unexpectedMessage } from "./replies.ts"
import { refuseCopy } from "./unwanted-copy.ts"
import { WriteGate } from "./write-gate.ts"

/** A portal that does not exist: executing it fails, and so undoes what stands before it under the same Sync. */
const NO_PORTAL = "pgline_undo"

/** What all the runs gave together. */
export interface ManyResult<R> {
  /** How many rows they changed or returned. */
  readonly rowCount: number
  /** The rows they returned, where they were asked for. */
  readonly rows: R[]
}

/** Runs one statement many times. */
export class ExecuteMany<R> extends DescribedExchange {
  readonly promise: Promise<ManyResult<R>>
  /** Resolves when it may be fed, or there is nothing to feed any more. */
  readonly ready: Promise<void>
  readonly gate: WriteGate = new WriteGate()
  readonly #query: Query
  readonly #wantsRows: boolean
  readonly #check: (values: readonly unknown[]) => void
  readonly #rows: R[] = []
  #decode: RowDecoder<R> | undefined
  #description: Description | undefined
  #rowCount = 0
  #given = 0
  #completed = 0
  #resolve!: (result: ManyResult<R>) => void
  #reject!: (error: unknown) => void
  #setReady!: () => void

  /**
   * @param wantsRows whether the rows are kept that the runs return
   * @param check refuses values that no statement takes
   */
  constructor(query: Query, registry: TypeRegistry, wantsRows: boolean, check: (values: readonly unknown[]) => void) {
    refuseCopy(query.text)
    super(new Describer(query.text, query, registry))
    this.#query = query
    this.#wantsRows = wantsRows
    this.#check = check
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.ready = new Promise((resolve) => {
      this.#setReady = resolve
    })
  }

  /** Appends one run; always true. What it throws has to be told to `abort`. */
  add(values: readonly unknown[]): boolean {
    const { encoder } = this.line
    const before = encoder.writer.length
    try {
      if (!Array.isArray(values)) {
        throw new UsageError("each set of parameters must be an array", { safeToRetry: true })
      }
      this.#check(values)
      bindValues(encoder, "", "", values, this.#description!)
      encoder.execute("", 0)
    } catch (error) {
      encoder.writer.truncate(before)
      throw at(error, this.#given)
    }
    this.#given++
    return true
  }

  /** There are no more sets. */
  end(): void {
    if (this.gate.isClosed) return
    this.gate.close()
    this.sync()
  }

  /** Undoes what was run, and rejects with the reason once the server has done so. */
  abort(reason: unknown): void {
    if (this.gate.isClosed) return
    this.error ??= thrownBy("the source of parameters", reason)
    this.#undo()
  }

  onDrain(): void {
    this.gate.onDrain()
  }

  override onRow(source: ByteSource, start: number, end: number): void {
    if (this.#description === undefined) {
      super.onRow(source, start, end)
      return
    }
    if (!this.#wantsRows || this.error !== undefined) return
    try {
      this.#rows.push(this.#decode!(source, start, end))
    } catch (error) {
      if (error instanceof ProtocolError) throw error
      this.abort(at(error, this.#completed))
    }
  }

  protected override begin(description: Description): void {
    this.#description = this.#wantsRows ? description : { ...description, resultFormats: [], commonFormat: undefined }
    if (this.#wantsRows) {
      this.#decode = this.describer.decoder(this.#query.shape as RowShape<R>)
    }
    this.gate.attach(this.line)
    this.#setReady()
  }

  protected override onReply(type: number, source: ByteSource, start: number, end: number): void {
    switch (type) {
      case BIND_COMPLETE:
        break
      case COMMAND_COMPLETE:
        this.#rowCount += readCommandTag(source, start, end).rowCount
        this.#completed++
        break
      case EMPTY_QUERY_RESPONSE:
        this.#completed++
        break
      case COPY_IN_RESPONSE:
      case COPY_OUT_RESPONSE:
      case COPY_BOTH_RESPONSE:
        this.line.abandon(new UsageError("COPY cannot be run many times: use copyIn or copyOut"))
        break
      default:
        unexpectedMessage(type, "the runs of a statement")
    }
  }

  protected override onFailure(error: PglineError): void {
    // An error of the undoing is not the outcome, and one of the Parse concerns no set.
    if (this.#description !== undefined && this.error === error) at(error, this.#completed)
    this.#close()
  }

  protected override settle(error: unknown): void {
    this.#close()
    if (error !== undefined) this.#reject(error)
    else if (this.#completed < this.#given) throw new ProtocolError("the server is ready before it has run all sets")
    else this.#resolve({ rowCount: this.#rowCount, rows: this.#rows })
  }

  protected override stopped(error: unknown): void {
    this.#close()
    this.#reject(error)
  }

  protected override onGivenUp(): void {
    this.#undo()
  }

  #undo(): void {
    if (this.#given > 0) this.line.encoder.execute(NO_PORTAL, 0)
    this.sync()
    this.#close()
  }

  #close(): void {
    this.gate.close()
    this.#setReady()
  }
}

/** The same error, told with the set it concerns. */
function at(error: unknown, index: number): unknown {
  if (error instanceof PglineError) error.index = index
  return error
}
