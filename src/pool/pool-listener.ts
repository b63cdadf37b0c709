/**
 * Keeps a pool's subscriptions alive over the connections they come by. There is one connection for all channels, open
 * while there are subscriptions; when it is lost another one is opened, it listens on every channel again, and
 * each subscription is told of the gap, for nobody knows what was sent meanwhile.
 *
 *     idle ──listen──▶ opening ──▶ listening ──lost──▶ opening …
 *       ▲                 └─failed─▶ pausing ─▲           each failure makes the pause longer
 *       └──last unlisten, close── any
 */

import type { Clock } from "../base/clock.ts"
import { PoolClosedError } from "../errors/pool-error.ts"
import { checkChannel } from "../session/channel.ts"
import { checkListening, type ListenOptions, type NotificationGap } from "../session/listen/listen-options.ts"
import { type NotificationListener, Subscription } from "../session/listen/subscription.ts"
import { pauseAfter } from "./backoff.ts"
import type { ListeningConnection } from "./listening-connection.ts"

/** What the listener needs of a connection. */
export type Listening = Pick<ListeningConnection, "lost" | "lastWell" | "listen" | "unlisten" | "close">

/** One channel and who listens on it. */
interface Channel {
  readonly name: string
  readonly subscriptions: Set<Subscription>
  /** Those of them that have listened already: a gap is theirs alone. */
  readonly confirmed: Set<Subscription>
  /** Those who wait until the server has confirmed it. */
  readonly waiting: Set<(error?: unknown) => void>
  /** What has to be told before the next notification. */
  gap: NotificationGap | undefined
}

/** The subscriptions of a pool. */
export class PoolListener {
  readonly #open: (signal: AbortSignal) => Promise<Listening>
  readonly #clock: Clock
  readonly #channels: Map<string, Channel> = new Map()
  #connection: Listening | undefined
  #supervision: Promise<void> | undefined
  /** Ends the attempt or the pause that is under way. */
  #abort = new AbortController()
  /** How many attempts in a row have failed. */
  #failures = 0
  #state: "open" | "closed" = "open"

  /** @param open opens a connection for listening; gives up when the signal aborts */
  constructor(open: (signal: AbortSignal) => Promise<Listening>, clock: Clock) {
    this.#open = open
    this.#clock = clock
  }

  /**
   * Begins to listen; resolves when the server has confirmed it.
   * @throws what opening the connection has failed with, if the first attempt does
   */
  async listen(
    name: string,
    listener: NotificationListener | undefined,
    options: ListenOptions = {},
  ): Promise<Subscription> {
    checkChannel(name)
    checkListening(listener, options)
    options.signal?.throwIfAborted()
    if (this.#state === "closed") throw new PoolClosedError()
    const subscription = new Subscription(name, listener, options, () => this.#remove(subscription))
    const channel = this.#channelOf(name)
    try {
      await this.#confirm(channel, subscription, options.signal)
      return subscription
    } catch (error) {
      subscription.end(error)
      await this.#remove(subscription)
      throw error
    }
  }

  /** Ends all subscriptions; resolves when the connection is gone. */
  async close(): Promise<void> {
    this.#state = "closed"
    for (const { subscriptions, waiting } of this.#channels.values()) {
      for (const settle of [...waiting]) settle(new PoolClosedError())
      for (const subscription of subscriptions) subscription.end(undefined)
    }
    this.#channels.clear()
    await this.#rest()
    await this.#supervision
  }

  #channelOf(name: string): Channel {
    let channel = this.#channels.get(name)
    if (channel === undefined) {
      channel = { name, subscriptions: new Set(), confirmed: new Set(), waiting: new Set(), gap: undefined }
      this.#channels.set(name, channel)
    }
    return channel
  }

  /** Waits until the channel is listened on; the subscription takes part from then on. */
  #confirm(channel: Channel, subscription: Subscription, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => settle(signal?.reason)
      const settle = (error?: unknown): void => {
        if (!channel.waiting.delete(settle)) return
        signal?.removeEventListener("abort", onAbort)
        if (error !== undefined) {
          reject(error)
          return
        }
        channel.confirmed.add(subscription)
        resolve()
      }
      channel.waiting.add(settle)
      channel.subscriptions.add(subscription)
      signal?.addEventListener("abort", onAbort, { once: true })
      if (this.#connection === undefined) this.#supervision ??= this.#supervise()
      else this.#listenOn(this.#connection, channel).catch(() => {}) // who waits is told
    })
  }

  async #remove(subscription: Subscription): Promise<void> {
    const channel = this.#channels.get(subscription.channel)
    channel?.confirmed.delete(subscription)
    if (channel?.subscriptions.delete(subscription) !== true || channel.subscriptions.size > 0) return
    this.#channels.delete(channel.name)
    if (this.#channels.size === 0) await this.#rest()
    else await this.#connection?.unlisten(channel.name).catch(() => {}) // one that is lost listens no more
  }

  /** Nobody listens any more. */
  async #rest(): Promise<void> {
    const connection = this.#connection
    this.#connection = undefined
    this.#abort.abort()
    await connection?.close()
  }

  async #supervise(): Promise<void> {
    while (this.#channels.size > 0) {
      this.#abort = new AbortController()
      const { signal } = this.#abort
      try {
        await this.#serve(await this.#open(signal))
      } catch (error) {
        if (signal.aborted) continue // nobody wanted it any more
        this.#failures++
        this.#refuseWaiting(error)
        if (this.#channels.size > 0) await this.#pause(pauseAfter(this.#failures, this.#clock.random()), signal)
      }
    }
    this.#supervision = undefined
  }

  /** Listens on a connection until it is lost, or of no use because it cannot listen on every channel. */
  async #serve(connection: Listening): Promise<void> {
    this.#connection = connection
    try {
      await Promise.all([...this.#channels.values()].map((channel) => this.#listenOn(connection, channel)))
      this.#failures = 0
      if (this.#channels.size > 0) this.#noteGap(connection, await connection.lost)
    } catch (error) {
      this.#noteGap(connection, error)
      throw error
    } finally {
      if (this.#connection === connection) this.#connection = undefined
      await connection.close()
    }
  }

  /** From now on nobody listens. When one gap follows another before it was told, it is the first that counts. */
  #noteGap({ lastWell }: Listening, reason: unknown): void {
    for (const channel of this.#channels.values()) channel.gap ??= { channel: channel.name, since: lastWell, reason }
  }

  async #listenOn(connection: Listening, channel: Channel): Promise<void> {
    const { waiting } = channel
    try {
      await connection.listen(channel.name, (notification) => {
        this.#tellGap(channel)
        for (const subscription of [...channel.subscriptions]) subscription.deliver(notification)
      })
    } catch (error) {
      for (const settle of [...waiting]) settle(error)
      throw error
    }
    this.#tellGap(channel)
    for (const settle of [...waiting]) settle()
  }

  #tellGap(channel: Channel): void {
    const { gap } = channel
    if (gap === undefined) return
    channel.gap = undefined
    for (const subscription of [...channel.confirmed]) subscription.deliverGap(gap)
  }

  #refuseWaiting(error: unknown): void {
    for (const { waiting } of this.#channels.values()) for (const settle of [...waiting]) settle(error)
  }

  #pause(delayMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        timer.cancel()
        signal.removeEventListener("abort", end)
        resolve()
      }
      const timer = this.#clock.schedule(delayMs, end)
      timer.setReferenced(true) // somebody waits for what comes then
      signal.addEventListener("abort", end, { once: true })
    })
  }
}
