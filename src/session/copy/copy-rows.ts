/**
 * Rows into a table by COPY, the fastest way there is: in the binary format by the columns' types, in bounded memory.
 */

import { describeValue, UsageError } from "../../errors/client-error.ts"
import { CopyInExchange } from "../../exchange/copy-in-exchange.ts"
import type { DescribeStatement } from "../../exchange/describe-statement.ts"
import { checkBounded, optionNames } from "../../query/check-options.ts"
import type { Sql } from "../../sql/fragment.ts"
import { isFragment } from "../../sql/hole.ts"
import { quoteIdentifier } from "../../sql/quote.ts"
import { tokenize } from "../../sql/tokenizer.ts"
import { copyChannel } from "../../trace/channels.ts"
import type { TypeRegistry } from "../../types/registry.ts"
import { withCallerStack } from "../caller-stack.ts"
import type { Carrier } from "../carrier.ts"
import { startFed } from "../fed-scope.ts"
import { type Fed, feed, iterableSource } from "../feed.ts"
import { traceUntil } from "../traced.ts"
import { BinaryRows } from "./binary-rows.ts"
import { describeColumns, describedColumns, describeInFront } from "./copy-columns.ts"
import type { CopyInOptions, CopyResult } from "./copy-in.ts"
import type { CopyColumnTypes, RowEncoder } from "./copy-row.ts"
import { parseCopyStatement } from "./copy-statement.ts"
import { CopyTokens } from "./copy-tokens.ts"
import { rowEncoderFor } from "./row-encoder.ts"
import { RowSink } from "./row-sink.ts"

type Row = readonly unknown[]
type RowsFormat = "binary" | "text" | "csv"

/** Options of `copyRows`. */
export interface CopyRowsOptions extends CopyInOptions {
  /** The columns that the rows' values are for, in their order; all of the table's unless told. */
  readonly columns?: readonly string[] | undefined
  /**
   * The format to send. Unless told it is binary, and text from the first value on that has a text form only; the server
   * then sees two COPY statements, still all or nothing, and statement triggers fire for both.
   */
  readonly format?: RowsFormat | undefined
}

const COPY_ROWS_OPTIONS = optionNames<CopyRowsOptions>({
  signal: true,
  timeout: true,
  onProgress: true,
  columns: true,
  format: true,
})

/** Copies rows into a table. */
export async function copyRows(
  carrier: Carrier,
  table: string | Sql,
  rows: Iterable<Row> | AsyncIterable<Row>,
  options: CopyRowsOptions,
): Promise<CopyResult> {
  const { session } = carrier
  checkBounded(options, COPY_ROWS_OPTIONS)
  checkColumns(options.columns)
  const source = iterableSource(rows, "the rows")
  const target = tableText(table)
  const describe = describeColumns({ table: target, columns: options.columns ?? [], query: undefined }, session.types)
  const copy = new RowCopy(target, options, describe, session.types)
  describeInFront(carrier, describe, copy.exchange.promise, options.signal)
  const leave = startFed(carrier, copy.exchange, source, options, "a COPY")
  traceUntil(copyChannel, session, `COPY ${target} FROM STDIN`, copy.exchange.promise)
  const feeding = feed(source, copy)
  try {
    return { rowCount: await withCallerStack(copy.exchange.promise) }
  } finally {
    leave()
    await feeding
  }
}

function checkColumns(columns: readonly string[] | undefined): void {
  if (columns === undefined || (Array.isArray(columns) && columns.length > 0)) return
  throw new UsageError(`the option columns must be an array of names, got ${describeValue(columns)}`, {
    safeToRetry: true,
  })
}

/** A COPY that is fed with rows. Its statement is written when the columns are known. */
class RowCopy implements Fed<Row> {
  readonly exchange: CopyInExchange
  readonly ready: Promise<void>
  readonly gate: CopyInExchange["gate"]
  readonly #sink: RowSink
  readonly #types: TypeRegistry
  readonly #describe: DescribeStatement
  readonly #table: string
  readonly #options: CopyRowsOptions
  #columns: CopyColumnTypes | undefined
  #format: RowsFormat = "binary"

  constructor(table: string, options: CopyRowsOptions, describe: DescribeStatement, types: TypeRegistry) {
    this.#table = table
    this.#options = options
    this.#describe = describe
    this.#types = types
    this.exchange = new CopyInExchange(() => this.#firstStatement())
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

  #firstStatement(): string {
    const { description, failure } = this.#describe
    if (description === undefined) throw failure
    this.#columns = describedColumns(description, this.#types)
    const hasBinary = this.#columns.codecs.every(({ encodeBinary }) => encodeBinary !== undefined)
    this.#format = this.#options.format ?? (hasBinary ? "binary" : "text")
    return this.#statement(this.#format)
  }

  #statement(format: RowsFormat): string {
    const { columns } = this.#options
    const list = columns === undefined ? "" : ` (${columns.map(quoteIdentifier).join(", ")})`
    return `COPY ${this.#table}${list} FROM STDIN (FORMAT ${format})`
  }

  #encoder(format: RowsFormat, columns: CopyColumnTypes): RowEncoder {
    return rowEncoderFor(parseCopyStatement(this.#statement(format))!.format, columns)
  }

  #begin(columnCount: number): void {
    const columns = this.#columns!
    if (columns.names.length !== columnCount) {
      throw new UsageError("the table has generated columns, which cannot be copied: name the others in `columns`")
    }
    const encoder = this.#encoder(this.#format, columns)
    if (!(encoder instanceof BinaryRows) || this.#options.format !== undefined) {
      this.#sink.begin(encoder)
      return
    }
    this.#sink.begin(encoder, (error) => {
      if (error !== encoder.textual) throw error
      return { statement: this.#statement("text"), encoder: this.#encoder("text", columns) }
    })
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
  if (!isFragment(table)) {
    throw new UsageError(`the table must be a name or a fragment, got ${describeValue(table)}`, { safeToRetry: true })
  }
  const { text, values } = table.compile()
  if (values.length > 0) throw new UsageError("the table's name cannot have parameters", { safeToRetry: true })
  return text
}
