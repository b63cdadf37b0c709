/**
 * What time does to a pool: resources grow old, lie idle, or are kept by somebody who has forgotten them. One timer
 * serves all of it, set for the next moment at which anything can be due; where nothing can be, there is none: in a pool
 * that is empty, or that has no more than its minimum and no ages.
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
    this.#wakeAt(this.#next(this.#clock.now()))
  }

  /** Has it reported when the one who has just taken the resource keeps it for too long. */
  watch(entry: Entry<R>, takenBy: Error): void {
    entry.takenBy = takenBy
    this.#wakeAt(this.#leaksAt(entry))
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
    for (const entry of [...this.#shelf.entries]) {
      if (entry.expiresAt <= now && !entry.isRetired) this.#host.onExpired(entry)
      if (this.#leaksAt(entry) <= now) this.#reportLeak(entry, now)
    }
    const { maxIdleMs } = this.#host.limits()
    while (maxIdleMs > 0 && this.#hasSurplus) {
      const { longestIdle } = this.#shelf
      if (longestIdle === undefined || now < longestIdle.idleSince + maxIdleMs) break
      this.#host.onUnneeded(longestIdle)
    }
    // Not by the time that it is now: what has become due meanwhile has not been looked at.
    this.#wakeAt(this.#next(now))
  }

  /** Whether there are more than have to be kept. */
  get #hasSurplus(): boolean {
    return this.#shelf.staying > this.#host.limits().min
  }

  /** When its user is to be reported for not giving it back; Infinity never. */
  #leaksAt({ takenBy, state, progressAt }: Entry<R>): number {
    const isWatched = takenBy !== undefined && state === "taken"
    return isWatched ? progressAt + this.#host.limits().leakTimeoutMs : Number.POSITIVE_INFINITY
  }

  #reportLeak(entry: Entry<R>, now: number): void {
    const { takenBy } = entry
    entry.takenBy = undefined // once is enough
    if (takenBy !== undefined) this.#host.onLeak(entry, now - entry.progressAt, takenBy)
  }

  /** The next moment at which anything can be due. What is used now cannot be due before its time has passed again. */
  #next(now: number): number {
    let next = Number.POSITIVE_INFINITY
    for (const entry of this.#shelf.entries) {
      const { expiresAt, isRetired } = entry
      if (!isRetired) next = Math.min(next, expiresAt <= now ? now + AGAIN_MS : expiresAt)
      next = Math.min(next, this.#leaksAt(entry))
    }
    return Math.min(next, this.#nextIdle(now))
  }

  /** When somebody may have been idle for too long. */
  #nextIdle(now: number): number {
    const { maxIdleMs } = this.#host.limits()
    if (maxIdleMs === 0 || !this.#hasSurplus) return Number.POSITIVE_INFINITY
    let next = now + maxIdleMs
    for (const { state, idleSince } of this.#shelf.entries) {
      const due = idleSince + maxIdleMs
      if (state === "idle") next = Math.min(next, due)
      else if (state === "checking") next = Math.min(next, Math.max(due, now + AGAIN_MS))
    }
    return next
  }

  #wakeAt(at: number): void {
    if (at >= this.#timerAt) return
    this.#timer?.cancel()
    this.#timerAt = at
    this.#timer = this.#clock.schedule(Math.max(0, at - this.#clock.now()), () => this.#tick())
  }
}
