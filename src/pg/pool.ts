/**
 * The Pool of `pg` (`pg-pool`): clients are made when they are asked for, lent to one holder at a time, and closed when
 * they have been idle, used or alive for long enough. Its properties and the order of its events are that package's.
 *
 *     connect() ──▶ _idle ──or──▶ a new client ──or──▶ _pendingQueue ──▶ lent ──release()──▶ _idle
 *
 * @see https://node-postgres.com/apis/pool
 */

import { nextTick } from "#platform"
import { remove } from "./client-queue.ts"
import { deferred } from "./deferred.ts"
import { EventEmitter, later } from "./node-runtime.ts"
import {
  connectInTime,
  nothing,
  type PendingItem,
  type PoolClient,
  type PoolConnectCallback,
  pendingItem,
  type Release,
} from "./pool-client.ts"
import { fillPoolOptions } from "./pool-options.ts"
import { settlePoolQuery } from "./pool-query.ts"
import type { QueryCallback, QueryConfig } from "./query-config.ts"
import type { Result } from "./result.ts"
import type { Submittable } from "./submittable.ts"
import { Client, type ClientBase } from "./typed/client.ts"
import type { PoolClient as LentClient, PoolConfig, PoolOptions } from "./typed/pool-config.ts"

type IdleListener = (error: Error & { client?: PoolClient }) => void

interface IdleItem {
  readonly client: PoolClient
  readonly idleListener: IdleListener
  readonly timeoutId: ReturnType<typeof setTimeout> | undefined
}

/** Lends clients. */
export class Pool extends EventEmitter {
  declare options: PoolOptions
  declare log: (...messages: unknown[]) => void
  declare Client: NonNullable<PoolConfig["Client"]>
  declare Promise: PromiseConstructor
  declare _clients: PoolClient[]
  declare _idle: IdleItem[]
  declare _expired: WeakSet<PoolClient>
  declare _pendingQueue: PendingItem[]
  declare _endCallback: ((error?: Error) => void) | undefined
  declare ending: boolean
  declare ended: boolean

  constructor(options?: PoolConfig | null, client?: PoolConfig["Client"]) {
    super()
    this.options = fillPoolOptions(options)
    this.log = this.options.log || (() => {})
    this.Client = this.options.Client || client || Client
    this.Promise = (this.options.Promise as PromiseConstructor) || Promise
    this._clients = []
    this._idle = []
    this._expired = new WeakSet()
    this._pendingQueue = []
    this._endCallback = undefined
    this.ending = false
    this.ended = false
  }

  /** How many wait for a client. */
  get waitingCount(): number {
    return this._pendingQueue.length
  }

  /** How many clients are idle. */
  get idleCount(): number {
    return this._idle.length
  }

  /** How many clients are past their time and still lent. */
  get expiredCount(): number {
    return this._clients.filter((client) => this._expired.has(client)).length
  }

  /** How many clients there are. */
  get totalCount(): number {
    return this._clients.length
  }

  /** Lends a client. */
  connect(): Promise<PoolClient>
  connect(callback: PoolConnectCallback): void
  connect(callback?: PoolConnectCallback): Promise<PoolClient> | undefined {
    if (this.ending) {
      const error = endedError()
      return callback ? (callback as (error: Error) => undefined)(error) : this.Promise.reject(error)
    }
    if (callback) {
      this.#getClient(callback)
      return undefined
    }
    const { promise, settle } = deferred<PoolClient>(this.Promise)
    this.#getClient(settle)
    return promise
  }

