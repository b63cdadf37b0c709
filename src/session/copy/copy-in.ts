/**
 * Data into a table by COPY … FROM STDIN: from a source, which is run to its end, or through a writer.
 *
 *     open ──end()──▶ ended       an error of the server or the caller ends it at any time: nothing has been copied then
 *       └──abort()──▶ ended
 */

import { type NodeWritable, nodeWritable } from "#platform"
import type { Stop } from "../../base/stop.ts"
import { UsageError } from "../../errors/client-error.ts"
import { CopyInExchange } from "../../exchange/copy-in-exchange.ts"
import type { DescribeStatement } from "../../exchange/describe-statement.ts"
import { checkBounded, optionNames } from "../../query/check-options.ts"
import { copyChannel } from "../../trace/channels.ts"
import type { TypeRegistry } from "../../types/registry.ts"
import { withCallerStack } from "../caller-stack.ts"
import type { Carrier } from "../carrier.ts"
import { type Chunk, ChunkEncoder, type ChunkSource, chunkSource } from "../chunk-source.ts"
import { giveUpUnfed, startFed } from "../fed-scope.ts"
import { feed } from "../feed.ts"
import { traceUntil } from "../traced.ts"
import { describeColumns, describedColumns, describeInFront } from "./copy-columns.ts"
import { type CopyStatement, requireCopy } from "./copy-statement.ts"
import { rowEncoderFor } from "./row-encoder.ts"
import { type OnProgress, RowSink } from "./row-sink.ts"

/** Options of `copyIn`. */
export interface CopyInOptions {
  /** Gives it up when it aborts: nothing has been copied then. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds after which it is given up, with TimeoutError. */
  readonly timeout?: number | undefined
  /** Is told how far it has come. What it throws gives the COPY up. */
  readonly onProgress?: OnProgress | undefined
}

const COPY_IN_OPTIONS = optionNames<CopyInOptions>({ signal: true, timeout: true, onProgress: true })

/** What a COPY came to. */
export interface CopyResult {
  /** How many rows were copied. */
  readonly rowCount: number
}

/** Copies everything that a source gives. */
export async function copyFrom(
  carrier: Carrier,
  text: string,
  source: ChunkSource,
  options: CopyInOptions,
): Promise<CopyResult> {
  const { session } = carrier
  checkBounded(options, COPY_IN_OPTIONS)
  requireCopy(text, "from")
  const chunks = chunkSource(source)
  const exchange = new CopyInExchange(() => text)
  const sink = new RowSink(exchange, options.onProgress)
  const leave = startFed(carrier, exchange, chunks, options, "a COPY")
  traceUntil(copyChannel, session, text, exchange.promise)
  const feeding = feed(chunks, {
    ready: exchange.ready,
    gate: exchange.gate,
    add: (chunk) => {
      sink.addBytes(chunk)
      return true
    },
    end: () => exchange.end(),
    abort: (reason) => exchange.abort(reason),
  })
  try {
    return { rowCount: await withCallerStack(exchange.promise) }
  } finally {
    leave()
    await feeding
  }
}

/** Opens a COPY for a writer. */
export async function openCopyIn(carrier: Carrier, text: string, options: CopyInOptions): Promise<CopyIn> {
  const { session } = carrier
  checkBounded(options, COPY_IN_OPTIONS)
  const statement = requireCopy(text, "from")
  const describe = describeColumns(statement, session.types)
  const exchange = new CopyInExchange(() => {
    // In a transaction the server would only say that something has failed before.
    if (describe.failure !== undefined && session.link.server.transactionStatus === "failed") throw describe.failure
    return text
  })
  exchange.promise.catch(() => {}) // told to whoever writes or ends
  const stop = session.stopOwn(options.signal, options.timeout)
  try {
    describeInFront(carrier, describe, exchange.promise, options.signal)
    carrier.start(exchange, stop)
  } catch (error) {
    stop.dispose()
    throw error
  }
  session.enter(exchange, carrier.scope, "a COPY", giveUpUnfed(exchange.gate, stop))
  traceUntil(copyChannel, session, text, exchange.promise)
  exchange.promise.then(
    () => session.leave(exchange),
    () => session.leave(exchange),
  )
  if ((await exchange.ready) === undefined) await withCallerStack(exchange.promise)
  return new CopyIn({ carrier, statement, exchange, describe, types: session.types, stop, options })
}

/** What was written has been taken. */
const DONE: Promise<void> = Promise.resolve()

/** @internal What a writer is made of. */
export interface CopyInParts {
  readonly carrier: Carrier
  readonly statement: CopyStatement
  readonly exchange: CopyInExchange
  readonly describe: DescribeStatement
  readonly types: TypeRegistry
  readonly stop: Stop
  readonly options: CopyInOptions
}

