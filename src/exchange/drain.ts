/**
 * An empty query whose outcome does not matter: when its ReadyForQuery is here, a cancel request that came too late for
 * the statement it was meant for has hit this one or nothing, and cannot hit the next.
 */

import type { ByteSource } from "../base/byte-source.ts"
import { ERROR_RESPONSE } from "../protocol/codes.ts"
import type { Exchange, Line, Outcome } from "./exchange.ts"
import { readError } from "./replies.ts"

/** One round trip that may absorb a cancellation. */
export class Drain implements Exchange {
  readonly #done: () => void
  #line!: Line

  /** @param done called when the round trip is over, or there will be none */
  constructor(done: () => void) {
    this.#done = done
  }

  write(line: Line): void {
    this.#line = line
    line.encoder.query("")
  }

  onRow(): void {}

  /** A cancellation that hits an open transaction here has failed it. */
  onFrame(type: number, source: ByteSource, start: number, end: number): void {
    if (type === ERROR_RESPONSE) readError(source, start, end, this.#line)
  }

  onReady(): Outcome {
    this.#done()
    return "done"
  }

  fail(): void {
    this.#done()
  }
}
