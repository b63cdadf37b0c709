/**
 * A cursor over a query's rows, as the package `pg-cursor` has it: given to `client.query`, it keeps a portal open and
 * reads so many rows at a time. Nothing else runs on the connection before it is closed or read to its end.
 *
 *     waiting ──submit──▶ ready ◀──rows── reading ──last row──▶ closing ──ReadyForQuery──▶ done
 *                           └────────────close()────────────────▲                            ▲
 *                           └────────────error───────────────────────▶ failed ─────────────┘
 *
 * @see https://node-postgres.com/apis/cursor
 */

import type { CommandCompleteMessage, DataRowMessage, RowDescriptionMessage } from "./messages.ts"
import { EventEmitter, later } from "./node-runtime.ts"
import { prepareValue } from "./prepare-value.ts"
import { type PgRow, Result } from "./result.ts"
import type { RequestWriter, Submittable } from "./submittable.ts"
import type { TypeParsers } from "./types.ts"

/** How a cursor's rows are to be made. */
export interface CursorConfig {
  /** `"array"` for rows by position. */
  rowMode?: string
  types?: TypeParsers
  Promise?: PromiseConstructor
}

/** Gets rows, none at the end. */
export type ReadCallback<R = PgRow> = (error: Error | null | undefined, rows: R[], result: Result) => void

type State = "waiting" | "describing" | "ready" | "reading" | "closing" | "failed" | "done"

interface Read {
  readonly count: number
  readonly callback: ReadCallback
}

let portals = 0

/** Reads rows in portions. */
export class Cursor<R = PgRow> extends EventEmitter implements Submittable {
  readonly text: string
  readonly values: readonly unknown[] | null
  readonly _result: Result
  connection: RequestWriter | null = null
  readonly #promiseClass: PromiseConstructor
  readonly #portal = `pgline_cursor_${++portals}`
  readonly #reads: Read[] = []
  readonly #closers: ((error?: Error) => void)[] = []
  #state: State = "waiting"
  #rows: PgRow[] = []
  #error: Error | undefined

  constructor(text: string, values?: readonly unknown[] | null, config: CursorConfig = {}) {
    super()
    this.text = text
    this.values = values ? values.map(prepareValue) : null
    this._result = new Result(config.rowMode, config.types)
    this.#promiseClass = config.Promise || Promise
  }

  /** Reads so many rows, fewer at the end. Calls that come before the last one is answered wait. */
  read(count: number): Promise<R[]>
  read(count: number, callback: ReadCallback<R>): void
  read(count: number, callback?: ReadCallback<R>): Promise<R[]> | undefined {
    if (callback === undefined) {
      return new this.#promiseClass((resolve, reject) => {
        this.read(count, (error, rows) => (error ? reject(error) : resolve(rows)))
      })
    }
    if (this.#error !== undefined) later(() => callback(this.#error, [], this._result))
    else if (this.#state === "done" || this.#state === "closing") later(() => callback(null, [], this._result))
    else this.#reads.push({ count, callback })
    this.#next()
    return undefined
  }

  /** Closes the portal, so that the connection is free. */
  close(): Promise<void>
  close(callback: (error?: Error) => void): void
  close(callback?: (error?: Error) => void): Promise<void> | undefined {
    if (callback === undefined) {
      return new this.#promiseClass((resolve, reject) => {
        this.close((error) => (error ? reject(error) : resolve()))
      })
    }
    if (this.connection === null || this.#state === "done") {
      this.#state = "done"
      later(() => callback())
      return undefined
    }
    this.#closers.push(callback)
    this.#closePortal()
    return undefined
  }

  // Submittable

  submit(connection: RequestWriter): Error | undefined {
    if (this.#state === "done") return new Error("the cursor was closed before its query was run")
    this.connection = connection
    this.#state = "describing"
    connection.parse({ text: this.text })
    connection.bind({ portal: this.#portal, values: this.values ?? [], valueMapper: (value) => value as string | null })
    connection.describe({ type: "P", name: this.#portal })
    connection.flush()
    // A statement without rows has no description that could wake us.
    connection.once("noData", this.#onNoData)
    return undefined
  }

  handleRowDescription(message: RowDescriptionMessage): void {
    this.connection?.removeListener("noData", this.#onNoData)
    this._result.addFields(message.fields)
    this.#onDescribed()
  }

  handleDataRow(message: DataRowMessage): void {
    const row = this._result.parseRow(message.fields)
    this.emit("row", row, this._result)
    this.#rows.push(row)
  }

  handlePortalSuspended(): void {
    // One that is being closed meanwhile is not to be read from again.
    if (this.#state === "reading") this.#state = "ready"
    this.#answer()
  }

  handleCommandComplete(message: CommandCompleteMessage): void {
    this._result.addCommandComplete(message)
    this.#closePortal()
  }

  handleEmptyQuery(): void {
    this.#closePortal()
  }

  handleReadyForQuery(): void {
    const isFailed = this.#error !== undefined
    if (!isFailed) {
      this.#answer()
      this.#endReads(null)
    }
    this.#end()
    if (!isFailed) this.emit("end", this._result)
  }

  handleError(error: Error): void {
    if (this.#state === "failed" || this.#state === "done") return
    const { connection } = this
    // A Sync was sent already where the portal was being closed.
    if (connection !== null && this.#state !== "closing") connection.sync()
    this.#state = "failed"
    this.#error = error
    this.#endReads(error)
    if (connection === null || connection.stream.destroyed) {
      this.#end()
    } else {
      // The server may answer the Sync, or hang up.
      connection.on("readyForQuery", this.#end)
      connection.on("end", this.#end)
    }
    if (this.listenerCount("error") > 0) this.emit("error", error)
  }

  readonly #onNoData = (): void => this.#onDescribed()

  #onDescribed(): void {
    if (this.#state !== "describing") return
    this.#state = "ready"
    this.#next()
  }

  #next(): void {
    const read = this.#reads[0]
    if (this.#state !== "ready" || read === undefined) return
    this.#state = "reading"
    this.#rows = []
    this.connection!.execute({ portal: this.#portal, rows: read.count })
    this.connection!.flush()
  }

  /** Hands the rows over outside of the decoder's loop, where the callback may take its time. */
  #answer(): void {
    const read = this.#reads.shift()
    if (read === undefined) return
    const rows = this.#rows
    this.#rows = []
    later(() => {
      this._result.rows = rows
      read.callback(null, rows, this._result)
      this.#next()
    })
  }

  #closePortal(): void {
    if (this.#state === "closing" || this.#state === "failed" || this.#state === "done") return
    this.#state = "closing"
    this.connection!.close({ type: "P", name: this.#portal })
    this.connection!.sync()
  }

  #endReads(error: Error | null): void {
    for (const { callback } of this.#reads.splice(0)) {
      if (error === null) later(() => callback(null, [], this._result))
      else callback(error, [], this._result)
    }
  }

  /** Nothing more comes of the cursor: the connection is free, or lost. */
  readonly #end = (): void => {
    this.#state = "done"
    this.connection?.removeListener("noData", this.#onNoData)
    this.connection?.removeListener("readyForQuery", this.#end)
    this.connection?.removeListener("end", this.#end)
    for (const callback of this.#closers.splice(0)) callback()
  }
}
