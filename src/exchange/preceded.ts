/**
 * An exchange that is preceded, under the same Sync, by a statement without rows: BEGIN in front of a transaction's first
 * statement, a SAVEPOINT, a reset. It costs no round trip of its own. When it fails the server skips the rest, so the
 * statement behind it can never run without it; and nothing is written behind before it is known to have worked.
 */

import type { ByteSource } from "../base/byte-source.ts"
import { ProtocolError } from "../errors/client-error.ts"
import {
  BIND_COMPLETE,
  CLOSE_COMPLETE,
  COMMAND_COMPLETE,
  ERROR_RESPONSE,
  NO_DATA,
  PARSE_COMPLETE,
} from "../protocol/codes.ts"
import { DelegatedLine } from "./delegated-line.ts"
import type { Exchange, Line, Outcome } from "./exchange.ts"
import { readError, unexpectedMessage } from "./replies.ts"
import type { SkippableExchange } from "./skippable.ts"

type State = "preceding" | "passed" | "failed"

/** Runs a statement in front of another exchange's request. */
export class Preceded implements Exchange {
  readonly #statement: string
  readonly #exchange: SkippableExchange
  readonly #onPassed: () => void
  #line!: Line
  #state: State = "preceding"
  #error: unknown

  /**
   * @param statement runs first
   * @param exchange runs if that has worked
   * @param onPassed called when it has
   */
  constructor(statement: string, exchange: SkippableExchange, onPassed: () => void) {
    this.#statement = statement
    this.#exchange = exchange
    this.#onPassed = onPassed
  }

  write(line: Line): void {
    this.#line = line
    const { encoder } = line
    encoder.parse("", this.#statement, [])
    encoder.beginBind("", "")
    for (let i = 0; i < 3; i++) encoder.writer.int16(0) // no parameter formats, no parameters, no result formats
    encoder.endBind()
    encoder.execute("", 0)
    this.#exchange.write(
      new DelegatedLine(line, {
        hold: () => line.hold(),
        release: () => line.release(this),
        sync: () => line.sync(),
        send: () => line.send(),
        get crowded() {
          return line.crowded
        },
      }),
    )
    line.hold()
  }

  onRow(source: ByteSource, start: number, end: number): void {
    if (this.#state !== "passed") throw new ProtocolError("the server sent a row for a statement that has none")
    this.#exchange.onRow(source, start, end)
  }

  onFrame(type: number, source: ByteSource, start: number, end: number): void {
    if (this.#state === "passed") {
      this.#exchange.onFrame(type, source, start, end)
      return
    }
    switch (type) {
      case PARSE_COMPLETE:
      case BIND_COMPLETE:
      case CLOSE_COMPLETE:
      case NO_DATA:
        break
      case COMMAND_COMPLETE:
        this.#state = "passed"
        this.#onPassed()
        break
      case ERROR_RESPONSE:
        this.#state = "failed"
        this.#error ??= readError(source, start, end, this.#line, this.#statement)
        break
      default:
        unexpectedMessage(type, "a preceding statement")
    }
  }

  /** An exchange behind a BEGIN is never run anew: it never sees an idle session. */
  onReady(status: number): Outcome {
    if (this.#state === "passed") return this.#exchange.onReady(status)
    this.#exchange.skip(this.#error)
    return "done"
  }

  fail(error: unknown): void {
    this.#exchange.fail(error)
  }
}
