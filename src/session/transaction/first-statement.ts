/**
 * The way into a transaction: its BEGIN rides in front of the first statement. Until the server has confirmed it, other
 * statements of the transaction wait here, for without a BEGIN they would be committed one by one.
 *
 *     fresh ──first statement──▶ beginning ──confirmed──▶ begun
 *       ▲                            ├──refused──▶ failed
 *       └──────── not done ──────────┘
 */

import { Deque } from "../../base/deque.ts"
import type { Stop } from "../../base/stop.ts"
import { Preceded } from "../../exchange/preceded.ts"
import type { SkippableExchange } from "../../exchange/skippable.ts"
import type { Start } from "../start.ts"

type State = "fresh" | "beginning" | "begun" | "failed"

/** A statement that waits until the first one is answered. */
interface Waiting {
  readonly exchange: SkippableExchange
  readonly stop: Stop | undefined
}

/** Carries statements once a statement that has to come first has succeeded. */
export class FirstStatement {
  readonly #statement: string
  readonly #start: Start
  readonly #waiting: Deque<Waiting> = new Deque()
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

  /** True while nothing of the transaction has happened on the server. */
  get isFresh(): boolean {
    return this.#state === "fresh"
  }

  /** True when the server has confirmed the first statement. */
  get hasBegun(): boolean {
    return this.#state === "begun"
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
        this.#wait(exchange, stop)
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

  /** What is stopped meanwhile is taken back without a trace. */
  #wait(exchange: SkippableExchange, stop: Stop | undefined): void {
    const waiting = { exchange, stop }
    this.#waiting.push(waiting)
    stop?.listen((reason) => {
      this.#waiting.remove(waiting)
      exchange.fail(reason)
    })
  }

  #precede(exchange: SkippableExchange): Preceded {
    return new Preceded(this.#statement, exchange, {
      onPassed: () => this.#settle("begun"),
      onFailed: (error) => {
        this.#failure = error
        this.#settle("failed")
      },
      onNotDone: () => this.#settle("fresh"),
    })
  }

  #settle(state: State): void {
    this.#state = state
    for (const { exchange, stop } of this.#waiting.drain()) this.run(exchange, stop)
  }
}
