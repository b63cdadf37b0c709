/**
 * LISTEN and NOTIFY on one connection: any number of channels, any number of listeners on each. Every listener begins
 * with a LISTEN of its own, which does no harm and tells that it works; UNLISTEN is sent with a channel's last one. Within
 * a transaction it would be undone by a rollback, so it waits for the end.
 *
 * @see https://www.postgresql.org/docs/current/sql-notify.html
 */

import { ConnectionError, UsageError } from "../../errors/client-error.ts"
import { ConnectionReleasedError } from "../../errors/pool-error.ts"
import { ServerError } from "../../errors/server-error.ts"
import type { Notification } from "../../link/async-messages.ts"
import { connectionLost } from "../../link/loss.ts"
import { quoteIdentifier } from "../../sql/quote.ts"
import { notificationChannel } from "../../trace/channels.ts"
import { isTraced, trace, traceSync } from "../../trace/trace.ts"
import { checkChannel } from "../channel.ts"
import { pickResult, runQuery } from "../run-query.ts"
import type { Session } from "../session.ts"
import type { Start } from "../start.ts"
import { checkListening, type ListenOptions } from "./listen-options.ts"
import { type NotificationListener, Subscription } from "./subscription.ts"

/** The channels one connection listens on. */
export class Notifications {
  readonly #session: Session
  readonly #start: Start
  readonly #channels: Map<string, Set<Subscription>> = new Map()

  constructor(session: Session, start: Start) {
    this.#session = session
    this.#start = start
    session.link.listener.onNotification = (notification) => this.#receive(notification)
    session.link.closed.then(() => {
      const { reason } = session.link
      this.#end(reason && connectionLost(reason, false))
    })
    session.onceRevoked(() => this.#end(new ConnectionReleasedError()))
  }

  /** Begins to listen; resolves when the server has confirmed it. */
  async listen(
    channel: string,
    listener: NotificationListener | undefined,
    options: ListenOptions = {},
  ): Promise<Subscription> {
    checkChannel(channel)
    checkListening(listener, options)
    options.signal?.throwIfAborted()
    if (this.#session.statements.policy.pooler) {
      const problem = "behind a pooler that gives each transaction another server nobody can listen: connect past it"
      throw new UsageError(problem, { safeToRetry: true })
    }
    const subscription = new Subscription(channel, listener, options, () => this.#remove(subscription))
    const others = this.#channels.get(channel)
    if (others !== undefined) others.add(subscription)
    else this.#channels.set(channel, new Set([subscription]))
    try {
      await this.#run("LISTEN", channel, options.signal)
    } catch (error) {
      subscription.end(error)
      const wasLast = this.#forget(subscription)
      // One that was stopped may have worked.
      if (wasLast && !(error instanceof ServerError)) this.#unlisten(channel).catch(() => {})
      throw error
    }
    return subscription
  }

  async #remove(subscription: Subscription): Promise<void> {
    if (this.#forget(subscription)) await this.#unlisten(subscription.channel)
  }

  /** Whoever waits for it waits no longer than until a scope has to end first. */
  async #unlisten(channel: string): Promise<void> {
    let unlistening: Promise<void> | undefined
    this.#session.onceFree(() => {
      unlistening = this.#unlistenNow(channel)
      unlistening.catch(() => {})
    })
    await unlistening
  }

  async #unlistenNow(channel: string): Promise<void> {
    if (this.#channels.has(channel) || this.#session.link.state !== "open") return
    try {
      await this.#run("UNLISTEN", channel, undefined)
    } catch (error) {
      if (!(error instanceof ConnectionError || error instanceof ConnectionReleasedError)) throw error
    }
  }

  /** True when it was the last one on its channel. */
  #forget(subscription: Subscription): boolean {
    const { channel } = subscription
    const subscriptions = this.#channels.get(channel)
    if (subscriptions?.delete(subscription) !== true || subscriptions.size > 0) return false
    this.#channels.delete(channel)
    return true
  }

  async #run(command: "LISTEN" | "UNLISTEN", channel: string, signal: AbortSignal | undefined): Promise<void> {
    const statement = `${command} ${quoteIdentifier(channel)}`
    const options = { prepare: false, signal }
    const run = (): Promise<unknown> => runQuery(this.#session, this.#start, statement, [[], options], pickResult)
    await (isTraced(notificationChannel) ? trace(notificationChannel, this.#context(command, channel), run) : run())
  }

  #receive(notification: Notification): void {
    if (!isTraced(notificationChannel)) this.#deliver(notification)
    else {
      const context = this.#context("NOTIFICATION", notification.channel)
      traceSync(notificationChannel, context, () => this.#deliver(notification))
    }
  }

  #context(operation: string, channel: string): ReturnType<Session["traceContext"]> {
    return this.#session.traceContext({ "db.operation.name": operation, "messaging.destination.name": channel })
  }

  #deliver(notification: Notification): void {
    const subscriptions = this.#channels.get(notification.channel)
    if (subscriptions === undefined) return
    for (const subscription of [...subscriptions]) subscription.deliver(notification)
  }

  /** The connection is gone, or somebody else's: whoever waits for the next notification is told. */
  #end(reason: Error | undefined): void {
    for (const subscriptions of this.#channels.values()) {
      for (const subscription of subscriptions) subscription.end(reason)
    }
    this.#channels.clear()
  }
}
