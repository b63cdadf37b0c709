/**
 * Rows into a table by COPY, the fastest way there is: in the binary format by the columns' types, in bounded memory.
 */

import { ByteWriter } from "../../base/byte-writer.ts"
import type { Stop } from "../../base/stop.ts"
import { describeValue, UsageError } from "../../errors/client-error.ts"
import { CopyInExchange } from "../../exchange/copy-in-exchange.ts"
import type { DescribeStatement } from "../../exchange/describe-statement.ts"
import { checkBounds } from "../../query/check-options.ts"
import type { Sql } from "../../sql/fragment.ts"
import { quoteIdentifier } from "../../sql/quote.ts"
import { tokenize } from "../../sql/tokenizer.ts"
import type { TypeRegistry } from "../../types/registry.ts"
import type { Carrier } from "../carrier.ts"
import { END, type Fed, feed, iterableSource, type Source } from "../feed.ts"
import { fitsBinary } from "./binary-rows.ts"
import { describeColumns, describedColumns } from "./copy-columns.ts"
import type { CopyInOptions, CopyResult } from "./copy-in.ts"
import type { CopyColumnTypes } from "./copy-row.ts"
import { parseCopyStatement } from "./copy-statement.ts"
import { CopyTokens } from "./copy-tokens.ts"
import { rowEncoderFor } from "./row-encoder.ts"
import { RowSink } from "./row-sink.ts"

type Row = readonly unknown[]

/** Options of `copyRows`. */
export interface CopyRowsOptions extends CopyInOptions {
  /** The columns that the rows' values are for, in their order; all of the table's unless told. */
  readonly columns?: readonly string[] | undefined
  /**
   * The format to send. Binary, unless a column's type or the first row's values have only a text form; set it to
   * `"text"` where later rows differ in that from the first.
   */
  readonly format?: "binary" | "text" | "csv" | undefined
}

/** Copies rows into a table. */
export async function copyRows(
  carrier: Carrier,
  table: string | Sql,
  rows: Iterable<Row> | AsyncIterable<Row>,
  options: CopyRowsOptions,
): Promise<CopyResult> {
  const { session } = carrier
  checkBounds(options.signal, options.timeout)
  const source = new PeekedSource(iterableSource(rows, "the rows"))
  const target = tableText(table)
  const columns = options.columns ?? []
  const describe = describeColumns({ table: target, columns, query: undefined }, session.types)
  const copy = new RowCopy(target, columns, options, describe, session.types, source)
  const stop = session.stopOwnIf(options.signal, options.timeout)
  try {
    // What the first row holds decides the format; a source that makes us wait for it has no place in the queue yet.
    const peeked = source.peek(stop)
    if (peeked !== undefined) await peeked
    carrier.start(describe, undefined)
    carrier.start(copy.exchange, stop)
  } catch (error) {
    const closed = source.close()
    if (closed instanceof Promise) closed.catch(() => {})
    stop?.dispose()
    throw error
  }
  if (source.isAsync) session.enter(copy.exchange, carrier.scope, "a COPY")
  const feeding = feed(source, copy)
  try {
    return { rowCount: await copy.exchange.promise }
  } finally {
    if (source.isAsync) session.leave(copy.exchange)
    await feeding
    stop?.dispose()
  }
}

/** A COPY that is fed with rows. Its statement is written when the columns are known. */
class RowCopy implements Fed<Row> {
  readonly exchange: CopyInExchange
  readonly ready: Promise<void>
  readonly gate: CopyInExchange["gate"]
  readonly #sink: RowSink
  readonly #types: TypeRegistry
  readonly #describe: DescribeStatement
  readonly #source: PeekedSource<Row>
  readonly #table: string
  readonly #columns: readonly string[]
  readonly #options: CopyRowsOptions
  #known: CopyColumnTypes | undefined
  #statement = ""

  constructor(
    table: string,
    columns: readonly string[],
    options: CopyRowsOptions,
    describe: DescribeStatement,
    types: TypeRegistry,
    source: PeekedSource<Row>,
  ) {
    this.#table = table
    this.#columns = columns
    this.#options = options
    this.#describe = describe
    this.#types = types
    this.#source = source
    this.exchange = new CopyInExchange(() => this.#makeStatement())
    this.gate = this.exchange.gate
    this.#sink = new RowSink(this.exchange, options.onProgress)
    this.ready = this.exchange.ready.then((response) => {
      if (response !== undefined) this.#begin(response.columns.length)
    })
  }

  add(row: Row): boolean {
    return this.#sink.addRow(row)
  }

  end(): void {
    if (this.gate.isClosed) return
    this.#sink.end()
    this.exchange.end()
  }

  abort(reason: unknown): void {
    this.exchange.abort(reason)
  }

  #makeStatement(): string {
    const { description, failure } = this.#describe
    if (description === undefined) throw failure
    this.#known = describedColumns(description, this.#types)
    const { columns, format = this.#format(this.#known) } = this.#options
    const list = columns === undefined ? "" : ` (${this.#columns.map(quoteIdentifier).join(", ")})`
    this.#statement = `COPY ${this.#table}${list} FROM STDIN (FORMAT ${format})`
    return this.#statement
  }

  #format(columns: CopyColumnTypes): "binary" | "text" {
    return fitsBinary(columns, this.#source.first, new ByteWriter(256)) ? "binary" : "text"
  }

  #begin(columnCount: number): void {
    const known = this.#known!
    if (known.names.length !== columnCount) {
      this.abort(
        new UsageError("the table has generated columns, which cannot be copied: name the others in `columns`"),
      )
      return
    }
    this.#sink.begin(rowEncoderFor(parseCopyStatement(this.#statement)!.format, known))
  }
}

/** A source whose first item is looked at before it is taken. */
class PeekedSource<T> implements Source<T> {
  readonly isAsync: boolean
  readonly #source: Source<T>
  #peeked: { readonly item: T | typeof END } | undefined

  constructor(source: Source<T>) {
    this.#source = source
    this.isAsync = source.isAsync
  }

  /** The first item, once it was peeked at. */
  get first(): T | undefined {
    const item = this.#peeked?.item
    return item === END ? undefined : item
  }

  /** Looks at the first item, unless it has to be awaited for too long. */
  peek(stop: Stop | undefined): undefined | Promise<void> {
    const taken = this.#source.next()
    if (!(taken instanceof Promise)) {
      this.#peeked = { item: taken }
      return undefined
    }
    return new Promise((resolve, reject) => {
      if (stop?.isStopped) reject(stop.reason)
      stop?.listen(reject)
      taken.then((item) => {
        this.#peeked = { item }
        resolve()
      }, reject)
    })
  }

  next(): T | typeof END | Promise<T | typeof END> {
    const peeked = this.#peeked
    if (peeked === undefined) return this.#source.next()
    this.#peeked = undefined
    return peeked.item
  }

  close(): void | Promise<void> {
    return this.#source.close()
  }
}

/** A table's name as it goes into the statement. @throws UsageError when it is more or less than a name */
function tableText(table: string | Sql): string {
  if (typeof table === "string") {
    const tokens = new CopyTokens(
      table,
      tokenize(table).filter(({ kind }) => kind !== "space"),
    )
    const name = tokens.takeQualifiedName()
    if (name !== undefined && name.length === table.trim().length) return name
    throw new UsageError(
      `the table must be a name as in SQL, such as points, app.points or "Points", got ${describeValue(table)}`,
      { safeToRetry: true },
    )
  }
  const { text, values } = table.compile()
  if (values.length > 0) throw new UsageError("the table's name cannot have parameters", { safeToRetry: true })
  return text
}
