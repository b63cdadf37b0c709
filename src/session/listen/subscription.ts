/**
 * One listener's view of a channel: a callback, or an async iterable with a bounded buffer between the server, which does
 * not wait, and a consumer who may be slow.
 */

import { NotificationOverflowError, UsageError } from "../../errors/client-error.ts"
import type { Notification } from "../../link/async-messages.ts"
import type { ListenOptions, NotificationGap } from "./listen-options.ts"
import { NotificationBuffer } from "./notification-buffer.ts"
import { SubscriptionIterator } from "./subscription-iterator.ts"

/** How many notifications may wait for a consumer, unless told otherwise. */
const BUFFER_LIMIT = 10_000

/** Is told each notification of a channel. What it throws, and how its promise ends, is ignored. */
export type NotificationListener = (notification: Notification) => unknown

/** What comes for a subscription, in the order in which it came. */
export type SubscriptionEvent =
  | { readonly kind: "notification"; readonly notification: Notification }
  | { readonly kind: "gap"; readonly gap: NotificationGap }

/**
 * A subscription to a channel. Iterate it, or give `listen` a callback. It ends by `unlisten`, at the end of an
 * `await using` block, when the signal it was given aborts, and with its connection; that of a pool outlives connections.
 *
 * @example
 * ```ts
 * for await (const { payload } of await db.listen("jobs")) await work(payload)
 * ```
 */
export class Subscription implements AsyncIterable<Notification>, AsyncDisposable {
  /** The channel's name. */
  readonly channel: string
  readonly #listener: NotificationListener | undefined
  readonly #onGap: ListenOptions["onGap"]
  readonly #onUnlisten: () => Promise<void>
  readonly #limit: number
  readonly #buffer: NotificationBuffer<SubscriptionEvent>
  readonly #signal: AbortSignal | undefined
  readonly #onAbort: () => void

  /** @internal Use `listen`. */
  constructor(
    channel: string,
    listener: NotificationListener | undefined,
    options: ListenOptions,
    onUnlisten: () => Promise<void>,
  ) {
    this.channel = channel
    this.#listener = listener
    this.#onGap = options.onGap
    this.#onUnlisten = onUnlisten
    this.#limit = options.bufferLimit ?? BUFFER_LIMIT
    this.#buffer = new NotificationBuffer(this.#limit)
    this.#signal = options.signal
    this.#onAbort = () => this.#stop(this.#signal?.reason)
    this.#signal?.addEventListener("abort", this.#onAbort, { once: true })
  }

  /** True once nothing more will come. */
  get isEnded(): boolean {
    return this.#buffer.isEnded
  }

  /** Stops listening. Iterations end after what has arrived before. Harmless when it has ended. */
  async unlisten(): Promise<void> {
    if (this.isEnded) return
    this.end(undefined)
    await this.#onUnlisten()
  }

  /**
   * The notifications, as they come. Breaking out stops listening.
   * @throws NotificationOverflowError when the consumer was too slow and notifications would have been lost
   * @throws ConnectionError when the connection is lost; the signal's reason when that has ended it
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Notification> {
    return this.#iterate((event) => (event.kind === "notification" ? event.notification : undefined))
  }

  /** The notifications and, in their place among them, the gaps in which some may have been missed. */
  events(): AsyncIterableIterator<SubscriptionEvent> {
    return this.#iterate((event) => event)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.unlisten()
  }

  /** @internal A notification has come. */
  deliver(notification: Notification): void {
    if (this.isEnded) return
    if (this.#listener === undefined) this.#keep({ kind: "notification", notification })
    else contain(() => this.#listener?.(notification))
  }

  /** @internal Notifications may have been missed. */
  deliverGap(gap: NotificationGap): void {
    if (this.isEnded) return
    if (this.#onGap !== undefined) contain(() => this.#onGap?.(gap))
    if (this.#listener === undefined) this.#keep({ kind: "gap", gap })
  }

  /** @internal Nothing more will come, for a reason or because it was asked for. */
  end(error: unknown): void {
    this.#signal?.removeEventListener("abort", this.#onAbort)
    this.#buffer.end(error)
  }

  #iterate<T>(pick: (event: SubscriptionEvent) => T | undefined): AsyncIterableIterator<T> {
    if (this.#listener !== undefined) {
      throw new UsageError("the subscription has a listener: notifications go to that", { safeToRetry: true })
    }
    return new SubscriptionIterator(this.#buffer, pick, () => this.unlisten())
  }

  #keep(event: SubscriptionEvent): void {
    if (!this.#buffer.push(event)) this.#stop(new NotificationOverflowError(this.channel, this.#limit))
  }

  #stop(reason: unknown): void {
    if (this.isEnded) return
    this.end(reason)
    this.#onUnlisten().catch(() => {}) // a connection that is lost listens no more either
  }
}

/** A listener's failure is not the connection's, nor the other listeners'. */
function contain(call: () => unknown): void {
  try {
    const result = call()
    if (result instanceof Promise) result.catch(() => {})
  } catch {
    // See above.
  }
}
