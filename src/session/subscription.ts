/**
 * One listener's view of a channel: a callback, or an async iterable with a bounded buffer between the server, which does
 * not wait, and a consumer who may be slow.
 */

import { NotificationOverflowError } from "../errors/client-error.ts"
import type { Notification } from "../link/async-messages.ts"

/** How many notifications may wait for a consumer. */
const BUFFER_LIMIT = 10_000

/**
 * A subscription to a channel. Iterate it, or give `listen` a callback. It ends by `unlisten`, at the end of an
 * `await using` block, or with the connection.
 *
 * @example
 * ```ts
 * for await (const { payload } of await db.listen("jobs")) await work(payload)
 * ```
 */
export class Subscription implements AsyncIterable<Notification>, AsyncDisposable {
  /** The channel's name. */
  readonly channel: string
  readonly #listener: ((notification: Notification) => void) | undefined
  readonly #onUnlisten: () => Promise<void>
  readonly #buffer: Notification[] = []
  #state: "open" | "ended" = "open"
  #error: Error | undefined
  #wake: (() => void) | undefined

  /** @internal Use `listen`. */
  constructor(
    channel: string,
    listener: ((notification: Notification) => void) | undefined,
    onUnlisten: () => Promise<void>,
  ) {
    this.channel = channel
    this.#listener = listener
    this.#onUnlisten = onUnlisten
  }

  /** Stops listening. Iterations end after what has arrived before. */
  async unlisten(): Promise<void> {
    if (this.#state === "ended") return
    this.end(undefined)
    await this.#onUnlisten()
  }

  /**
   * The notifications, as they come. Breaking out stops listening.
   * @throws NotificationOverflowError when the consumer was too slow and notifications would have been lost
   * @throws ConnectionError and others when the connection is lost
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Notification, void, undefined> {
    try {
      while (true) {
        while (this.#buffer.length > 0) yield this.#buffer.shift()!
        if (this.#error !== undefined) throw this.#error
        if (this.#state === "ended") return
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
    } finally {
      await this.unlisten()
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.unlisten()
  }

  /** @internal A notification has come. */
  deliver(notification: Notification): void {
    if (this.#state === "ended") return
    if (this.#listener !== undefined) {
      try {
        this.#listener(notification)
      } catch {
        // A listener's failure is not the connection's, nor the other listeners'.
      }
      return
    }
    if (this.#buffer.length >= BUFFER_LIMIT) {
      this.end(new NotificationOverflowError(this.channel, BUFFER_LIMIT))
      this.#onUnlisten().catch(() => {}) // a connection that is lost listens no more either
      return
    }
    this.#buffer.push(notification)
    this.#wake?.()
  }

  /** @internal Nothing more will come, for a reason or because it was asked for. */
  end(error: Error | undefined): void {
    if (this.#state === "ended") return
    this.#state = "ended"
    this.#error = error
    this.#wake?.()
  }
}
