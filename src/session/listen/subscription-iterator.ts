/**
 * One iteration over what comes for a subscription. It is written out, for the `return` of a generator would wait until
 * something has come.
 */

import type { NotificationBuffer } from "./notification-buffer.ts"

/** Takes from a buffer what it is asked for, and passes over the rest. */
export class SubscriptionIterator<E, T> implements AsyncIterableIterator<T> {
  readonly #buffer: NotificationBuffer<E>
  readonly #pick: (event: E) => T | undefined
  readonly #onReturn: () => Promise<void>
  #state: "open" | "over" = "open"

  /** @param pick what an event is to this iteration; `undefined` for nothing */
  constructor(buffer: NotificationBuffer<E>, pick: (event: E) => T | undefined, onReturn: () => Promise<void>) {
    this.#buffer = buffer
    this.#pick = pick
    this.#onReturn = onReturn
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    const buffer = this.#buffer
    while (this.#state === "open") {
      const event = buffer.take()
      if (event !== undefined) {
        const value = this.#pick(event)
        if (value !== undefined) return { done: false, value }
      } else if (buffer.isEnded) {
        this.#state = "over"
        if (buffer.error !== undefined) throw buffer.error
      } else {
        await buffer.wait()
      }
    }
    return { done: true, value: undefined }
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.#state = "over"
    this.#buffer.wake()
    await this.#onReturn()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return this
  }
}
