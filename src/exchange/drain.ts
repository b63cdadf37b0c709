/**
 * An empty query whose outcome does not matter: when its ReadyForQuery is here, a cancel request that came too late for
 * the statement it was meant for has hit this one or nothing, and cannot hit the next.
 */

import type { Exchange, Line, Outcome } from "./exchange.ts"

/** One round trip that may absorb a cancellation. */
export class Drain implements Exchange {
  readonly #done: () => void

  /** @param done called when the round trip is over, or there will be none */
  constructor(done: () => void) {
    this.#done = done
  }

  write(line: Line): void {
    line.encoder.query("")
  }

  onRow(): void {}

  onFrame(): void {}

  onReady(): Outcome {
    this.#done()
    return "done"
  }

  fail(): void {
    this.#done()
  }
}
