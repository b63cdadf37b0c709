/**
 * What a query resolves to: plain data, made once the server has answered to the end, so that a result is never seen
 * half-filled.
 */

import type { Field } from "../protocol/backend.ts"

/** The rows of one statement and what the server said of them. Iterating it gives the rows. */
export class Result<R = Record<string, unknown>> implements Iterable<R> {
  /** The rows, in the order they came. */
  readonly rows: R[]
  /** How many rows the statement returned or changed, as its command tag says; 0 for statements that concern none. */
  readonly rowCount: number
  /** The command that was completed: `SELECT`, `INSERT`, `CREATE TABLE`, …; empty for an empty statement. */
  readonly command: string
  /** The columns; empty for statements that return no rows. */
  readonly fields: readonly Field[]

  constructor(rows: R[], rowCount: number, command: string, fields: readonly Field[]) {
    this.rows = rows
    this.rowCount = rowCount
    this.command = command
    this.fields = fields
  }

  [Symbol.iterator](): IterableIterator<R> {
    return this.rows[Symbol.iterator]()
  }
}
