/**
 * The pool in the user's hand: many connections to one place, few at a time. A thin coat over ResourcePool, which lends,
 * and QueryRunner, which runs what needs no connection of its own.
 */

import { emitWarning } from "#platform"
import { systemClock } from "../base/clock.ts"
import { Connector } from "../connection/connector.ts"
import { describeValue, UsageError } from "../errors/client-error.ts"
import { ServerError } from "../errors/server-error.ts"
import { BOUNDS, checkFunction, checkNames, isSignal, optionNames } from "../query/check-options.ts"
import type { Result } from "../query/result.ts"
import type { RowShape } from "../query/row-shape.ts"
import { withCallerStack } from "../session/caller-stack.ts"
import type { Carrier } from "../session/carrier.ts"
import type { ListenOptions } from "../session/listen/listen-options.ts"
import type { NotificationListener, Subscription } from "../session/listen/subscription.ts"
import { type QueryText, toQuery } from "../session/query-arguments.ts"
import { QueryMethods } from "../session/query-methods.ts"
import type { ScriptOptions } from "../session/queryable.ts"
import { checkTransactionOptions, type TransactionOptions } from "../session/transaction/options.ts"
import type { Transaction } from "../session/transaction/transaction.ts"
import { acquireChannel } from "../trace/channels.ts"
import { isTraced, trace } from "../trace/trace.ts"
import { ConnectionKind } from "./connection-kind.ts"
import type { Entry } from "./entry.ts"
import type { HeldConnection } from "./held-connection.ts"
import { openListening } from "./listening-connection.ts"
import { checkSize, countOf, POOL_OPTION_NAMES, type PoolOptions, resolvePoolSettings } from "./options.ts"
import { PoolListener } from "./pool-listener.ts"
import { type PoolStats, takeStats } from "./pool-stats.ts"
import { type ConnectionLender, PooledConnection } from "./pooled-connection.ts"
import { QueryRunner } from "./query-runner.ts"
import { ResourcePool } from "./resource-pool.ts"
import { alone } from "./waiter.ts"

/** How long users may take to finish when the pool is closed. */
const CLOSE_TIMEOUT_MS = 30_000

/** How to wait for a connection. */
export interface AcquireOptions {
  /** Ends the wait; `acquire` rejects with its reason. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds to wait at most, instead of the pool's `acquireTimeout`; 0 is for ever. */
  readonly timeout?: number | undefined
}

/** How to open a pool. */
export interface PoolOpenOptions {
  /** Whether to wait until `min` connections are open, and one in any case, which proves that connecting works. */
  readonly wait?: boolean | undefined
  /** Milliseconds to wait at most, instead of the pool's `acquireTimeout`; 0 is for ever. */
  readonly timeout?: number | undefined
}

/** How to close a pool. */
export interface PoolCloseOptions {
  /** Milliseconds after which connections are taken away from their users. @defaultValue 30000 */
  readonly timeout?: number | undefined
}

/** How many connections there may be. What is left out stays as it is. */
export interface PoolSize {
  readonly min?: number | undefined
  readonly max?: number | undefined
}

const OPEN_OPTIONS = optionNames<PoolOpenOptions>({ wait: true, timeout: true })
const CLOSE_OPTIONS = optionNames<PoolCloseOptions>({ timeout: true })
const SIZE_OPTIONS = optionNames<PoolSize>({ min: true, max: true })

/**
 * A pool of connections. It opens none before it is used, or told to by `open`. Queries made on the pool itself run on
 * whatever connection is free, and share connections when none is.
 *
 * @example
 * ```ts
 * await using pool = new Pool("postgresql://app@db.example.org/shop", { max: 20 })
 * const users = await pool.rows`select * from users where age > ${age}`
 * await pool.transaction(async (tx) => { … })
 * ```
 */
