/**
 * A connection that does nothing but listen. Nobody would notice that it is dead, for it is idle by nature: so it is asked
 * for a sign of life at intervals, and given up when none comes within another one.
 */

import type { Clock, Timer } from "../base/clock.ts"
import { ConnectionError, TimeoutError } from "../errors/client-error.ts"
import { Notifications } from "../session/listen/notifications.ts"
import type { NotificationListener, Subscription } from "../session/listen/subscription.ts"
import { runScript } from "../session/run-query.ts"
import type { HeldConnection } from "./held-connection.ts"
import type { PoolSettings } from "./options.ts"
import type { ResourceKind } from "./resource-kind.ts"

/** How long opening a connection may take where waits for one may last for ever. */
const LONGEST_ATTEMPT_MS = 60_000

/** Opens a connection to listen on, or gives up in the time that others wait for one. */
export async function openListening(
  kind: ResourceKind<HeldConnection>,
  clock: Clock,
  { limits, listenHeartbeatMs, allowExitOnIdle }: PoolSettings,
  signal: AbortSignal,
): Promise<ListeningConnection> {
  const abort = new AbortController()
  const onAbort = (): void => abort.abort(signal.reason)
  signal.addEventListener("abort", onAbort, { once: true })
  const timer = clock.schedule(limits.acquireTimeoutMs || LONGEST_ATTEMPT_MS, () => {
    abort.abort(new TimeoutError("no connection to listen on could be opened in time", { safeToRetry: true }))
  })
  timer.setReferenced(true)
  try {
    const held = await kind.open(abort.signal)
    if (allowExitOnIdle) held.session.link.transport.setReferenced(false)
    return new ListeningConnection(held, clock, listenHeartbeatMs)
  } finally {
    timer.cancel()
    signal.removeEventListener("abort", onAbort)
  }
}

/** Listens on one connection until it is lost. */
export class ListeningConnection {
  /** Resolves with the reason when the connection is gone. */
  readonly lost: Promise<unknown>
  /** When it was last known to be well. */
  lastWell: Date = new Date()
  readonly #held: HeldConnection
  readonly #clock: Clock
  readonly #heartbeatMs: number
  readonly #notifications: Notifications
  readonly #channels: Map<string, Promise<Subscription>> = new Map()
  #timer: Timer | undefined

  /** @param heartbeatMs how often to ask for a sign of life, and how long to wait for it; 0 never asks */
  constructor(held: HeldConnection, clock: Clock, heartbeatMs: number) {
    const { link } = held.session
    this.#held = held
    this.#clock = clock
    this.#heartbeatMs = heartbeatMs
    this.#notifications = new Notifications(held.session, held.start)
    this.lost = link.closed.then(() => {
      this.#timer?.cancel()
      return link.reason
    })
    this.#rest()
  }

  /** Begins to listen on a channel; resolves when the server has confirmed it. */
  async listen(channel: string, deliver: NotificationListener): Promise<void> {
    let listening = this.#channels.get(channel)
    if (listening === undefined) {
      listening = this.#notifications.listen(channel, (notification) => {
        this.lastWell = new Date()
        deliver(notification)
      })
      this.#channels.set(channel, listening)
    }
    try {
      await listening
    } catch (error) {
      this.#channels.delete(channel)
      throw error
    }
  }

  /** Stops listening on a channel. */
  async unlisten(channel: string): Promise<void> {
    const listening = this.#channels.get(channel)
    this.#channels.delete(channel)
    await (await listening)?.unlisten()
  }

  /** Resolves when it is gone. */
  async close(): Promise<void> {
    await this.#held.session.link.close(this.#heartbeatMs || undefined)
  }

  #rest(): void {
    if (this.#heartbeatMs > 0) this.#timer = this.#clock.schedule(this.#heartbeatMs, () => this.#ask())
  }

  #ask(): void {
    const { session, start } = this.#held
    this.#timer = this.#clock.schedule(this.#heartbeatMs, () => {
      session.link.destroy(new ConnectionError(`the server has not answered for ${this.#heartbeatMs} ms`))
    })
    runScript(session, start, "", { timeout: 0 }).then(
      () => {
        this.#timer?.cancel()
        this.lastWell = new Date()
        this.#rest()
      },
      (error) => session.link.destroy(error),
    )
  }
}
