/**
 * What a pool of PostgreSQL connections knows that a pool of anything does not: how they are opened and configured,
 * how to tell that one is well, and how to bring one back to how it was.
 */

import { Stop } from "../base/stop.ts"
import { Connection } from "../connection/connection.ts"
import type { Connector } from "../connection/connector.ts"
import {
  AuthenticationError,
  ConfigError,
  ConnectionError,
  describeValue,
  TimeoutError,
  UsageError,
} from "../errors/client-error.ts"
import { ServerError } from "../errors/server-error.ts"
import { runScript } from "../session/run-query.ts"
import { HeldConnection } from "./held-connection.ts"
import type { ConnectionHook, PoolOptions, PoolSettings } from "./options.ts"
import type { ResourceKind } from "./resource-kind.ts"

/** How long the server may take for the little that is asked of it between two users. */
const ANSWER_MS = 5000

/** Everything that DISCARD ALL does, but for the prepared statements, which are ours. */
const DISCARD =
  "CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; SELECT pg_catalog.pg_advisory_unlock_all(); " +
  "DISCARD SEQUENCES; DISCARD TEMP"

/** Servers end sessions that are idle for too long; that says nothing about others. */
const IDLE_TIMEOUTS: readonly string[] = ["57P05", "25P03"]

/** Opens, checks and resets connections. */
export class ConnectionKind implements ResourceKind<HeldConnection> {
  /** Called when one was lost in a way that may have hit others too. */
  onSuspicion: () => void = () => {}
  readonly setIdle: ((held: HeldConnection, isIdle: boolean) => void) | undefined
  readonly #connector: Connector
  readonly #options: PoolOptions
  readonly #settings: PoolSettings

  constructor(connector: Connector, options: PoolOptions, settings: PoolSettings) {
    this.#connector = connector
    this.#options = options
    this.#settings = settings
    this.setIdle = settings.allowExitOnIdle
      ? ({ session }, isIdle) => session.link.transport.setReferenced(!isIdle)
      : undefined
  }

  async open(signal: AbortSignal): Promise<HeldConnection> {
    const session = await this.#connector.open(signal)
    const held = new HeldConnection(session, this.#connector.infoOf(session))
    const { onConnect } = this.#options
    if (onConnect === undefined) return held
    try {
      await this.#runHook("onConnect", onConnect, held, signal)
      return held
    } catch (error) {
      await this.close(held, true, error)
      throw error
    }
  }

  async close(held: HeldConnection, atOnce: boolean, reason: unknown): Promise<void> {
    const { link } = held.session
    // Its user may have noticed before us: it is known before another one is opened in its place.
    if (link.state === "closed") this.#onLost(held)
    if (atOnce || !held.isQuiet) link.destroy(reason instanceof Error ? reason : undefined)
    await link.close()
  }

  watch(held: HeldConnection, onLost: () => void): void {
    held.session.link.closed.then(() => {
      this.#onLost(held)
      onLost()
    })
  }

  lossOf({ session }: HeldConnection): unknown {
    return session.link.reason ?? new ConnectionError("the connection was closed")
  }

  isAlive({ session }: HeldConnection): boolean {
    return session.link.state === "open"
  }

  mustCheck(_held: HeldConnection, idleMs: number): boolean {
    return this.#options.onAcquire !== undefined || this.#isDueForHealthCheck(idleMs)
  }

  async check(held: HeldConnection, idleMs: number, isThorough: boolean): Promise<void> {
    const { healthCheck } = this.#settings
    if (isThorough || this.#isDueForHealthCheck(idleMs)) {
      if (healthCheck === "ping") await this.#within(ANSWER_MS, "the health check", this.#run(held, ""))
      else if (healthCheck !== false) await this.#runHook("healthCheck", healthCheck, held)
    }
    if (this.#options.onAcquire !== undefined) await this.#runHook("onAcquire", this.#options.onAcquire, held)
  }

  reset(held: HeldConnection): Promise<void> | undefined {
    const hasHook = this.#options.onRelease !== undefined
    if (!held.wasTouched && !hasHook && held.session.link.isFree) return undefined
    held.wasTouched = false
    const { isQuiet, isListening } = held
    const discards = this.#settings.reset === "discard" && !this.#options.pooler
    if (isQuiet && !isListening && !hasHook) {
      if (!discards) return undefined
      // Whoever comes next is served behind it, without waiting for it.
      this.#run(held, DISCARD).catch((error) => held.session.link.destroy(error))
      return undefined
    }
    return this.#mend(held, discards)
  }

  isPermanent(error: unknown): boolean {
    if (error instanceof AuthenticationError || error instanceof ConfigError) return true
    if (!(error instanceof ServerError)) return false
    return error.code.startsWith("28") || error.code === "3D000" || error.code === "42501"
  }

  #onLost(held: HeldConnection): void {
    const { reason } = held.session.link
    if (held.isLossKnown || reason === undefined) return
    held.isLossKnown = true
    const wasIdle = reason instanceof ServerError && IDLE_TIMEOUTS.includes(reason.code)
    if (!wasIdle) this.onSuspicion()
  }

  #isDueForHealthCheck(idleMs: number): boolean {
    return this.#settings.healthCheck !== false && idleMs >= this.#settings.healthCheckAfterMs
  }

  async #mend(held: HeldConnection, discards: boolean): Promise<void> {
    const { link } = held.session
    if (!link.isFree) await this.#within(ANSWER_MS, "what was left running", this.#run(held, ""))
    if (link.server.transactionStatus !== "idle") await this.#within(ANSWER_MS, "ROLLBACK", this.#run(held, "ROLLBACK"))
    if (discards || held.isListening) {
      link.listener.onNotification = undefined
      const script = discards ? DISCARD : "UNLISTEN *"
      await this.#within(ANSWER_MS, "the reset of the session", this.#run(held, script))
    }
    if (this.#options.onRelease !== undefined) await this.#runHook("onRelease", this.#options.onRelease, held)
  }

  /** A function of the caller's gets a connection of its own for as long as it takes, and leaves it quiet. */
  async #runHook(name: string, hook: ConnectionHook, held: HeldConnection, signal?: AbortSignal): Promise<void> {
    const lent = held.session.lend()
    const call = async (): Promise<unknown> => {
      try {
        return await hook(new Connection(lent, held.info))
      } catch (error) {
        if (error instanceof Error) throw error
        throw new UsageError(`the hook ${name} threw ${describeValue(error)}`, { cause: error })
      }
    }
    try {
      const verdict = await this.#within(this.#settings.hookTimeoutMs, `the hook ${name}`, call(), signal)
      if (verdict === false) throw new ConnectionError(`the hook ${name} has turned the connection down`)
      if (!held.isQuiet) throw new UsageError(`the hook ${name} has left a query or a transaction behind`)
    } finally {
      lent.revoke()
    }
  }

  #run({ session, start }: HeldConnection, script: string): Promise<unknown> {
    return runScript(session, start, script, {})
  }

  #within<T>(timeoutMs: number, what: string, promise: Promise<T>, signal?: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = new Stop(signal, timeoutMs, () => new TimeoutError(`${what} took longer than ${timeoutMs} ms`))
      if (stop.isStopped) reject(stop.reason)
      stop.listen(reject)
      promise.then(resolve, reject).finally(() => stop.dispose())
    })
  }
}