  /**
   * Runs one query on whatever client is free. A query that the server refuses does not cost the connection.
   */
  query(config: string | QueryConfig | Submittable, values?: readonly unknown[] | null): Promise<Result>
  query(config: string | QueryConfig | Submittable, callback: QueryCallback): void
  query(
    config: string | QueryConfig | Submittable,
    values: readonly unknown[] | null | undefined,
    callback: QueryCallback,
  ): void
  query(
    config: string | QueryConfig | Submittable,
    values?: readonly unknown[] | QueryCallback | null,
    callback?: QueryCallback,
  ): Promise<Result> | undefined {
    if (typeof config === "function") {
      const refuse: (error: Error) => void = config
      later(() => refuse(new Error("Passing a function as the first parameter to pool.query is not supported")))
      return undefined
    }
    const [parameters, given] = typeof values === "function" ? [undefined, values] : [values, callback]
    if (given) {
      this.#query(config, parameters, given)
      return undefined
    }
    const { promise, settle } = deferred<Result>(this.Promise)
    this.#query(config, parameters, (error, result) => settle(error, result as Result))
    return promise
  }

  /** Closes idle clients now and the others as they are given back. */
  end(): Promise<void>
  end(callback: (error?: Error) => void): void
  end(callback?: (error?: Error) => void): Promise<void> | undefined {
    this.log("ending")
    if (this.ending) {
      const error = new Error("Called end on pool more than once")
      return callback ? (callback as (error: Error) => undefined)(error) : this.Promise.reject(error)
    }
    this.ending = true
    if (callback) {
      this._endCallback = callback
      this._pulseQueue()
      return undefined
    }
    const { promise, settle } = deferred<void>(this.Promise)
    this._endCallback = settle
    this._pulseQueue()
    return promise
  }

  /** Makes a client for somebody who waits. */
  newClient(pending: PendingItem): void {
    const client = new this.Client(this.options as never) as PoolClient
    this._clients.push(client)
    const idleListener = this.#idleListener(client)
    this.log("connecting new client")
    const log = (...messages: unknown[]): void => this.log(...messages)
    connectInTime(client, this.options.connectionTimeoutMillis, log, (error) => {
      client.on("error", idleListener)
      if (!error) {
        this.log("new client connected")
        this.#prepare(client, pending, idleListener)
        return
      }
      this.#forget(client)
      this._pulseQueue()
      if (!pending.timedOut) pending.callback(error, undefined, nothing)
    })
  }

  /** Serves those who wait, as far as there are clients. */
  _pulseQueue(): void {
    this.log("pulse queue")
    if (this.ended) return
    if (this.ending) {
      for (const pending of this._pendingQueue.splice(0)) pending.callback(endedError(), undefined, nothing)
      for (const { client } of [...this._idle]) this._remove(client)
      if (this._clients.length === 0) {
        this.ended = true
        this._endCallback!()
      }
      return
    }
    if (this._pendingQueue.length === 0 || (this._idle.length === 0 && this.#isFull)) return
    const pending = this._pendingQueue.shift()!
    const item = this._idle.pop()
    if (item === undefined) {
      this.newClient(pending)
      return
    }
    clearTimeout(item.timeoutId)
    item.client.ref?.()
    this.#lend(item.client, pending, item.idleListener, false)
  }

  /** Closes a client. */
  _remove(client: PoolClient, callback?: () => void): void {
    const item = this._idle.find((idle) => idle.client === client)
    if (item !== undefined) {
      clearTimeout(item.timeoutId)
      remove(this._idle, item)
    }
    this.#forget(client)
    client.end(() => {
      this.emit("remove", client)
      callback?.()
    })
  }

  #getClient(callback: PoolConnectCallback): void {
    if (!this.#isFull && this._idle.length === 0) {
      this.newClient({ callback })
      return
    }
    if (this._idle.length > 0) nextTick(() => this._pulseQueue())
    const { connectionTimeoutMillis } = this.options
    this._pendingQueue.push(pendingItem(callback, connectionTimeoutMillis, (item) => remove(this._pendingQueue, item)))
  }

  #query(
    config: string | QueryConfig | Submittable,
    values: readonly unknown[] | null | undefined,
    callback: QueryCallback,
  ): void {
    this.connect((error, client) => {
      if (error) (callback as (error: Error) => void)(error)
      else settlePoolQuery(client!, this.log, config, values, callback)
    })
  }

