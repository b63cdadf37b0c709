/**
 * The inside of a client: its queue of queries and what it does when the connection tells it something. One query runs at
 * a time: the next is submitted at the ReadyForQuery of the one before. With `pipeline` all are submitted at once and
 * answered in turn.
 *
 *     _queryQueue ──submit──▶ _activeQuery ──ReadyForQuery──▶ done
 *     _queryQueue ──submit──▶ _sentQueryQueue ──its turn──▶ _activeQuery   (pipeline)
 */

import { nextTick } from "#platform"
import type { Connection } from "./connection.ts"
import type { SubmitHost } from "./message-exchange.ts"
import { EventEmitter } from "./node-runtime.ts"
import { QueryTimeouts } from "./query-timeout.ts"
import type { MessageTarget } from "./route-messages.ts"
import type { Submittable } from "./submittable.ts"

/** Told when connecting has come to an end. */
export type ConnectCallback = (error: Error | null | undefined, client?: unknown) => void

/** Queues queries and follows the connection. */
export abstract class ClientQueue extends EventEmitter implements SubmitHost, MessageTarget {
  declare _ending: boolean
  declare _ended: boolean
  declare _connecting: boolean
  declare _connected: boolean
  declare _connectionError: boolean
  declare _queryable: boolean
  declare _activeQuery: Submittable | null | undefined
  declare _txStatus: string | null
  declare connection: Connection
  declare _queryQueue: Submittable[]
  declare _sentQueryQueue: Submittable[]
  declare pipeline: boolean
  declare processID: number | null
  declare secretKey: number | null
  declare connectionTimeoutHandle: ReturnType<typeof setTimeout> | undefined
  declare _connectionCallback: ConnectCallback | null
  declare readyForQuery: boolean
  declare hasExecuted: boolean
  readonly #timeouts: QueryTimeouts = new QueryTimeouts()
  /** What `submit` threw while the caller of `query` waits for it. */
  #thrown: { readonly error: unknown } | undefined
  #isCalled = false

  // MessageTarget: what the connection tells.

  /** The session has begun, or a query has been answered to its end. */
  _onReady(status: string | null): void {
    const { connection } = this
    if (this._connecting) this.#onConnected()
    const query = this._activeQuery
    this._activeQuery = null
    this._txStatus = status
    this.readyForQuery = true
    connection.receiveRowsBy(undefined)
    try {
      query?.handleReadyForQuery?.(connection)
    } finally {
      this._pulseQueryQueue()
    }
  }

  /** The stream has failed, or the server has ended the session while nothing ran. */
  _onFailure(error: Error): void {
    if (this._connecting) {
      this.#onConnectFailure(error)
      return
    }
    this._queryable = false
    this._errorAllQueries(error)
    this.#tellError(error)
  }

  /** The server has refused: the query that runs, or us. */
  _onServerError(error: Error): void {
    if (this._connecting) {
      this.#onConnectFailure(error)
      return
    }
    const query = this._activeQuery
    if (!query) {
      this._onFailure(error)
      return
    }
    this._activeQuery = null
    if (query.name) delete this.connection.submittedNamedStatements[query.name]
    query.handleError(error, this.connection)
    query.handleServerError?.(this.connection)
  }

  /** The stream is gone. */
  _onEnd(): void {
    const error = new Error(this._ending ? "Connection terminated" : "Connection terminated unexpectedly")
    clearTimeout(this.connectionTimeoutHandle)
    this._errorAllQueries(error)
    this._ended = true
    if (!this._connectionError) {
      if (this._connecting && this._connectionCallback) this._connectionCallback(error)
      else if (!this._ending) this._onFailure(error)
    }
    nextTick(() => this.emit("end"))
  }

  // SubmitHost

  onRefused(query: Submittable, error: Error): void {
    this.#goOnWithout(query, () => query.handleError(error, this.connection))
  }

