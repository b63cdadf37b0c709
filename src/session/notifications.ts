/**
 * LISTEN and NOTIFY on one connection: any number of channels, any number of listeners on each. LISTEN is sent with a
 * channel's first listener, UNLISTEN with its last.
 *
 * @see https://www.postgresql.org/docs/current/sql-notify.html
 */

import type { Notification } from "../link/async-messages.ts"
import { quoteIdentifier } from "../sql/quote.ts"
import { checkChannel } from "./channel.ts"
import { pickResult, runQuery, type Start } from "./run-query.ts"
import type { Session } from "./session.ts"
import { Subscription } from "./subscription.ts"

/** Is told each notification of a channel. What it throws is ignored. */
export type NotificationListener = (notification: Notification) => void

/** The channels one connection listens on. */
export class Notifications {
  readonly #session: Session
  readonly #start: Start
  readonly #channels: Map<string, Set<Subscription>> = new Map()

  constructor(session: Session, start: Start) {
    this.#session = session
    this.#start = start
    session.link.listener.onNotification = (notification) => this.#deliver(notification)
    session.link.closed.then(() => this.#end())
  }

  /** Begins to listen; resolves when the server has confirmed it. */
  async listen(channel: string, listener: NotificationListener | undefined): Promise<Subscription> {
    checkChannel(channel)
    const subscription = new Subscription(channel, listener, () => this.#remove(subscription))
    const others = this.#channels.get(channel)
    if (others !== undefined) {
      others.add(subscription)
    } else {
      this.#channels.set(channel, new Set([subscription]))
    }
    try {
      await this.#run(`LISTEN ${quoteIdentifier(channel)}`)
    } catch (error) {
      this.#forget(subscription)
      throw error
    }
    return subscription
  }

  async #remove(subscription: Subscription): Promise<void> {
    if (!this.#forget(subscription) || this.#session.link.state !== "open") return
    await this.#run(`UNLISTEN ${quoteIdentifier(subscription.channel)}`)
  }

  /** True when it was the last one on its channel. */
  #forget(subscription: Subscription): boolean {
    const { channel } = subscription
    const subscriptions = this.#channels.get(channel)
    if (subscriptions?.delete(subscription) !== true || subscriptions.size > 0) return false
    this.#channels.delete(channel)
    return true
  }

  #run(statement: string): Promise<unknown> {
    return runQuery(this.#session, this.#start, statement, [[], { prepare: false }], pickResult)
  }

  #deliver(notification: Notification): void {
    const subscriptions = this.#channels.get(notification.channel)
    if (subscriptions === undefined) return
    for (const subscription of [...subscriptions]) subscription.deliver(notification)
  }

  /** The connection is gone: whoever waits for the next notification is told. */
  #end(): void {
    const { reason } = this.#session.link
    for (const subscriptions of this.#channels.values()) {
      for (const subscription of subscriptions) subscription.end(reason)
    }
    this.#channels.clear()
  }
}
