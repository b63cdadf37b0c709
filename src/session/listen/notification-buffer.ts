/**
 * What has come for a subscription and was not taken yet. The server does not wait for slow consumers, so there is a
 * limit; several iterations share what comes.
 *
 *     push ──▶ [ event | event | … ] ──▶ take      wait() resolves at each push, and at the end
 */

import { Deque } from "../../base/deque.ts"

/** A bounded queue with an end. */
export class NotificationBuffer<T> {
  readonly #limit: number
  readonly #events: Deque<T> = new Deque()
  #change: Promise<void> | undefined
  #wake: (() => void) | undefined
  #end: { readonly error: unknown } | undefined

  constructor(limit: number) {
    this.#limit = limit
  }

  get isEnded(): boolean {
    return this.#end !== undefined
  }

  /** Why nothing more comes, when that was not asked for. */
  get error(): unknown {
    return this.#end?.error
  }

  /** Adds an event; false when there is no place for it. */
  push(event: T): boolean {
    if (this.#events.size >= this.#limit) return false
    this.#events.push(event)
    this.wake()
    return true
  }

  /** The oldest event. */
  take(): T | undefined {
    return this.#events.shift()
  }

  /** Nothing more will come. */
  end(error: unknown): void {
    this.#end ??= { error }
    this.wake()
  }

  /** Resolves when there may be something new. */
  wait(): Promise<void> {
    this.#change ??= new Promise((resolve) => {
      this.#wake = resolve
    })
    return this.#change
  }

  /** Has everybody who waits look again. */
  wake(): void {
    const wake = this.#wake
    this.#change = undefined
    this.#wake = undefined
    wake?.()
  }
}
