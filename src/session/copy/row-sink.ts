/**
 * Rows on their way out: encoded into one buffer, which is sent whenever it is full. A row that cannot be written leaves
 * no trace in it.
 */

import { ByteWriter } from "../../base/byte-writer.ts"
import type { CopyInExchange } from "../../exchange/copy-in-exchange.ts"
import { WRITE_BYTES } from "../../exchange/write-gate.ts"
import type { RowEncoder } from "./copy-row.ts"

/** What is sent at once, and the row that fills it up. */
const CAPACITY: number = WRITE_BYTES + 4096
/** A buffer that has grown beyond this is not kept. */
const KEPT_BYTES = 1024 * 1024

/** How far a COPY has come: what was handed to the connection, which is a little ahead of the server. */
export interface CopyProgress {
  /** How many rows, where rows were given. */
  readonly rows: number
  /** How many bytes of data. */
  readonly bytes: number
}

/** Is told how far a COPY has come, after each piece that was sent. */
export type OnProgress = (progress: CopyProgress) => void

/** What rows go on with after one could not be written, or throws the error. */
export type GoOn = (error: unknown) => { readonly statement: string; readonly encoder: RowEncoder }

/** Encodes rows and hands them to the exchange, piece by piece. */
export class RowSink {
  readonly #exchange: CopyInExchange
  readonly #onProgress: OnProgress | undefined
  readonly #writer: ByteWriter = new ByteWriter(CAPACITY)
  #encoder: RowEncoder | undefined
  #goOn: GoOn | undefined
  #rows = 0
  #bytes = 0
  /** Whether the buffer's contents have been sent from where they are. */
  #isLent = false

  constructor(exchange: CopyInExchange, onProgress: OnProgress | undefined) {
    this.#exchange = exchange
    this.#onProgress = onProgress
  }

  /** Whether rows have begun: their format's beginning has been written. */
  get hasRows(): boolean {
    return this.#encoder !== undefined
  }

  /** Whether nothing at all has been given. */
  get isEmpty(): boolean {
    return this.#encoder === undefined && this.#bytes === 0
  }

  /**
   * Begins with rows.
   * @param goOn gives another encoder for the row that could not be written, and those behind it, or throws
   */
  begin(encoder: RowEncoder, goOn?: GoOn): void {
    this.#encoder = encoder
    this.#goOn = goOn
    encoder.begin(this.#free())
  }

  /** Takes a row. True when a piece was sent. */
  addRow(values: readonly unknown[]): boolean {
    const writer = this.#isLent ? this.#free() : this.#writer
    const before = writer.length
    try {
      this.#encoder!.encode(writer, values, this.#rows + 1)
    } catch (error) {
      writer.truncate(before)
      this.#change(error)
      return this.addRow(values)
    }
    this.#rows++
    if (writer.length < WRITE_BYTES) return false
    this.flush()
    return true
  }

  /** Takes data as it is, behind the rows before it. The gate tells when its memory may be reused. */
  addBytes(bytes: Uint8Array): void {
    this.flush()
    this.#send(bytes)
  }

  /** There are no more rows. */
  end(): void {
    this.#encoder?.end(this.#free())
    this.flush()
  }

  /** Sends the rows so far. */
  flush(): void {
    const writer = this.#free()
    if (writer.length === 0) return
    this.#isLent = !this.#send(writer.written())
    if (!this.#isLent) this.#clear(false)
  }

  /** The buffer, in a state to be written to. */
  #free(): ByteWriter {
    if (this.#isLent) this.#clear(!this.#exchange.isTaken)
    this.#isLent = false
    return this.#writer
  }

  /** @param isKept whether somebody still has the buffer's contents */
  #clear(isKept: boolean): void {
    if (isKept || this.#writer.capacity > KEPT_BYTES) this.#writer.take(CAPACITY)
    else this.#writer.truncate(0)
  }

  /** Ends the rows so far, and begins anew with what is given instead of the error. */
  #change(error: unknown): void {
    const goOn = this.#goOn
    if (goOn === undefined) throw error
    this.#goOn = undefined // two formats are all there is
    const before = this.#encoder!
    const next = goOn(error)
    before.end(this.#free())
    this.flush()
    this.#exchange.goOn(next.statement)
    this.begin(next.encoder)
  }

  /** True when the bytes' memory may be reused at once. */
  #send(bytes: Uint8Array): boolean {
    const isTaken = this.#exchange.add(bytes)
    this.#bytes += bytes.length
    this.#onProgress?.({ rows: this.#rows, bytes: this.#bytes })
    return isTaken
  }
}
