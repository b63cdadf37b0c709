/**
 * One statement of our own whose answer is one text: what a new session is asked about itself when its server has not
 * reported it. Simple protocol, so that every pooler passes it on.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SIMPLE-QUERY
 */

import type { ByteSource } from "../base/byte-source.ts"
import { ProtocolError } from "../errors/client-error.ts"
import { COMMAND_COMPLETE, ERROR_RESPONSE, ROW_DESCRIPTION } from "../protocol/codes.ts"
import type { Exchange, Line, Outcome } from "./exchange.ts"
import { readError, unexpectedMessage } from "./replies.ts"

/** Runs the statement and resolves with the only text of its only row. */
export class Show implements Exchange {
  readonly promise: Promise<string>
  readonly #statement: string
  #resolve!: (text: string) => void
  #reject!: (error: unknown) => void
  #line!: Line
  #text: string | undefined
  #error: unknown

  constructor(statement: string) {
    this.#statement = statement
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  write(line: Line): void {
    this.#line = line
    line.encoder.query(this.#statement)
  }

  onRow(source: ByteSource, start: number, end: number): void {
    // An int16 counts the columns, an int32 the bytes of the only one.
    const count = end - start < 6 ? 0 : source.view.getInt16(start)
    const length = count === 1 ? source.view.getInt32(start + 2) : -1
    if (this.#text !== undefined || length < 0 || start + 6 + length !== end) {
      throw new ProtocolError(`the server did not answer "${this.#statement}" with one value`)
    }
    this.#text = source.text(start + 6, end)
  }

  onFrame(type: number, source: ByteSource, start: number, end: number): void {
    switch (type) {
      case ROW_DESCRIPTION:
      case COMMAND_COMPLETE:
        break
      case ERROR_RESPONSE:
        this.#error ??= readError(source, start, end, this.#line, this.#statement)
        break
      default:
        unexpectedMessage(type, `"${this.#statement}"`)
    }
  }

  onReady(): Outcome {
    if (this.#error !== undefined) this.#reject(this.#error)
    else if (this.#text !== undefined) this.#resolve(this.#text)
    else this.#reject(new ProtocolError(`the server did not answer "${this.#statement}" with one value`))
    return "done"
  }

  fail(error: unknown): void {
    this.#reject(error)
  }
}
