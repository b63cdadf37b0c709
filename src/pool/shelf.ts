/**
 * The open resources of a pool, and which of them to lend next: of the idle ones the one used last; of those that are
 * shared the one with the fewest users, unless it has not served any of them for a while.
 */

import type { Clock } from "../base/clock.ts"
import type { Entry } from "./entry.ts"
import type { ResourceKind } from "./resource-kind.ts"

/** Whoever shares a resource that has served nobody for so long would wait behind something slow. */
const STALLED_MS = 20

/** Keeps entries by what can be done with them. */
export class Shelf<R> {
  readonly #kind: ResourceKind<R>
  readonly #clock: Clock
  readonly #entries: Set<Entry<R>> = new Set()
  /** The last one is lent first. */
  readonly #idle: Entry<R>[] = []
  readonly #shared: Entry<R>[] = []
  #leaving = 0
  #suspectedAt = Number.NEGATIVE_INFINITY

  constructor(kind: ResourceKind<R>, clock: Clock) {
    this.#kind = kind
    this.#clock = clock
  }

  get entries(): ReadonlySet<Entry<R>> {
    return this.#entries
  }

  /** Those that lie idle, in the order they came. */
  get idle(): readonly Entry<R>[] {
    return this.#idle
  }

  /** The one that nobody has used for the longest: it need not be the first, for who was only checked came back, too. */
  get longestIdle(): Entry<R> | undefined {
    let longest = this.#idle[0]
    for (const entry of this.#idle) if (longest === undefined || entry.idleSince < longest.idleSince) longest = entry
    return longest
  }

  /** How many are here to stay. */
  get staying(): number {
    return this.#entries.size - this.#leaving
  }

  add(entry: Entry<R>): void {
    this.#entries.add(entry)
    this.#idle.push(entry)
    this.#kind.setIdle?.(entry.resource, true)
  }

  /** Takes an entry out for good. */
  remove(entry: Entry<R>): void {
    this.#unlist(entry)
    this.#entries.delete(entry)
    if (entry.isLeaving) this.#leaving--
    entry.move("closing")
  }

  /** The entry is not counted among those that stay from now on. */
  leave(entry: Entry<R>): void {
    if (!entry.isLeaving && this.#entries.has(entry)) this.#leaving++
    entry.isLeaving = true
  }

  /** An entry comes to lie idle. */
  putBack(entry: Entry<R>, now: number): void {
    this.#unlist(entry)
    if (entry.state !== "checking") entry.idleSince = now
    entry.wellAt = now
    entry.move("idle")
    this.#idle.push(entry)
    this.#kind.setIdle?.(entry.resource, true)
  }

  /** An idle entry goes to be checked, or a used one to be reset. */
  setAside(entry: Entry<R>, state: "checking" | "resetting"): void {
    this.#unlist(entry)
    entry.move(state)
  }

  /** Whoever has been idle until now has to be checked before it is lent. */
  suspect(): void {
    this.#suspectedAt = this.#clock.now()
  }

  /** Whether there is reason to doubt an idle entry. */
  isSuspect(entry: Entry<R>): boolean {
    return entry.wellAt <= this.#suspectedAt
  }

  /** The idle entry to lend next, if it is known to be fit. */
  fit(now: number): Entry<R> | undefined {
    const entry = this.#idle[this.#idle.length - 1]
    if (entry === undefined || !this.#kind.isAlive(entry.resource)) return undefined
    if (entry.isFit) return entry
    if (this.isSuspect(entry) || this.#kind.mustCheck(entry.resource, now - entry.wellAt)) return undefined
    return entry
  }

  /** The shared entry with the fewest users, if there is one with fewer than so many. */
  leastUsed(share: number, now: number): Entry<R> | undefined {
    let best: Entry<R> | undefined
    let users = share
    for (let i = 0; i < this.#shared.length; i++) {
      const entry = this.#shared[i]!
      if (entry.users >= users || entry.isRetired || now - entry.progressAt > STALLED_MS) continue
      if (!this.#kind.isAlive(entry.resource)) continue
      best = entry
      users = entry.users
    }
    return best
  }

  /** Gives an entry, idle or shared, one user more. */
  take(entry: Entry<R>, share: number, now: number): void {
    if (entry.state === "idle") {
      this.#unlist(entry)
      entry.move(share > 1 ? "shared" : "taken")
      entry.isFit = false
      entry.takenBy = undefined
      entry.progressAt = now
      if (share > 1) this.#shared.push(entry)
      this.#kind.setIdle?.(entry.resource, false)
    }
    entry.users++
  }

  #unlist(entry: Entry<R>): void {
    const list = entry.state === "idle" ? this.#idle : entry.state === "shared" ? this.#shared : undefined
    if (list === undefined) return
    if (list[list.length - 1] === entry) list.pop()
    else list.splice(list.indexOf(entry), 1)
  }
}
