/**
 * Close … Sync: gives up, now, the names that are to be closed. Statements that are merely forgotten are closed by the
 * next request instead.
 */

import type { ByteSource } from "../base/byte-source.ts"
import { ProtocolError } from "../errors/client-error.ts"
import { CLOSE_COMPLETE, ERROR_RESPONSE } from "../protocol/codes.ts"
import type { StatementCache } from "../query/statement-cache.ts"
import type { Exchange, Line, Outcome } from "./exchange.ts"
import { readError, unexpectedMessage } from "./replies.ts"

/** Closes what the cache has put down to be closed. */
export class CloseStatements implements Exchange {
  readonly promise: Promise<void>
  readonly #statements: StatementCache
  #resolve!: () => void
  #reject!: (error: unknown) => void
  #line!: Line
  #error: unknown

  constructor(statements: StatementCache) {
    this.#statements = statements
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  write(line: Line): void {
    this.#line = line
    for (const name of this.#statements.closing) line.encoder.closeStatement(name)
    line.sync()
    this.#statements.clearClosing()
  }

  onRow(): void {
    throw new ProtocolError("the server sent a row for a Close")
  }

  onFrame(type: number, source: ByteSource, start: number, end: number): void {
    if (type === ERROR_RESPONSE) this.#error ??= readError(source, start, end, this.#line)
    else if (type !== CLOSE_COMPLETE) unexpectedMessage(type, "the closing of statements")
  }

  onReady(): Outcome {
    if (this.#error === undefined) this.#resolve()
    else this.#reject(this.#error)
    return "done"
  }

  fail(error: unknown): void {
    this.#reject(error)
  }
}
