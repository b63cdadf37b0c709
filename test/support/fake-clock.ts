/**
 * A clock that goes when a test says so. Timers are called in the order they are due, each at its own time.
 */

import type { Clock, Timer } from "../../src/base/clock.ts"

class FakeTimer implements Timer {
  readonly at: number
  readonly callback: () => void
  isReferenced = false
  readonly #timers: Set<FakeTimer>

  constructor(at: number, callback: () => void, timers: Set<FakeTimer>) {
    this.at = at
    this.callback = callback
    this.#timers = timers
    timers.add(this)
  }

  cancel(): void {
    this.#timers.delete(this)
  }

  setReferenced(referenced: boolean): void {
    this.isReferenced = referenced
  }
}

/** Time and chance in a test's hands. */
export class FakeClock implements Clock {
  /** What `random` gives. */
  chance = 0.5
  /** How many timers have been called so far. */
  calls = 0
  readonly #timers: Set<FakeTimer> = new Set()
  #now = 0

  now(): number {
    return this.#now
  }

  random(): number {
    return this.chance
  }

  schedule(delayMs: number, callback: () => void): Timer {
    return new FakeTimer(this.#now + delayMs, callback, this.#timers)
  }

  /** The timers that have not been called yet. */
  get pending(): number {
    return this.#timers.size
  }

  /** Those of them that keep the process alive. */
  get referenced(): number {
    return [...this.#timers].filter((timer) => timer.isReferenced).length
  }

  /** Time that is spent on what goes on right now: no timer is called meanwhile. */
  spend(ms: number): void {
    this.#now += ms
  }

  /** Lets time pass. Whatever was set off before, or by a timer, has run before the next one is called. */
  async advance(ms: number): Promise<void> {
    await settled()
    const end = this.#now + ms
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#now = Math.max(this.#now, next.at)
      next.cancel()
      this.calls++
      next.callback()
      await settled()
    }
    this.#now = Math.max(this.#now, end)
  }

  #next(end: number): FakeTimer | undefined {
    let next: FakeTimer | undefined
    for (const timer of this.#timers) if (timer.at <= end && timer.at < (next?.at ?? Infinity)) next = timer
    return next
  }
}

/** Resolves when all promises that could be settled have been. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
