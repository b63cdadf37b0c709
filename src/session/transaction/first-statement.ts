/**
 * The way into a transaction: its BEGIN rides in front of the first statement. Until the server has confirmed it, other
 * statements of the transaction wait here, for without a BEGIN they would be committed one by one.
 *
 *     fresh ──first statement──▶ beginning ──confirmed──▶ begun
 *       ▲                            ├──refused──▶ failed
 *       └──────── never sent ────────┘
 */

import type { Stop } from "../../base/stop.ts"
import { Preceded } from "../../exchange/preceded.ts"
import type { SkippableExchange } from "../../exchange/skippable.ts"
import type { Start } from "../run-query.ts"

type State = "fresh" | "beginning" | "begun" | "failed"

/** Carries statements once a statement that has to come first has succeeded. */
export class FirstStatement {
  readonly #statement: string
  readonly #start: Start
  readonly #waiting: { readonly exchange: SkippableExchange; readonly stop: Stop | undefined }[] = []
  #state: State = "fresh"
  #failure: unknown

  /**
   * @param statement what comes first
   * @param start carries exchanges for whoever is outside
   */
  constructor(statement: string, start: Start) {
    this.#statement = statement
    this.#start = start
  }

  /** True while nothing of the transaction has been sent. */
  get isFresh(): boolean {
    return this.#state === "fresh"
  }

  /** True when the server has refused the first statement: there is nothing to end then. */
  get hasFailed(): boolean {
    return this.#state === "failed"
  }

  /** Carries an exchange, behind the first statement if it is the first. */
  run(exchange: SkippableExchange, stop: Stop | undefined): void {
    switch (this.#state) {
      case "fresh":
        this.#state = "beginning"
        this.#start(this.#precede(exchange), stop)
        break
      case "beginning":
        this.#waiting.push({ exchange, stop })
        break
      case "begun":
        this.#start(exchange, stop)
        break
      case "failed":
        stop?.dispose()
        exchange.fail(this.#failure)
        break
    }
  }

  #precede(exchange: SkippableExchange): Preceded {
    return new Preceded(this.#statement, exchange, {
      onPassed: () => this.#settle("begun"),
      onFailed: (error) => {
        this.#failure = error
        this.#settle("failed")
      },
      onNeverSent: () => this.#settle("fresh"),
    })
  }

  #settle(state: State): void {
    this.#state = state
    for (const { exchange, stop } of this.#waiting.splice(0)) this.run(exchange, stop)
  }
}
