/**
 * A query's rows as a Readable, as the package `pg-query-stream` has it: rows are fetched in portions as they are read,
 * and destroying the stream closes the portal.
 *
 * @see https://github.com/brianc/node-postgres/tree/master/packages/pg-query-stream
 */

import { Cursor, type CursorConfig } from "./cursor.ts"
import type { CommandCompleteMessage, DataRowMessage, RowDescriptionMessage } from "./messages.ts"
import { Readable } from "./node-runtime.ts"
import type { QueryCallback } from "./query-config.ts"
import type { Result } from "./result.ts"
import type { RequestWriter, Submittable } from "./submittable.ts"

/** How rows are made and how many are fetched at a time. */
export interface QueryStreamConfig extends CursorConfig {
  batchSize?: number
  highWaterMark?: number
}

/** Streams rows. */
export class QueryStream extends Readable implements Submittable {
  readonly cursor: Cursor
  readonly _result: Result
  declare callback?: QueryCallback | undefined

  constructor(text: string, values?: readonly unknown[] | null, config: QueryStreamConfig = {}) {
    const { batchSize, highWaterMark = 100 } = config
    super({ objectMode: true, highWaterMark: batchSize || highWaterMark })
    this.cursor = new Cursor(text, values, config)
    this._result = this.cursor._result
    this.cursor.on("end", (result: Result) => this.callback?.(null, result))
    this.cursor.on("error", (error: Error) => (this.callback as ((error: Error) => void) | undefined)?.(error))
  }

  /** The statement's text. */
  get text(): string {
    return this.cursor.text
  }

  submit(connection: RequestWriter): Error | undefined {
    return this.cursor.submit(connection)
  }

  handleRowDescription(message: RowDescriptionMessage): void {
    this.cursor.handleRowDescription(message)
  }

  handleDataRow(message: DataRowMessage): void {
    this.cursor.handleDataRow(message)
  }

  handlePortalSuspended(): void {
    this.cursor.handlePortalSuspended()
  }

  handleCommandComplete(message: CommandCompleteMessage): void {
    this.cursor.handleCommandComplete(message)
  }

  handleEmptyQuery(): void {
    this.cursor.handleEmptyQuery()
  }

  handleReadyForQuery(): void {
    this.cursor.handleReadyForQuery()
  }

  handleError(error: Error): void {
    this.cursor.handleError(error)
  }

  override _read(size: number): void {
    this.cursor.read(size, (error, rows) => {
      if (error) {
        this.destroy(error)
        return
      }
      for (const row of rows) this.push(row)
      if (rows.length < size) this.push(null)
    })
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.cursor.close((failure) => callback(failure ?? error))
  }
}
