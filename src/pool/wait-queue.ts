/**
 * Those who wait, first come first served. One timer serves all deadlines: it is set for the earliest, and keeps the
 * process alive while somebody waits, even for ever, and only then. Who has given up stays in the ring as a gap until it
 * is passed or the gaps outnumber the others.
 *
 *     front [ A · · B C · D ] back        · has given up
 */

import type { Clock, Timer } from "../base/clock.ts"
import { Deque } from "../base/deque.ts"
import type { Waiter } from "./waiter.ts"

const FEW_GAPS = 32

/** A queue of waiters. */
export class WaitQueue<G> {
  readonly #clock: Clock
  readonly #makeTimeout: (waitedMs: number) => Error
  readonly #onLeave: () => void
  readonly #ring: Deque<Waiter<G>> = new Deque()
  #size = 0
  #timer: Timer | undefined
  #timerAt = Number.POSITIVE_INFINITY

  /**
   * @param makeTimeout makes the reason for those whose deadline has passed
   * @param onLeave called after somebody has given up
   */
  constructor(clock: Clock, makeTimeout: (waitedMs: number) => Error, onLeave: () => void) {
    this.#clock = clock
    this.#makeTimeout = makeTimeout
    this.#onLeave = onLeave
  }

  /** How many wait. */
  get size(): number {
    return this.#size
  }

  /** Adds a waiter at the back. */
  push(waiter: Waiter<G>, signal: AbortSignal | undefined): void {
    this.#ring.push(waiter)
    if (++this.#size === 1) this.#timer?.setReferenced(true)
    if (signal !== undefined) waiter.watch(signal, () => this.#leave(waiter, signal.reason))
    this.#wakeBy(waiter.deadline)
  }

  /** The one who is next, without taking it. */
  peek(): Waiter<G> | undefined {
    for (let front = this.#ring.peek(); front !== undefined; front = this.#ring.peek()) {
      if (!front.isOver) return front
      this.#ring.shift()
    }
    return undefined
  }

  /** Hands something to the one who is next; false when nobody waits. */
  grant(granted: G): boolean {
    const front = this.peek()
    if (front === undefined) return false
    this.#ring.shift()
    this.#left(1)
    return front.grant(granted)
  }

  /** Ends every wait. */
  refuseAll(makeReason: () => unknown): void {
    const waiters = this.#ring.drain()
    this.#left(this.#size)
    for (const waiter of waiters) waiter.refuse(makeReason())
  }

  /** Nobody will wait here any more. */
  dispose(): void {
    this.#cancelTimer()
  }

  #leave(waiter: Waiter<G>, reason: unknown): void {
    if (waiter.isOver) return
    this.#left(1)
    waiter.refuse(reason)
    this.#closeGaps()
    this.#onLeave()
  }

  #left(count: number): void {
    this.#size -= count
    if (this.#size > 0) return
    if (this.#timerAt < Number.POSITIVE_INFINITY) this.#timer?.setReferenced(false)
    else this.#cancelTimer()
  }

  #closeGaps(): void {
    const gaps = this.#ring.size - this.#size
    if (gaps < FEW_GAPS || gaps < this.#size) return
    for (const waiter of this.#ring.drain()) if (!waiter.isOver) this.#ring.push(waiter)
  }

  #wakeBy(at: number): void {
    if (this.#timer !== undefined && at >= this.#timerAt) return
    this.#cancelTimer()
    this.#timerAt = at
    this.#timer = this.#clock.schedule(Math.max(0, at - this.#clock.now()), () => this.#onTimer())
    this.#timer.setReferenced(this.#size > 0)
  }

  #cancelTimer(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#timerAt = Number.POSITIVE_INFINITY
  }

  #onTimer(): void {
    const now = this.#clock.now()
    this.#cancelTimer()
    const waiters = this.#ring.drain()
    const late: Waiter<G>[] = []
    let next = Number.POSITIVE_INFINITY
    for (const waiter of waiters) {
      if (waiter.isOver) continue
      if (waiter.deadline <= now) {
        late.push(waiter)
        continue
      }
      next = Math.min(next, waiter.deadline)
      this.#ring.push(waiter)
    }
    this.#left(late.length)
    for (const waiter of late) waiter.refuse(this.#makeTimeout(now - waiter.since))
    if (this.#size > 0) this.#wakeBy(next)
    if (late.length > 0) this.#onLeave()
  }
}
