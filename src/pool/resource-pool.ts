/**
 * A pool of anything: it lends resources, opens and closes them as they are needed, and never holds more than `max`,
 * those being opened and those dying included. It knows nothing of PostgreSQL.
 *
 *     take ──▶ idle and fit? ──▶ lent
 *       └────▶ [ queue ] ◀── given back · checked · reset · opened
 *
 * - The one who waits longest is served first, and a hand-over is one synchronous step.
 * - The resource used last is lent first, so that those nobody needs lie idle and are closed.
 * - While anybody waits, no fit resource is idle.
 */

import type { Clock } from "../base/clock.ts"
import { PoolClosedError, TooManyWaitersError } from "../errors/pool-error.ts"
import { Caretaker, type CaretakerHost } from "./caretaker.ts"
import { Conditions } from "./conditions.ts"
import { PoolCounters, type PoolGauges } from "./counters.ts"
import type { Entry } from "./entry.ts"
import type { PoolLimits } from "./limits.ts"
import type { ResourcePoolEvents } from "./pool-events.ts"
import type { ResourceKind } from "./resource-kind.ts"
import { Shelf } from "./shelf.ts"
import { Supply } from "./supply.ts"
import { WaitQueue } from "./wait-queue.ts"
import { waitTimeout } from "./wait-timeout.ts"
import { Waiter, type WaitOptions } from "./waiter.ts"

export type PoolState = "fresh" | "open" | "closing" | "closed"

/** A pool of resources of one kind. */
export class ResourcePool<R> {
  readonly counters: PoolCounters = new PoolCounters()
  readonly #kind: ResourceKind<R>
  readonly #clock: Clock
  readonly #events: ResourcePoolEvents<R>
  readonly #shelf: Shelf<R>
  readonly #care: Caretaker<R>
  readonly #queue: WaitQueue<Entry<R>>
  readonly #supply: Supply<R>
  readonly #conditions = new Conditions()
  #limits: PoolLimits
  #state: PoolState = "fresh"
  #closed: Promise<void> | undefined

  constructor(kind: ResourceKind<R>, limits: PoolLimits, clock: Clock, events: ResourcePoolEvents<R> = {}) {
    this.#kind = kind
    this.#limits = limits
    this.#clock = clock
    this.#events = events
    this.#shelf = new Shelf(kind, clock)
    this.#care = this.#makeCaretaker()
    this.#supply = this.#makeSupply()
    this.#queue = new WaitQueue(
      clock,
      (waitedMs) => waitTimeout(waitedMs, this.#limits.max, this.lastError),
      () => this.#settle(),
    )
  }

  get state(): PoolState {
    return this.#state
  }

  get limits(): PoolLimits {
    return this.#limits
  }

  /** All that count towards `max`. */
  get size(): number {
    return this.#supply.size
  }

  /** How many of each there are now, and whether none is opened because the last attempt has failed. */
  get gauges(): PoolGauges {
    const { entries, idle } = this.#shelf
    const { opening, isPausing } = this.#supply
    return {
      open: entries.size,
      idle: idle.length,
      opening,
      dying: this.#care.dying.size,
      waiting: this.#queue.size,
      isPausing,
    }
  }

  /** True while at least as many wait as there may be resources. */
  get isCrowded(): boolean {
    return this.#queue.size >= this.#limits.max
  }

  /** Why the last attempt to open one has failed, unless one has succeeded since. */
  get lastError(): unknown {
    return this.#supply.lastError
  }

  // Lending

