/**
 * An exchange that is preceded, under the same Sync, by a statement without rows: BEGIN in front of a transaction's first
 * statement, a SAVEPOINT, a reset. It costs no round trip of its own. When it fails the server skips the rest, so the
 * statement behind it can never run without it; and nothing is written behind before it is known to have worked.
 *
 *     unsent ──write──▶ preceding ──CommandComplete──▶ passed
 *                           └──ErrorResponse──▶ failed
 */

import type { ByteSource } from "../base/byte-source.ts"
import { ProtocolError } from "../errors/client-error.ts"
import { ServerError } from "../errors/server-error.ts"
import {
  BIND_COMPLETE,
  CLOSE_COMPLETE,
  COMMAND_COMPLETE,
  ERROR_RESPONSE,
  NO_DATA,
  PARSE_COMPLETE,
} from "../protocol/codes.ts"
import { DelegatedLine } from "./delegated-line.ts"
import type { Line, Outcome } from "./exchange.ts"
import { readError, unexpectedMessage } from "./replies.ts"
import type { SkippableExchange } from "./skippable.ts"
import { writeUnnamed } from "./write-unnamed.ts"

type State = "unsent" | "preceding" | "passed" | "failed"

/** Who is told what became of the preceding statement. Exactly one of them is called, once. */
export interface PrecededListener {
  /** It has succeeded. */
  onPassed(): void
  /** It has failed, or nobody can tell any more. */
  onFailed(error: unknown): void
  /** It has not happened: it was never sent, because the exchange behind it could not be, or a cancel request has hit it. */
  onNotDone(): void
}

/** Runs a statement in front of another exchange's request. */
export class Preceded implements SkippableExchange {
  readonly #statement: string
  readonly #exchange: SkippableExchange
  readonly #listener: PrecededListener
  #line!: Line
  #state: State = "unsent"
  #error: unknown
  /** Whether the server will be ready by itself: a Sync stands behind what was written. */
  #synced = false

  /**
   * @param statement runs first
   * @param exchange runs if that has worked
   */
  constructor(statement: string, exchange: SkippableExchange, listener: PrecededListener) {
    this.#statement = statement
    this.#exchange = exchange
    this.#listener = listener
  }

  get isCallerPaced(): boolean {
    return this.#exchange.isCallerPaced === true
  }

  write(line: Line): void {
    this.#line = line
    if (this.#state === "passed") {
      this.#exchange.write(this.#lineBehind(line))
      return
    }
    const { encoder } = line
    writeUnnamed(encoder, this.#statement)
    this.#exchange.write(this.#lineBehind(line))
    line.hold()
    this.#state = "preceding"
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
        this.#listener.onPassed()
        break
      case ERROR_RESPONSE:
        this.#error ??= readError(source, start, end, this.#line, this.#statement)
        this.#skipUnsynced()
        break
      default:
        unexpectedMessage(type, "a preceding statement")
    }
  }

  /** When the exchange behind wants another turn, it is without the preceding statement. */
  onReady(status: number): Outcome {
    if (this.#state === "passed") return this.#exchange.onReady(status)
    if (this.#state === "preceding") this.skip(this.#error)
    return "done"
  }

  onDrain(): void {
    this.#exchange.onDrain?.()
  }

  fail(error: unknown): void {
    if (this.#state === "unsent") this.#listener.onNotDone()
    this.#fail(error)
    this.#exchange.fail(error)
  }

  /** Nobody waits for the exchange behind any more; what precedes it may have worked all the same. */
  giveUp(error: unknown): void {
    if (this.#exchange.giveUp === undefined) this.#exchange.fail(error)
    else this.#exchange.giveUp(error)
  }

  skip(error: unknown): void {
    this.#fail(error)
    this.#exchange.skip(error)
  }

  /** The line as the exchange behind sees it: whatever it asks for, it is we who stand in the queue. */
  #lineBehind(line: Line): Line {
    return new DelegatedLine(line, {
      hold: () => line.hold(),
      release: () => line.release(this),
      sync: () => {
        this.#synced = true
        line.sync()
      },
      send: () => line.send(),
      endTurn: () => {
        this.#synced = true
        line.endTurn()
      },
      rerun: (exchange) => line.rerun(exchange),
      isCrowded: () => line.crowded,
    })
  }

  /** The exchange behind waits for an answer before it says the rest: there will be none, and what is said now is said here. */
  #skipUnsynced(): void {
    if (this.#synced) return
    this.skip(this.#error)
    this.#line.sync()
    this.#line.send()
  }

  #fail(error: unknown): void {
    if (this.#state !== "preceding") return
    this.#state = "failed"
    if (error instanceof ServerError && error.code === "57014") this.#listener.onNotDone()
    else this.#listener.onFailed(error)
  }
}
