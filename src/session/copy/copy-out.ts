/**
 * A table's data by COPY … TO STDOUT: as bytes or as rows, in constant memory.
 */

import type { NodeReadable } from "#platform"
import { CopyOutExchange } from "../../exchange/copy-out-exchange.ts"
import { checkBounded } from "../../query/check-options.ts"
import { copyChannel } from "../../trace/channels.ts"
import { BatchStream } from "../batch-stream.ts"
import type { Borrow, Carrier } from "../carrier.ts"
import { FlowSource } from "../flow-source.ts"
import { ChunkReader } from "./chunk-reader.ts"
import { declaredColumns, describeColumns, describedColumns } from "./copy-columns.ts"
import type { CopyColumnTypes, Tuple } from "./copy-row.ts"
import { type CopyStatement, requireCopy } from "./copy-statement.ts"
import { RowReader } from "./row-reader.ts"

/** Options of `copyOut`. */
export interface CopyOutOptions {
  /** Breaks it off when it aborts. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds after which it is broken off, with TimeoutError. */
  readonly timeout?: number | undefined
}

/**
 * The data of a COPY, as chunks of bytes or, by `rows`, as tuples of values. It can be read once, and nothing is sent
 * before that. Leaving a loop early has the server cancel it; in a transaction that fails the transaction.
 *
 * @example
 * ```ts
 * await pipeline(db.copyOut("copy points to stdout (format csv, header)").toReadable(), createWriteStream("points.csv"))
 * for await (const [x, y] of db.copyOut("copy points to stdout (format binary)").rows()) plot(x, y)
 * ```
 */
export class CopyOut implements AsyncIterable<Uint8Array>, AsyncDisposable {
  readonly #borrow: Borrow
  readonly #statement: CopyStatement
  readonly #options: CopyOutOptions
  readonly #chunks: BatchStream<Uint8Array>
  #rows: BatchStream<Tuple> | undefined

  /** @internal Use `copyOut`. */
  constructor(borrow: Borrow, text: string, options: CopyOutOptions) {
    checkBounded(options)
    this.#borrow = borrow
    this.#statement = requireCopy(text, "to")
    this.#options = options
    this.#chunks = new BatchStream({
      borrow,
      signal: options.signal,
      bytes: true,
      open: (carrier) => this.#open(carrier, new ChunkReader()),
    })
  }

  /** The data as it comes, in chunks of up to 64 KB. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array, undefined> {
    return this.#chunks[Symbol.asyncIterator]()
  }

  /**
   * The data as rows. In the binary format, and in the others, values are decoded by their columns' types, which the
   * server is asked for, unless they are given.
   *
   * @param types the columns' types by name, such as `["int8", "text[]"]`
   */
  rows(types?: readonly string[]): BatchStream<Tuple> {
    this.#chunks.claim()
    this.#rows = new BatchStream({
      borrow: this.#borrow,
      signal: this.#options.signal,
      bytes: false,
      open: async (carrier) => {
        const columns = await this.#columns(carrier, types)
        return this.#open(carrier, new RowReader(this.#statement.format, columns))
      },
    })
    return this.#rows
  }

  /** The data as a Readable of Node. Destroying it cancels the COPY. */
  toReadable(): NodeReadable {
    return this.#chunks.toReadable()
  }

  /** The data as a stream of the web. Cancelling it cancels the COPY. */
  toReadableStream(): ReadableStream<Uint8Array> {
    return this.#chunks.toReadableStream()
  }

  /** Ends it early: resolves when the connection is free again. */
  async close(): Promise<void> {
    await this.#rows?.close()
    await this.#chunks.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #open<T>(carrier: Carrier, reader: ConstructorParameters<typeof CopyOutExchange<T>>[1]): FlowSource<T> {
    const { text } = this.#statement
    const subject = { name: "a COPY", channel: copyChannel, text }
    return new FlowSource(carrier, new CopyOutExchange<T>(text, reader), this.#options, subject)
  }

  async #columns(carrier: Carrier, types: readonly string[] | undefined): Promise<CopyColumnTypes> {
    const registry = carrier.session.types
    if (types !== undefined) return declaredColumns(this.#statement.columns, types, registry)
    const describe = describeColumns(this.#statement, registry)
    const { signal, timeout } = this.#options
    const stop = carrier.session.stopOwnIf(signal, timeout)
    try {
      carrier.start(describe, stop)
      return describedColumns(await describe.promise, registry)
    } finally {
      stop?.dispose()
    }
  }
}
