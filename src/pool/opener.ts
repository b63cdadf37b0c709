/**
 * Opens resources for a pool: as many at once as are wanted while all is well; after a failure one at a time with
 * growing pauses, until one succeeds.
 *
 *     well ──failure, suspicion──▶ probing ──success──▶ well
 */

import type { Clock, Timer } from "../base/clock.ts"
import { pauseAfter } from "./backoff.ts"

/** The pool, as its opener sees it. */
export interface OpenerHost<R> {
  open(signal: AbortSignal): Promise<R>
  /** How many more than those being opened there should be. */
  wanted(): number
  /** Whether somebody waits for one right now. */
  isAwaited(): boolean
  /** @param isOutdated a new generation has begun since it was tried */
  onOpened(resource: R, tookMs: number, isOutdated: boolean): void
  onFailed(error: unknown): void
  /** It has not worked for as long as `reconnectTimeoutMs`. */
  onGaveUp(error: unknown): void
}

/** Attempts to open resources. */
export class Opener<R> {
  readonly #host: OpenerHost<R>
  readonly #clock: Clock
  readonly #reconnectTimeoutMs: number
  readonly #abort = new AbortController()
  #state: "well" | "probing" | "stopped" = "well"
  #pending = 0
  #generation = 0
  #failures = 0
  #failingSince = 0
  #lastError: unknown
  #pause: Timer | undefined

  constructor(host: OpenerHost<R>, clock: Clock, reconnectTimeoutMs: number) {
    this.#host = host
    this.#clock = clock
    this.#reconnectTimeoutMs = reconnectTimeoutMs
  }

  /** How many are being opened. */
  get pending(): number {
    return this.#pending
  }

  /** True while no attempt is made because the last one has failed. */
  get isPausing(): boolean {
    return this.#pause !== undefined
  }

  /** Why the last attempt has failed, unless one has succeeded since. */
  get lastError(): unknown {
    return this.#lastError
  }

  /** Opens what is wanted, as far as attempts may be made now. */
  advance(): void {
    if (this.#state === "stopped" || this.#pause !== undefined) return
    while (this.#host.wanted() > 0) {
      if (this.#state === "probing" && this.#pending > 0) return
      this.#attempt()
    }
  }

  /** There is reason to believe that opening may not work: try one before the others. */
  suspect(): void {
    if (this.#state === "well") this.#state = "probing"
  }

  /** What is being opened now is outdated when it is there. */
  beginGeneration(): void {
    this.#generation++
  }

  /** Gives up all attempts. */
  stop(reason: Error): void {
    this.#state = "stopped"
    this.#pause?.cancel()
    this.#pause = undefined
    this.#abort.abort(reason)
  }

  #attempt(): void {
    const generation = this.#generation
    const startedAt = this.#clock.now()
    this.#pending++
    this.#host.open(this.#abort.signal).then(
      (resource) => {
        this.#pending--
        this.#succeed()
        this.#host.onOpened(resource, this.#clock.now() - startedAt, generation !== this.#generation)
      },
      (error) => {
        this.#pending--
        this.#fail(error)
      },
    )
  }

  #succeed(): void {
    if (this.#state === "probing") this.#state = "well"
    this.#failures = 0
    this.#lastError = undefined
    this.#pause?.cancel()
    this.#pause = undefined
  }

  #fail(error: unknown): void {
    if (this.#state !== "stopped") {
      const now = this.#clock.now()
      this.#lastError = error
      this.#state = "probing"
      // Attempts that were made together count as one.
      if (this.#pause === undefined) {
        if (this.#failures++ === 0) this.#failingSince = now
        this.#pause = this.#clock.schedule(pauseAfter(this.#failures, this.#clock.random()), () => this.#resume())
      }
    }
    this.#host.onFailed(error)
  }

  #resume(): void {
    this.#pause = undefined
    if (this.#clock.now() - this.#failingSince >= this.#reconnectTimeoutMs) {
      this.#failingSince = this.#clock.now()
      this.#host.onGaveUp(this.#lastError)
      // Without anybody who waits there is nothing to go on for; the next demand tries again.
      if (!this.#host.isAwaited()) return
    }
    this.advance()
  }
}
