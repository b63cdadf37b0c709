/**
 * Brings the resources of a pool from one state to the next: checks, resets, retires and closes them, and counts those
 * that are on their way.
 */

import type { Clock } from "../base/clock.ts"
import type { PoolCounters } from "./counters.ts"
import type { Entry } from "./entry.ts"
import type { ResourceKind } from "./resource-kind.ts"
import type { Shelf } from "./shelf.ts"

/** The pool, as its caretaker sees it. */
export interface CaretakerHost<R> {
  /** Whether there is no place for it (any more). */
  isSurplus(): boolean
  /** One has become idle, or is gone. */
  onChange(): void
  /** One leaves; the reason is undefined when that was planned. */
  onRemoved(resource: R, reason: unknown): void
}

/** Takes care of resources that nobody uses right now. */
export class Caretaker<R> {
  readonly #host: CaretakerHost<R>
  readonly #kind: ResourceKind<R>
  readonly #shelf: Shelf<R>
  readonly #clock: Clock
  readonly #counters: PoolCounters
  #coming = 0
  readonly #dying: Set<Entry<R>> = new Set()

  constructor(host: CaretakerHost<R>, kind: ResourceKind<R>, shelf: Shelf<R>, clock: Clock, counters: PoolCounters) {
    this.#host = host
    this.#kind = kind
    this.#shelf = shelf
    this.#clock = clock
    this.#counters = counters
  }

  /** How many will be idle soon: they are being checked, or reset. */
  get coming(): number {
    return this.#coming
  }

  /** Those that are closed, but not gone. */
  get dying(): ReadonlySet<Entry<R>> {
    return this.#dying
  }

  /** Has an idle one checked; resolves when that is done, well or not. */
  async check(entry: Entry<R>, isThorough: boolean): Promise<void> {
    this.#shelf.setAside(entry, "checking")
    this.#coming++
    try {
      await this.#kind.check(entry.resource, this.#clock.now() - entry.wellAt, isThorough)
    } catch (error) {
      if (entry.state !== "checking") return
      this.#counters.unfit++
      this.remove(entry, error, true)
      this.#host.onChange()
      return
    }
    if (entry.state !== "checking") return
    entry.isFit = true
    this.#toIdle(entry, this.#clock.now())
    this.#host.onChange()
    entry.isFit = false // nobody was there to take it
  }

  /** Brings one that was used back to how it was; it is idle then, or soon, or gone. */
  reset(entry: Entry<R>, now: number): void {
    const pending = this.isUnwanted(entry) ? undefined : this.#kind.reset(entry.resource)
    if (pending === undefined) {
      this.#toIdle(entry, now)
      return
    }
    this.#shelf.setAside(entry, "resetting")
    this.#coming++
    pending.then(
      () => {
        if (entry.state !== "resetting") return
        this.#toIdle(entry, this.#clock.now())
        this.#host.onChange()
      },
      (error) => {
        if (entry.state !== "resetting") return
        this.#counters.returnedBad++
        this.remove(entry, error, true)
        this.#host.onChange()
      },
    )
  }

  /** Has one closed as soon as nobody uses it. */
  retire(entry: Entry<R>): void {
    this.#shelf.leave(entry)
    entry.isRetired = true
    if (entry.state === "idle") this.remove(entry, undefined, false)
  }

  /**
   * Closes one, whoever uses it.
   * @param atOnce without waiting for what it is doing
   */
  remove(entry: Entry<R>, reason: unknown, atOnce: boolean): void {
    if (entry.state === "closing") return
    if (isComing(entry)) this.#coming--
    this.#shelf.remove(entry)
    this.#dying.add(entry)
    const gone = (): void => {
      this.#dying.delete(entry)
      this.#host.onChange()
    }
    this.#kind.close(entry.resource, atOnce, reason).then(gone, gone)
    this.#host.onRemoved(entry.resource, reason)
  }

  /** It is lost: who uses it will notice. */
  onLost(entry: Entry<R>): void {
    if (entry.state === "closing") return
    this.#counters.lost++
    if (entry.users === 0) this.remove(entry, this.#kind.lossOf(entry.resource), true)
    else this.retire(entry)
    this.#host.onChange()
  }

  /** Whether one that nobody uses is to be closed. */
  isUnwanted(entry: Entry<R>): boolean {
    return entry.isRetired || this.#host.isSurplus() || !this.#kind.isAlive(entry.resource)
  }

  #toIdle(entry: Entry<R>, now: number): void {
    if (this.isUnwanted(entry)) {
      const isLost = !this.#kind.isAlive(entry.resource)
      if (isLost && !entry.isRetired) this.#counters.lost++ // nobody has told us yet
      this.remove(entry, isLost ? this.#kind.lossOf(entry.resource) : undefined, isLost)
      return
    }
    if (isComing(entry)) this.#coming--
    this.#shelf.putBack(entry, now)
  }
}

function isComing({ state }: Entry<unknown>): boolean {
  return state === "checking" || state === "resetting"
}
