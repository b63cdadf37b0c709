/**
 * How large a result may get before it is refused. Rows that still come are read past, so the connection stays usable.
 */

import { ResultTooLargeError } from "../errors/client-error.ts"

/** Bounds of one result. */
export interface ResultLimits {
  /** The most rows; `undefined` for any number. */
  readonly maxRows: number | undefined
  /** The most bytes of rows as they come over the wire; `undefined` for any number. */
  readonly maxBytes: number | undefined
}

/** Counts one result against its limits. */
export class ResultMeter {
  readonly #limits: ResultLimits
  #rows = 0
  #bytes = 0

  constructor(limits: ResultLimits) {
    this.#limits = limits
  }

  /** Counts a row of so many bytes. The error when it is one too many. */
  add(bytes: number): ResultTooLargeError | undefined {
    const { maxRows, maxBytes } = this.#limits
    this.#rows++
    this.#bytes += bytes
    if (maxRows !== undefined && this.#rows > maxRows) {
      return new ResultTooLargeError(`the result has more than ${maxRows} rows (maxRows): use stream for large results`)
    }
    if (maxBytes !== undefined && this.#bytes > maxBytes) {
      return new ResultTooLargeError(
        `the result has more than ${maxBytes} bytes (maxResultBytes): use stream for large results`,
      )
    }
    return undefined
  }
}