  /**
   * Takes a resource if one can be had at once; it goes back by `giveBack`.
   * @param share how many may use it at the same time; 1 for one of one's own
   * @throws PoolClosedError
   */
  tryTake(share: number): Entry<R> | undefined {
    if (this.#state !== "open") this.open()
    if (this.#queue.size > 0) return undefined
    const entry = this.#take(share)
    if (entry !== undefined) this.counters.requests++
    return entry
  }

  /**
   * Waits for a resource, behind those who wait already. Exactly one of the callbacks is called, once.
   * @param share asked when it is their turn
   */
  wait(
    share: () => number,
    options: WaitOptions,
    onGrant: (entry: Entry<R>) => void,
    onRefuse: (reason: unknown) => void,
  ): void {
    const { signal, timeoutMs = this.#limits.acquireTimeoutMs } = options
    this.counters.requests++
    const refuse = (reason: unknown): void => {
      this.counters.refused++
      onRefuse(reason)
    }
    if (this.#isEnding) refuse(new PoolClosedError())
    else if (signal?.aborted) refuse(signal.reason)
    else if (this.#queue.size >= this.#limits.maxWaiting) refuse(new TooManyWaitersError(this.#limits.maxWaiting))
    else {
      this.counters.queued++
      const now = this.#clock.now()
      const deadline = timeoutMs > 0 ? now + timeoutMs : Number.POSITIVE_INFINITY
      this.#queue.push(new Waiter(share, now, deadline, onGrant, refuse), signal)
      if (this.#state === "fresh") this.open()
      else this.#settle()
    }
  }

  /** Takes a resource back from one of its users; with an error it is closed. */
  giveBack(entry: Entry<R>, error?: unknown): void {
    entry.users--
    if (entry.state === "closing") return // it was taken away before
    const now = this.#clock.now()
    this.counters.usage.record(now - entry.progressAt)
    entry.progressAt = now
    if (error !== undefined) {
      this.counters.returnedBad++
      this.#care.remove(entry, error, true)
    } else if (entry.users === 0) {
      this.#care.reset(entry, now)
    }
    this.#settle()
  }

  /** Has it reported when one who has just taken a resource keeps it for longer than `leakTimeoutMs`. */
  watch(entry: Entry<R>, takenBy: Error): void {
    this.#supply.watch(entry, takenBy)
  }

  // The whole pool

  /** Begins to open resources. @throws PoolClosedError */
  open(): void {
    if (this.#isEnding) throw new PoolClosedError()
    if (this.#state === "open") return
    this.#state = "open"
    this.#settle()
  }

  /**
   * Resolves when so many are open.
   * @param timeoutMs how long to wait for that; 0 is for ever
   * @throws PoolTimeoutError, or PoolClosedError when the pool is closed before
   */
  async untilOpen(count: number, timeoutMs: number): Promise<void> {
    let isLate = false
    const timer = this.#clock.schedule(timeoutMs > 0 ? timeoutMs : Number.POSITIVE_INFINITY, () => {
      isLate = true
      this.#settle()
    })
    timer.setReferenced(true)
    await this.#conditions.until(() => this.#isEnding || isLate || this.#shelf.entries.size >= count)
    timer.cancel()
    if (this.#isEnding) throw new PoolClosedError()
    if (isLate) throw waitTimeout(timeoutMs, this.#limits.max, this.lastError)
  }

  /** Changes how many there may be. What is too many is closed, when it comes back if it is lent. */
  resize(min: number, max: number): void {
    this.#limits = { ...this.#limits, min, max }
    if (this.#state !== "open") return
    this.#supply.onResized()
    this.#settle()
  }

  /** Replaces all that are open: idle ones at once, lent ones when they come back. Resolves when they are gone. */
  drain(): Promise<void> {
    const { entries } = this.#shelf
    const { dying } = this.#care
    const old = [...entries, ...dying]
    this.#supply.retireAll()
    this.#settle()
    return this.#conditions.until(() => !old.some((entry) => entries.has(entry) || dying.has(entry)))
  }

  /** Checks all that are idle, and closes those that are not well. */
  async check(): Promise<void> {
    if (this.#state !== "open") this.open()
    await Promise.all([...this.#shelf.idle].map((entry) => this.#care.check(entry, true)))
  }

  /** Something has happened that may have hit all: idle ones are checked before they are lent, and one is opened before others. */
  suspect(): void {
    this.#shelf.suspect()
    this.#supply.suspect()
  }

  /**
   * Ends all waits, lets users finish, and closes everything. Resolves when nothing is left.
   * @param timeoutMs after how long to take resources away from those who have not finished
   */
  close(timeoutMs: number): Promise<void> {
    this.#closed ??= this.#close(timeoutMs)
    return this.#closed
  }

  async #close(timeoutMs: number): Promise<void> {
    this.#state = "closing"
    const reason = new PoolClosedError()
    this.#queue.refuseAll(() => new PoolClosedError())
    this.#queue.dispose()
    this.#supply.stop(reason)
    for (const entry of [...this.#shelf.entries]) {
      if (entry.state === "idle") this.#care.remove(entry, undefined, false)
      else if (entry.users === 0) this.#care.remove(entry, undefined, true)
    }
    const timer = this.#clock.schedule(timeoutMs, () => {
      for (const entry of [...this.#shelf.entries]) this.#care.remove(entry, reason, true)
    })
    timer.setReferenced(true)
    this.#settle()
    await this.#conditions.until(() => this.size === 0)
    timer.cancel()
    this.#state = "closed"
  }

  get #isEnding(): boolean {
    return this.#state === "closing" || this.#state === "closed"
  }

  // From one state to the next

  /** Serves who can be served, and sees to it that the others will be. */
  #settle(): void {
    if (this.#state === "open") {
      while (this.#queue.size > 0 && this.#serveNext());
      if (this.#queue.size > 0 || this.#shelf.staying < this.#limits.min) this.#supply.advance()
    }
    this.#conditions.recheck()
  }

  #serveNext(): boolean {
    const waiter = this.#queue.peek()
    if (waiter === undefined) return false
    const entry = this.#take(waiter.share())
    if (entry === undefined) return false
    this.counters.waits.record(this.#clock.now() - waiter.since)
    this.#queue.grant(entry)
    return true
  }

  #take(share: number): Entry<R> | undefined {
    const now = this.#clock.now()
    let entry = this.#shelf.fit(now)
    if (entry === undefined) {
      // Others are only joined when no connection of one's own is to be expected.
      if (share <= 1 || this.#supply.canGrow) return undefined
      entry = this.#shelf.leastUsed(share, now)
      if (entry === undefined) return undefined
      this.counters.shared++
    }
    this.#shelf.take(entry, share, now)
    return entry
  }

  #makeCaretaker(): Caretaker<R> {
    const host: CaretakerHost<R> = {
      isSurplus: () => this.#state !== "open" || this.size - this.#care.dying.size > this.#limits.max,
      onChange: () => this.#settle(),
      onRemoved: (resource, reason) => this.#events.onRemoved?.(resource, reason),
    }
    return new Caretaker(host, this.#kind, this.#shelf, this.#clock, this.counters)
  }

  #makeSupply(): Supply<R> {
    return new Supply({
      kind: this.#kind,
      shelf: this.#shelf,
      care: this.#care,
      counters: this.counters,
      clock: this.#clock,
      events: this.#events,
      limits: () => this.#limits,
      isOpen: () => this.#state === "open",
      waiting: () => this.#queue.size,
      onHopeless: (error) => this.#queue.refuseAll(() => error),
      onChange: () => this.#settle(),
    })
  }
}
