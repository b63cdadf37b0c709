/**
 * What time does to a pool: resources grow old, lie idle, or are kept by somebody who has forgotten them. One timer
 * serves all of it, set for the next moment at which anything can be due; an empty pool has none.
 */

import type { Clock, Timer } from "../base/clock.ts"
import type { Entry } from "./entry.ts"
import type { PoolLimits } from "./limits.ts"
import type { Shelf } from "./shelf.ts"

/** How soon to look again after something that was due could not be done. */
const AGAIN_MS = 1000

/** The pool, as its reaper sees it. */
export interface ReaperHost<R> {
  limits(): PoolLimits
  /** The resource is as old as it may get. */
  onExpired(entry: Entry<R>): void
  /** The resource has not been needed for long. */
  onUnneeded(entry: Entry<R>): void
  /** One user has had the resource for long. */
  onLeak(entry: Entry<R>, heldMs: number, takenBy: Error): void
}

/** Ends what has lasted long enough. */
export class Reaper<R> {
  readonly #host: ReaperHost<R>
  readonly #shelf: Shelf<R>
  readonly #clock: Clock
  #timer: Timer | undefined
  #timerAt = Number.POSITIVE_INFINITY

  constructor(host: ReaperHost<R>, shelf: Shelf<R>, clock: Clock) {
    this.#host = host
    this.#shelf = shelf
    this.#clock = clock
  }

  /** The pool has changed in a way that may make something due sooner. */
  wake(): void {
    const next = this.#next(this.#clock.now())
    if (next < this.#timerAt) this.#setTimer(next)
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#timerAt = Number.POSITIVE_INFINITY
  }

  #tick(): void {
    this.#timer = undefined
    this.#timerAt = Number.POSITIVE_INFINITY
    const now = this.#clock.now()
    const limits = this.#host.limits()
    for (const entry of [...this.#shelf.entries]) {
      if (entry.expiresAt <= now && !entry.isRetired) this.#host.onExpired(entry)
      this.#lookForLeak(entry, now, limits.leakTimeoutMs)
    }
    if (limits.maxIdleMs > 0) {
      for (let entry = this.#longestIdle(); entry !== undefined; entry = this.#longestIdle()) {
        if (now - entry.idleSince < limits.maxIdleMs) break
        this.#host.onUnneeded(entry)
      }
    }
    this.wake()
  }

  /** The one that has been idle for longest, if there are more than have to be kept. */
  #longestIdle(): Entry<R> | undefined {
    return this.#shelf.staying > this.#host.limits().min ? this.#shelf.idle[0] : undefined
  }

  #lookForLeak(entry: Entry<R>, now: number, leakTimeoutMs: number): void {
    if (entry.takenBy === undefined || entry.state !== "taken" || now - entry.progressAt < leakTimeoutMs) return
    this.#host.onLeak(entry, now - entry.progressAt, entry.takenBy)
    entry.takenBy = undefined // once is enough
  }

  /** The next moment at which anything can be due. What is used now cannot be due before its time has passed again. */
  #next(now: number): number {
    const { maxIdleMs, leakTimeoutMs } = this.#host.limits()
    let next = Number.POSITIVE_INFINITY
    if (this.#shelf.entries.size === 0) return next
    for (const { expiresAt, isRetired } of this.#shelf.entries) {
      if (!isRetired) next = Math.min(next, expiresAt <= now ? now + AGAIN_MS : expiresAt)
    }
    if (leakTimeoutMs > 0) next = Math.min(next, now + leakTimeoutMs / 2)
    if (maxIdleMs > 0) next = Math.min(next, (this.#longestIdle()?.idleSince ?? now) + maxIdleMs)
    return next
  }

  #setTimer(at: number): void {
    this.#timer?.cancel()
    this.#timerAt = at
    this.#timer = this.#clock.schedule(Math.max(0, at - this.#clock.now()), () => this.#tick())
  }
}