  onThrown(query: Submittable, error: unknown): void {
    if (this._activeQuery === query) this._activeQuery = null
    if (this.#isCalled) this.#thrown = { error }
    const tell = this.#isCalled ? () => {} : () => query.handleError(error as Error, this.connection)
    this.#goOnWithout(query, tell)
  }

  /** Has every query fail that runs or waits. */
  _errorAllQueries(error: Error): void {
    const failing = [...this._sentQueryQueue, ...this._queryQueue]
    if (this._activeQuery) failing.unshift(this._activeQuery)
    this._activeQuery = null
    this._sentQueryQueue.length = 0
    this._queryQueue.length = 0
    for (const query of failing) nextTick(() => query.handleError(error, this.connection))
  }

  /** Submits what may be submitted. */
  _pulseQueryQueue(): void {
    if (this.pipeline) {
      this.#pulsePipeline()
      return
    }
    if (this.readyForQuery !== true) return
    const query = this._queryQueue.shift()
    this._activeQuery = query
    if (query !== undefined) {
      this.readyForQuery = false
      this.hasExecuted = true
      this.connection.run(query, this, this.#timeouts.stopOf(query))
    } else if (this.hasExecuted) {
      this._activeQuery = null
      this.emit("drain")
    }
  }

  #pulsePipeline(): void {
    if (!this._connected || !this._queryable) return
    for (let query = this._queryQueue.shift(); query !== undefined; query = this._queryQueue.shift()) {
      this.hasExecuted = true
      this._sentQueryQueue.push(query)
      this.connection.run(query, this)
    }
    if (this.readyForQuery && !this._activeQuery && this._sentQueryQueue.length > 0) {
      this._activeQuery = this._sentQueryQueue.shift()
      this.readyForQuery = false
    }
    if (!this._activeQuery && this._sentQueryQueue.length === 0 && this.hasExecuted) this.emit("drain")
  }

  /** Queues a query and submits it if it is its turn. @throws what `submit` throws */
  protected enqueue(query: Submittable): void {
    this._queryQueue.push(query)
    this.#isCalled = true
    try {
      this._pulseQueryQueue()
    } finally {
      this.#isCalled = false
    }
    const thrown = this.#thrown
    this.#thrown = undefined
    if (thrown === undefined) return
    this.#timeouts.forget(query)
    throw thrown.error
  }

  /** Whether what runs is being cancelled: the connection will be free soon. */
  protected get isCancelling(): boolean {
    return Boolean(this._activeQuery && this.#timeouts.isGivenUp(this._activeQuery))
  }

  /** Limits the time of a query, from now on. */
  protected limitTime(query: Submittable, ms: number): void {
    this.#timeouts.start(query, ms, this.connection, () => {
      const isQueued = remove(this._queryQueue, query)
      // What was pipelined behind it waits for it: there is no other way to free them.
      if (!isQueued && this.pipeline) this.connection.stream.destroy()
      return isQueued
    })
  }

  #onConnected(): void {
    this._connecting = false
    this._connected = true
    clearTimeout(this.connectionTimeoutHandle)
    const callback = this._connectionCallback
    this._connectionCallback = null
    callback?.(null, this)
    this.emit("connect")
  }

  #onConnectFailure(error: Error): void {
    if (this._connectionError) return
    this._connectionError = true
    clearTimeout(this.connectionTimeoutHandle)
    if (this._connectionCallback) this._connectionCallback(error)
    else this.#tellError(error)
  }

  /** Nobody has to listen: later queries are refused anyway, and a lost connection is no reason to end the process. */
  #tellError(error: Error): void {
    if (this.listenerCount("error") > 0) this.emit("error", error)
  }

  /** A query was not sent: the next one may be. In a pipeline it has been, unless it was this one's turn already. */
  #goOnWithout(query: Submittable, tell: () => void): void {
    const hadItsTurn = !remove(this._sentQueryQueue, query)
    nextTick(() => {
      try {
        tell()
      } finally {
        if (hadItsTurn) {
          if (this.pipeline) this._activeQuery = null
          this.readyForQuery = true
          this._pulseQueryQueue()
        }
      }
    })
  }
}

/** Takes an element out of an array; false when it is not there. */
export function remove<T>(list: T[], element: T): boolean {
  const index = list.indexOf(element)
  if (index >= 0) list.splice(index, 1)
  return index >= 0
}