  get #isFull(): boolean {
    return this._clients.length >= this.options.max
  }

  get #isAboveMin(): boolean {
    return this._clients.length > this.options.min
  }

  #forget(client: PoolClient): void {
    this._clients = this._clients.filter((other) => other !== client)
  }

  /** An idle client that fails leaves the pool, which tells it when somebody listens. */
  #idleListener(client: PoolClient): IdleListener {
    const idleListener: IdleListener = (error) => {
      error.client = client
      client.removeListener("error", idleListener)
      client.on("error", () => this.log("additional client error after disconnection due to error", error))
      this._remove(client)
      if (this.listenerCount("error") > 0) this.emit("error", error, client)
    }
    return idleListener
  }

  #prepare(client: PoolClient, pending: PendingItem, idleListener: IdleListener): void {
    const { onConnect } = this.options
    if (!onConnect) {
      this.#introduce(client, pending, idleListener)
      return
    }
    new this.Promise((resolve) => resolve(onConnect(client as ClientBase))).then(
      () => this.#introduce(client, pending, idleListener),
      (error) => {
        this.#forget(client)
        client.end(() => {
          this._pulseQueue()
          if (!pending.timedOut) pending.callback(error, undefined, nothing)
        })
      },
    )
  }

  #introduce(client: PoolClient, pending: PendingItem, idleListener: IdleListener): void {
    const { maxLifetimeSeconds } = this.options
    if (maxLifetimeSeconds !== 0) {
      const timer = setTimeout(() => {
        this.log("ending client due to expired lifetime")
        this._expired.add(client)
        if (!this._idle.some((item) => item.client === client)) return
        this.#lend(client, { callback: (_error, _client, release) => release() }, idleListener, false)
      }, maxLifetimeSeconds * 1000)
      timer.unref?.()
      client.once("end", () => clearTimeout(timer))
    }
    this.#lend(client, pending, idleListener, true)
  }

  #lend(client: PoolClient, pending: PendingItem, idleListener: IdleListener, isNew: boolean): void {
    if (isNew) this.emit("connect", client)
    this.emit("acquire", client)
    client.release = this.#releaseOnce(client, idleListener)
    client.removeListener("error", idleListener)
    const { verify } = this.options
    if (!isNew || !verify) {
      if (pending.timedOut) client.release()
      else pending.callback(undefined, client, client.release)
      return
    }
    verify(client as LentClient, (error) => {
      if (pending.timedOut) {
        client.release(error)
      } else if (error) {
        client.release(error)
        pending.callback(error, undefined, nothing)
      } else {
        pending.callback(undefined, client, client.release)
      }
    })
  }

  #releaseOnce(client: PoolClient, idleListener: IdleListener): Release {
    let isReleased = false
    return (error) => {
      if (isReleased) throw new Error("Release called on client which has already been released to the pool.")
      isReleased = true
      this.#release(client, idleListener, error)
    }
  }

  #release(client: PoolClient, idleListener: IdleListener, error: Error | boolean | null | undefined): void {
    client.on("error", idleListener)
    client._poolUseCount = (client._poolUseCount ?? 0) + 1
    this.emit("release", error, client)
    const isSpent = client._poolUseCount >= this.options.maxUses || this._expired.delete(client)
    if (error || this.ending || !client._queryable || client._ending || isSpent) {
      this._remove(client, () => this._pulseQueue())
      return
    }
    const { idleTimeoutMillis, allowExitOnIdle } = this.options
    let timeoutId: ReturnType<typeof setTimeout> | undefined
    if (idleTimeoutMillis && this.#isAboveMin) {
      timeoutId = setTimeout(() => {
        if (this.#isAboveMin) this._remove(client, () => this._pulseQueue())
      }, idleTimeoutMillis)
      if (allowExitOnIdle) timeoutId.unref?.()
    }
    if (allowExitOnIdle) client.unref()
    this._idle.push({ client, idleListener, timeoutId })
    this._pulseQueue()
  }
}

function endedError(): Error {
  return new Error("Cannot use a pool after calling end on the pool")
}
