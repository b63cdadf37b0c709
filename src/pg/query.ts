/**
 * A query of `pg`: simple protocol for bare text, extended as soon as there are values, a name or a row limit. Text in,
 * text out; the result is made by the parsers of `types`.
 *
 * @see https://node-postgres.com/apis/client#clientquery
 */

import type { ByteSource } from "../base/byte-source.ts"
import { ProtocolError } from "../errors/client-error.ts"
import type { CommandCompleteMessage, DataRowMessage, RowDescriptionMessage } from "./messages.ts"
import { EventEmitter } from "./node-runtime.ts"
import { prepareValue } from "./prepare-value.ts"
import type { QueryCallback, QueryConfig } from "./query-config.ts"
import { Result } from "./result.ts"
import type { RequestWriter, RowReceiver, Submittable } from "./submittable.ts"
import type { TypeParsers } from "./types.ts"

/** One query with what has come of it. */
export class Query extends EventEmitter implements Submittable, RowReceiver {
  declare text: string | undefined
  declare values: readonly unknown[] | undefined
  declare rows: number | undefined
  declare types: TypeParsers | undefined
  declare name: string | undefined
  declare queryMode: string | undefined
  declare binary: boolean | undefined
  declare portal: string
  declare callback: QueryCallback | undefined
  declare _rowMode: string | undefined
  declare _result: Result
  declare _results: Result | Result[]
  /** What a parser has thrown: the rest of the rows is not looked at. */
  declare _canceledDueToError: Error | false
  declare _accumulateRows: unknown
  /** The values could not be prepared; the query has failed, though the server has still to answer. */
  #isRefused = false

  constructor(
    config: string | QueryConfig,
    values?: readonly unknown[] | QueryCallback | null,
    callback?: QueryCallback,
  ) {
    super()
    const given: QueryConfig = typeof config === "string" ? { text: config } : config
    const isCallback = typeof values === "function"
    this.text = given.text
    this.values = values && !isCallback ? values : given.values
    this.rows = given.rows
    this.types = given.types
    this.name = given.name
    this.queryMode = given.queryMode
    this.binary = given.binary
    this.portal = given.portal || ""
    this.callback = callback || (isCallback ? values : given.callback)
    this._rowMode = given.rowMode
    this._result = new Result(this._rowMode, this.types)
    this._results = this._result
    this._canceledDueToError = false
  }

  /** Whether the extended protocol is used. */
  requiresPreparation(): boolean {
    if (this.queryMode === "extended" || this.name || this.rows) return true
    return Boolean(this.text) && this.values !== undefined && this.values !== null && this.values.length > 0
  }

  /** Whether the server knows the statement by its name. */
  hasBeenParsed(connection: RequestWriter): boolean {
    const { name } = this
    if (!name) return false
    return connection.parsedStatements[name] !== undefined || connection.submittedNamedStatements[name] !== undefined
  }

  /** Writes the request. Returns why the query cannot be made, if it cannot. */
  submit(connection: RequestWriter): Error | null {
    const { name, text, values } = this
    if (typeof text !== "string" && typeof name !== "string") {
      return new Error("A query must have either text or a name. Supplying neither is unsupported.")
    }
    const known = connection.parsedStatements[name!] || connection.submittedNamedStatements[name!]
    if (text && known && text !== known) {
      return new Error(`Prepared statements must be unique - '${name}' was used for a different statement`)
    }
    if (values && !Array.isArray(values)) return new Error("Query values must be an array")
    if (this.requiresPreparation()) this.prepare(connection)
    else connection.query(text!)
    return null
  }

  /** Writes the request of the extended protocol. */
  prepare(connection: RequestWriter): void {
    const { name } = this
    if (!this.hasBeenParsed(connection)) {
      connection.parse({ text: this.text, name, types: this.types })
      if (name) connection.submittedNamedStatements[name] = this.text!
    }
    try {
      connection.bind({
        portal: this.portal,
        statement: name,
        values: this.values,
        binary: this.binary,
        valueMapper: prepareValue,
      })
    } catch (error) {
      // The statement may stay: its name is good for other values.
      connection.sync()
      this.#isRefused = true
      this.handleError(error as Error)
      return
    }
    connection.describe({ type: "P", name: this.portal })
    this._getRows(connection, this.rows)
  }

  _getRows(connection: RequestWriter, rows: number | undefined): void {
    connection.execute({ portal: this.portal, rows })
    if (rows) connection.flush()
    else connection.sync()
  }

  handleRowDescription(message: RowDescriptionMessage): void {
    this._checkForMultirow()
    this._result.addFields(message.fields)
    this._accumulateRows = this.callback || this.listenerCount("row") === 0
  }

  /** One row as a message. */
  handleDataRow(message: DataRowMessage): void {
    if (this._canceledDueToError) return
    let row: unknown
    try {
      row = this._result.parseRow(message.fields)
    } catch (error) {
      this._canceledDueToError = error as Error
      return
    }
    this.#addRow(row)
  }

  /** One row as bytes. */
  receiveRow(source: ByteSource, start: number, end: number): void {
    if (this._canceledDueToError) return
    let row: unknown
    try {
      row = this._result.readRow(source, start, end)
    } catch (error) {
      if (error instanceof ProtocolError) throw error
      this._canceledDueToError = error as Error
      return
    }
    this.#addRow(row)
  }

  handleCommandComplete(message: CommandCompleteMessage, connection: RequestWriter): void {
    this._checkForMultirow()
    this._result.addCommandComplete(message)
    // With a row limit no Sync was sent with the request.
    if (this.rows) connection.sync()
  }

  handleEmptyQuery(connection: RequestWriter): void {
    if (this.rows) connection.sync()
  }

  handlePortalSuspended(connection: RequestWriter): void {
    this._getRows(connection, this.rows)
  }

  handleCopyInResponse(connection: RequestWriter): void {
    connection.sendCopyFail("No source stream defined")
    // The Sync of the request was passed over: the server had data to wait for.
    if (this.requiresPreparation() && !this.rows) connection.sync()
  }

  /** Data of a COPY that nobody asked for is passed over. */
  handleCopyData(): void {}

  handleReadyForQuery(connection: RequestWriter): void {
    if (this.#isRefused) return
    if (this._canceledDueToError) {
      this.handleError(this._canceledDueToError, connection)
      return
    }
    // What the callback throws is left to the connection, which throws it where it can do no harm.
    try {
      this.callback?.(null, this._results as Result)
    } finally {
      this.emit("end", this._results)
    }
  }

  handleError(error: Error, _connection?: RequestWriter): void {
    const told = this._canceledDueToError || error
    this._canceledDueToError = false
    if (this.callback) (this.callback as (error: Error) => void)(told)
    else this.emit("error", told)
  }

  /** With a row limit no Sync was sent with the request, and without one the server would wait for ever. */
  handleServerError(connection: RequestWriter): void {
    if (this.rows) connection.sync()
  }

  /** A script gives an array of results: one more begins behind a completed one. */
  _checkForMultirow(): void {
    if (!this._result.command) return
    if (!Array.isArray(this._results)) this._results = [this._result]
    this._result = new Result(this._rowMode, this._result._types)
    this._results.push(this._result)
  }

  #addRow(row: unknown): void {
    if (this.listenerCount("row") > 0) this.emit("row", row, this._result)
    if (this._accumulateRows) this._result.addRow(row)
  }
}
