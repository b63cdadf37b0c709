/**
 * Sees to it that a pool has as many resources as it needs: idle ones are checked and new ones opened for those who wait
 * and for the minimum, old ones are replaced, and those that nobody needs are closed.
 */

import type { Clock } from "../base/clock.ts"
import type { Caretaker } from "./caretaker.ts"
import type { PoolCounters } from "./counters.ts"
import { Entry } from "./entry.ts"
import type { PoolLimits } from "./limits.ts"
import { Opener, type OpenerHost } from "./opener.ts"
import type { ResourcePoolEvents } from "./pool-events.ts"
import { Reaper, type ReaperHost } from "./reaper.ts"
import type { ResourceKind } from "./resource-kind.ts"
import type { Shelf } from "./shelf.ts"

/** How much sooner than at `maxLifetime` a resource may have to go. */
const LIFETIME_JITTER = 0.1

/** The pool, as its supply sees it. */
export interface SupplyHost<R> {
  readonly kind: ResourceKind<R>
  readonly shelf: Shelf<R>
  readonly care: Caretaker<R>
  readonly counters: PoolCounters
  readonly clock: Clock
  readonly events: ResourcePoolEvents<R>
  limits(): PoolLimits
  isOpen(): boolean
  /** How many wait for a resource. */
  waiting(): number
  /** Nobody who waits can be helped. */
  onHopeless(error: unknown): void
  /** There is one more, one less, or one on its way. */
  onChange(): void
}

/** Keeps a pool supplied. */
export class Supply<R> {
  readonly #host: SupplyHost<R>
  readonly #opener: Opener<R>
  readonly #reaper: Reaper<R>

  constructor(host: SupplyHost<R>) {
    this.#host = host
    this.#opener = this.#makeOpener()
    this.#reaper = this.#makeReaper()
  }

  /** All that there are: open, being opened, and dying. */
  get size(): number {
    return this.#host.shelf.entries.size + this.#opener.pending + this.#host.care.dying.size
  }

  /** How many are being opened. */
  get opening(): number {
    return this.#opener.pending
  }

  /** True while none is opened because the last attempt has failed. */
  get isPausing(): boolean {
    return this.#opener.isPausing
  }

  /** Why the last attempt to open one has failed, unless one has succeeded since. */
  get lastError(): unknown {
    return this.#opener.lastError
  }

  /** Whether one more may be opened now. */
  get canGrow(): boolean {
    return this.size < this.#host.limits().max && !this.#opener.isPausing
  }

  /** Has idle ones checked and new ones opened, as far as they are missing. */
  advance(): void {
    const { shelf, care } = this.#host
    while (this.#host.waiting() > care.coming) {
      const entry = shelf.idle.at(-1)
      if (entry === undefined) break
      void care.check(entry, shelf.isSuspect(entry))
    }
    this.#opener.advance()
  }

  /** Has somebody's keeping of a resource reported when it lasts too long. */
  watch(entry: Entry<R>, takenBy: Error): void {
    this.#reaper.watch(entry, takenBy)
  }

  /** There may be more, or fewer, than before. */
  onResized(): void {
    const { shelf, care } = this.#host
    for (const entry of [...shelf.idle])
      if (this.size - care.dying.size > this.#host.limits().max) care.remove(entry, undefined, false)
    this.#reaper.wake()
  }

  /** There is reason to believe that opening may not work: one is tried before the others. */
  suspect(): void {
    this.#opener.suspect()
  }

  /** Has all that there are replaced; those that are being opened are outdated when they are there. */
  retireAll(): void {
    this.#opener.beginGeneration()
    for (const entry of [...this.#host.shelf.entries]) this.#host.care.retire(entry)
  }

  /** Opens and ends nothing any more. */
  stop(reason: Error): void {
    this.#reaper.stop()
    this.#opener.stop(reason)
  }

  /** How many more than those being opened should be. */
  #wanted(): number {
    const { shelf, care } = this.#host
    if (!this.#host.isOpen()) return 0
    const { min, max } = this.#host.limits()
    const forWaiters = this.#host.waiting() - care.coming
    const forMinimum = min - shelf.staying
    return Math.min(max - this.size, Math.max(forWaiters, forMinimum) - this.#opener.pending)
  }

  #makeOpener(): Opener<R> {
    const host: OpenerHost<R> = {
      open: (signal) => this.#host.kind.open(signal),
      wanted: () => this.#wanted(),
      isAwaited: () => this.#host.waiting() > 0,
      onOpened: (resource, tookMs, isOutdated) => this.#onOpened(resource, tookMs, isOutdated),
      onFailed: (error) => this.#onFailed(error),
      onGaveUp: (error) => this.#host.events.onReconnectFailed?.(error),
    }
    return new Opener(host, this.#host.clock, this.#host.limits().reconnectTimeoutMs)
  }

  #onOpened(resource: R, tookMs: number, isOutdated: boolean): void {
    const { kind, shelf, care, counters, clock, events } = this.#host
    const now = clock.now()
    const { maxLifetimeMs } = this.#host.limits()
    const lifetime = maxLifetimeMs * (1 - LIFETIME_JITTER * clock.random())
    const entry = new Entry(resource, now, maxLifetimeMs > 0 ? now + lifetime : Number.POSITIVE_INFINITY)
    counters.opened++
    counters.openingMs += tookMs
    events.onOpened?.(resource, tookMs)
    shelf.add(entry)
    kind.watch(resource, () => care.onLost(entry))
    if (isOutdated || care.isUnwanted(entry)) {
      care.remove(entry, undefined, false)
    } else {
      this.#retireOldest()
      this.#reaper.wake()
    }
    this.#host.onChange()
  }

  /** One was opened in the place of an old one, if any is waiting to be replaced. */
  #retireOldest(): void {
    const { shelf, care, counters } = this.#host
    for (const entry of shelf.entries) {
      if (!entry.isLeaving || entry.isRetired) continue
      counters.closedByAge++
      care.retire(entry)
      return
    }
  }

  #onFailed(error: unknown): void {
    const { kind, shelf, counters } = this.#host
    if (this.#host.isOpen()) {
      counters.openingFailures++
      if (shelf.entries.size === 0 && kind.isPermanent(error)) this.#host.onHopeless(error)
    }
    this.#host.onChange()
  }

  #makeReaper(): Reaper<R> {
    const { care, counters, events, shelf, clock } = this.#host
    const host: ReaperHost<R> = {
      limits: () => this.#host.limits(),
      onExpired: (entry) => this.#onExpired(entry),
      onUnneeded: (entry) => {
        counters.closedByIdleness++
        care.remove(entry, undefined, false)
      },
      onLeak: (entry, heldMs, takenBy) => events.onLeak?.(entry.resource, heldMs, takenBy),
    }
    return new Reaper(host, shelf, clock)
  }

  /** Its successor is opened first where there is room for both. */
  #onExpired(entry: Entry<R>): void {
    const { shelf, care, counters } = this.#host
    const { min, max } = this.#host.limits()
    const isNeeded = shelf.staying <= min
    if (isNeeded && this.size < max && !entry.isLeaving) {
      shelf.leave(entry)
    } else if (!entry.isLeaving || (this.size >= max && this.#opener.pending === 0) || shelf.staying >= min) {
      counters.closedByAge++
      care.retire(entry)
    }
    this.#host.onChange()
  }
}