/**
 * An open COPY. Write data or rows, then `end`. What is not ended is given up: by `abort`, by the end of an
 * `await using` block, by any error; then nothing has been copied.
 *
 * @example
 * ```ts
 * await using copy = await db.copyIn("copy points from stdin")
 * for (const point of points) await copy.writeRow([point.x, point.y])
 * const { rowCount } = await copy.end()
 * ```
 */
export class CopyIn implements AsyncDisposable {
  readonly #parts: CopyInParts
  readonly #sink: RowSink
  readonly #encoder: ChunkEncoder = new ChunkEncoder()
  #state: "open" | "ended" = "open"
  #isReleased = false

  /** @internal Use `copyIn`. */
  constructor(parts: CopyInParts) {
    this.#parts = parts
    this.#sink = new RowSink(parts.exchange, parts.options.onProgress)
    // Whoever has been stopped or refused may never learn of it.
    parts.exchange.ending.over.then(() => this.#release())
  }

  /**
   * Sends data as it is, in the statement's format; strings as UTF-8. Resolves when there may be more. Large chunks are
   * not copied: their memory may be used again when this has resolved.
   */
  write(chunk: Chunk): Promise<void> {
    if (this.#isOver) return this.#refuse()
    try {
      this.#sink.addBytes(this.#encoder.encode(chunk))
    } catch (error) {
      return this.#giveUp(error)
    }
    return this.#parts.exchange.gate.wait() ?? DONE
  }

  /** Sends a row: encoded by its columns' types, in the statement's format. Resolves when there may be more. */
  writeRow(values: readonly unknown[]): Promise<void> {
    if (this.#isOver) return this.#refuse()
    try {
      if (!this.#sink.hasRows) this.#beginRows()
      if (!this.#sink.addRow(values)) return DONE
    } catch (error) {
      return this.#giveUp(error)
    }
    return this.#parts.exchange.gate.wait() ?? DONE
  }

  /** Ends the data: resolves when the server has copied all of it. */
  async end(): Promise<CopyResult> {
    if (this.#isOver) return await this.#refuse()
    this.#state = "ended"
    const { exchange } = this.#parts
    try {
      this.#encoder.finish()
      // The binary format has a beginning and an end even where there is nothing in between.
      if (this.#sink.isEmpty && this.#parts.statement.format.kind === "binary") this.#beginRows()
      this.#sink.end()
      exchange.end()
    } catch (error) {
      return this.#giveUp(error)
    }
    try {
      return { rowCount: await withCallerStack(exchange.promise) }
    } finally {
      this.#release()
    }
  }

  /** Gives it up: nothing has been copied when it resolves. Does nothing after the end. */
  async abort(reason: unknown = new UsageError("the COPY was given up")): Promise<void> {
    this.#state = "ended"
    const { exchange, stop } = this.#parts
    if (exchange.ending.isOpen) stop.stop(reason)
    await exchange.ending.over
    this.#release()
  }

  /** As a Writable of Node. Destroying it gives the COPY up. */
  toWritable(): NodeWritable {
    return nodeWritable({
      write: (chunk) => this.write(chunk),
      end: async () => {
        await this.end()
      },
      abort: (reason) => this.#abortUnlessEnded(reason ?? undefined),
    })
  }

  /** As a stream of the web. Aborting it gives the COPY up. */
  toWritableStream(): WritableStream<Chunk> {
    return new WritableStream<Chunk>({
      write: (chunk) => this.write(chunk),
      close: async () => {
        await this.end()
      },
      abort: (reason) => this.abort(reason),
    })
  }

  /** Gives up what was not ended. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#abortUnlessEnded()
  }

  async #abortUnlessEnded(reason?: unknown): Promise<void> {
    if (this.#state === "open") await this.abort(reason)
  }

  /** Whether nothing can be written any more. */
  get #isOver(): boolean {
    return this.#state === "ended" || this.#parts.exchange.gate.isClosed
  }

  /** Tells why nothing can be written any more: the failure, or that it has ended. */
  async #refuse(): Promise<never> {
    if (this.#state === "open") {
      this.#state = "ended"
      try {
        await withCallerStack(this.#parts.exchange.promise)
      } finally {
        this.#release()
      }
    }
    throw new UsageError("the COPY has ended", { safeToRetry: true })
  }

  #beginRows(): void {
    const { statement, describe, types } = this.#parts
    if (describe.description === undefined) throw describe.failure
    this.#sink.begin(rowEncoderFor(statement.format, describedColumns(describe.description, types)))
  }

  /** Has the server drop everything, then tells why. */
  async #giveUp(reason: unknown): Promise<never> {
    this.#state = "ended"
    this.#parts.exchange.abort(reason)
    await this.#parts.exchange.promise.catch(() => {})
    this.#release()
    throw reason
  }

  #release(): void {
    if (this.#isReleased) return
    this.#isReleased = true
    this.#parts.stop.dispose()
    this.#parts.carrier.release()
  }
}