export class Pool extends QueryMethods implements AsyncDisposable {
  /** The name that was given to it. */
  readonly name: string | undefined
  readonly #connector: Connector
  readonly #resources: ResourcePool<HeldConnection>
  readonly #runner: QueryRunner
  readonly #listener: PoolListener
  /** Where writes must be possible, a server that refuses them is not the one that is wanted any more. */
  readonly #wantsWriter: boolean
  readonly #lender: ConnectionLender = {
    takeBack: (entry, error) => {
      if (error !== undefined) this.#onError(error)
      this.#resources.giveBack(entry, error)
    },
  }

  /**
   * @param conninfo a libpq connection string, a URL or options
   * @param options more options; they win over the string
   * @throws ConfigError when a parameter or an option cannot be used
   */
  constructor(conninfo?: string | URL | PoolOptions, options?: PoolOptions) {
    super()
    const connector = new Connector(conninfo, options, POOL_OPTION_NAMES)
    this.#connector = connector
    const all: PoolOptions = connector.options
    const settings = resolvePoolSettings(all)
    const kind = new ConnectionKind(connector, all, settings)
    const { targetSessionAttrs } = connector.config
    this.name = all.name
    this.#wantsWriter = targetSessionAttrs === "read-write" || targetSessionAttrs === "primary"
    this.#resources = new ResourcePool(kind, settings.limits, systemClock, {
      onOpened: (_held, tookMs) => this.#runner.onOpened(tookMs),
      onRemoved: ({ info }, reason) => void contain(() => all.onRemove?.(info, reason)),
      onReconnectFailed: (error) => void contain(() => all.onReconnectFailed?.(error)),
      onLeak: (_held, heldMs, takenBy) => this.#warnOfLeak(heldMs, takenBy),
    })
    this.#listener = new PoolListener((signal) => openListening(kind, systemClock, settings, signal), systemClock)
    this.#runner = new QueryRunner(this.#resources, systemClock, settings.maxPipeline, (error) => this.#onError(error))
    kind.onSuspicion = () => this.#resources.suspect()
  }

  // Connections

  /**
   * Lends a connection: it is the caller's alone until it is released.
   * @throws PoolTimeoutError when none came free in time, with the reason why connecting fails as its cause, if it does
   * @throws TooManyWaitersError when `maxWaiting` others wait
   * @throws PoolClosedError when the pool is closed
   */
  acquire(options: AcquireOptions = {}): Promise<PooledConnection> {
    if (!isTraced(acquireChannel)) return this.#acquire(options)
    const context = this.#connector.traceContext({ "db.client.connection.pool.name": this.name })
    return trace(acquireChannel, context, () => this.#acquire(options))
  }

  #acquire(options: AcquireOptions): Promise<PooledConnection> {
    const acquired = new Promise<PooledConnection>((resolve, reject) => {
      checkNames(options, BOUNDS)
      const { signal } = options
      checkSignal(signal)
      const timeoutMs = options.timeout === undefined ? undefined : countOf("timeout", options.timeout, 0)
      const takenBy = this.#resources.limits.leakTimeoutMs > 0 ? new Error("acquired here") : undefined
      const lend = (entry: Entry<HeldConnection>): void => {
        if (takenBy !== undefined) this.#resources.watch(entry, takenBy)
        resolve(new PooledConnection(this.#lender, entry))
      }
      const entry = signal?.aborted ? undefined : this.#resources.tryTake(1)
      if (entry !== undefined) lend(entry)
      else this.#resources.wait(alone, { signal, timeoutMs }, lend, reject)
    })
    return withCallerStack(acquired)
  }

  /** Runs a function with a connection of its own, and gives it back at the end, whatever that is. */
  async use<T>(fn: (connection: PooledConnection) => T | Promise<T>, options?: AcquireOptions): Promise<T> {
    checkFunction(fn, "use")
    const connection = await this.acquire(options)
    try {
      return await fn(connection)
    } catch (error) {
      this.#onError(error)
      throw error
    } finally {
      if (!connection.isReleased) connection.release()
    }
  }

  /**
   * Runs a function in a transaction on a connection of its own: commits when it succeeds, rolls back when it throws.
   * @see Connection.transaction
   */
  async transaction<T>(fn: (tx: Transaction) => T | Promise<T>, options: TransactionOptions = {}): Promise<T> {
    checkFunction(fn, "transaction")
    checkTransactionOptions(options)
    const since = systemClock.now()
    const { signal, timeout } = options
    const acquireTimeoutMs = this.#resources.limits.acquireTimeoutMs || Number.POSITIVE_INFINITY
    const bounds = timeout ? { signal, timeout: Math.ceil(Math.min(timeout, acquireTimeoutMs)) } : { signal }
    return this.use((connection) => {
      if (!timeout) return connection.transaction(fn, options)
      const left = Math.max(1, timeout - (systemClock.now() - since))
      return connection.transaction(fn, { ...options, timeout: left })
    }, bounds)
  }

  /**
   * Listens on a channel, on a connection that does nothing else and is not one of `max`. It is watched and, when lost,
   * replaced, and listening goes on; but what was sent meanwhile is missed: `onGap` tells when that may have been,
   * and so does the subscription's `events()`. Then read anew what the notifications are about.
   *
   * @param listener is told each notification; without it the subscription is iterated
   * @throws ConnectionError and others when no connection can be opened now
   *
   * @example
   * ```ts
   * await pool.listen("jobs", ({ payload }) => work(payload), { onGap: () => workOnAllThatWait() })
   * ```
   */
  listen(channel: string, listener?: NotificationListener, options?: ListenOptions): Promise<Subscription> {
    return this.#listener.listen(channel, listener, options)
  }

  // The whole pool

  /**
   * Begins to open `min` connections; without it they are opened when the pool is first used.
   * @throws PoolTimeoutError when it was to wait and that took too long; the pool stays open
   */
  async open(options: PoolOpenOptions = {}): Promise<void> {
    checkNames(options, OPEN_OPTIONS)
    const { acquireTimeoutMs, min } = this.#resources.limits
    const timeout = countOf("timeout", options.timeout, acquireTimeoutMs)
    this.#resources.open()
    if (!options.wait) return
    const since = systemClock.now()
    const connection = await this.acquire({ timeout })
    connection.release()
    await this.#resources.untilOpen(min, timeout > 0 ? Math.max(1, timeout - (systemClock.now() - since)) : 0)
  }

  /**
   * Ends the pool: waits end with PoolClosedError, users may finish, then every connection is closed. Resolves when the
   * last one is gone.
   */
  async close(options: PoolCloseOptions = {}): Promise<void> {
    checkNames(options, CLOSE_OPTIONS)
    const timeoutMs = countOf("timeout", options.timeout, CLOSE_TIMEOUT_MS)
    await Promise.all([this.#resources.close(timeoutMs), this.#listener.close()])
  }

  /** True once `close` was called. */
  get isClosed(): boolean {
    return this.#resources.state === "closing" || this.#resources.state === "closed"
  }

  /** Changes how many connections there may be. Surplus ones are closed as they come back. */
  resize(size: PoolSize): void {
    checkNames(size, SIZE_OPTIONS)
    const { limits } = this.#resources
    const { min, max } = checkSize(size.min ?? limits.min, size.max ?? limits.max)
    this.#resources.resize(min, max)
  }

  /** Replaces all connections: idle ones now, lent ones when they come back. Resolves when the old ones are gone. */
  drain(): Promise<void> {
    return this.#resources.drain()
  }

  /** Checks all idle connections, and replaces those that are not well. */
  check(): Promise<void> {
    return this.#resources.check()
  }

  /** The figures of this moment. */
  stats(): PoolStats {
    return takeStats(this.#resources)
  }

  /** Closes the pool at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  protected override runQuery<R, T>(
    text: QueryText,
    rest: readonly unknown[],
    pick: (result: Result<R>) => T,
    shape?: RowShape,
  ): Promise<T> {
    try {
      const query = toQuery(text, rest, shape)
      checkSignal(query.signal)
      return this.#runner.query(query, pick)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  protected override async runScript(script: string, options: ScriptOptions): Promise<Result<unknown>[]> {
    checkSignal(options.signal)
    return await this.#runner.script(script, options)
  }

  /** @internal */
  override async borrow(signal?: AbortSignal): Promise<Carrier> {
    const connection = await this.acquire({ signal })
    return { ...connection.borrow(), release: () => connection.release() }
  }

  /** After a failover the old writer may live on as a standby: its connections are of no use. */
  #onError(error: unknown): void {
    if (this.#wantsWriter && error instanceof ServerError && error.code === "25006") void this.#resources.drain()
  }

  #warnOfLeak(heldMs: number, takenBy: Error): void {
    const pool = this.name === undefined ? "a pool" : `the pool "${this.name}"`
    const warning = new Error(`a connection of ${pool} has not come back for ${Math.round(heldMs)} ms`)
    warning.name = "PoolLeakWarning"
    warning.stack = `${warning.name}: ${warning.message}\n${takenBy.stack?.slice(takenBy.stack.indexOf("\n") + 1)}`
    emitWarning(warning)
  }
}

function checkSignal(signal: unknown): void {
  if (signal === undefined || isSignal(signal)) return
  throw new UsageError(`the signal must be an AbortSignal, got ${describeValue(signal)}`, { safeToRetry: true })
}

/** What a listener throws is not the pool's, nor what the promise of an asynchronous one rejects with. */
async function contain(call: () => unknown): Promise<void> {
  try {
    await call()
  } catch {}
}
