/**
 * The Client of `pg`: one connection, queries one after the other (or pipelined), callbacks, promises and events in that
 * package's order. Its own properties are that package's too, because pools, ORMs and tracers read them.
 *
 * @see https://node-postgres.com/apis/client
 */

import { nextTick } from "#platform"
import { PgAuthentication } from "./authentication.ts"
import { findClientPassword } from "./client-password.ts"
import { ClientQueue, type ConnectCallback, remove } from "./client-queue.ts"
import { Connection, type ConnectionOptions } from "./connection.ts"
import { type ConnectionConfig, ConnectionParameters, hideKey, type PgPassword } from "./connection-parameters.ts"
import { defaults } from "./defaults.ts"
import { escapeIdentifier, escapeLiteral } from "./escape.ts"
import { Query } from "./query.ts"
import type { QueryCallback, QueryConfig } from "./query-config.ts"
import type { Result } from "./result.ts"
import { routeMessages } from "./route-messages.ts"
import { startupParameters } from "./startup-parameters.ts"
import type { Submittable } from "./submittable.ts"
import { TypeOverrides } from "./type-overrides.ts"
import type { TypeFormat, TypeParser, TypeParsers } from "./types.ts"

const DEFAULT_SCRAM_ITERATIONS = 100_000

/** A connection to a server, as `pg` has it. */
export class Client extends ClientQueue {
  static readonly Query: typeof Query = Query

  declare connectionParameters: ConnectionParameters
  declare user: string | undefined
  declare database: string | undefined
  declare port: number
  declare host: string | undefined
  declare password: PgPassword
  declare replication: string | undefined
  declare _Promise: PromiseConstructor
  declare _types: TypeOverrides
  declare enableChannelBinding: boolean
  declare scramMaxIterations: number
  declare binary: boolean
  declare ssl: unknown
  declare sslNegotiation: string
  declare _connectionTimeoutMillis: number
  // Not there, as in `pg`; but `@types/pg` has them, and what takes a client of those types has to take this one.
  declare readonly copyFrom: never
  declare readonly copyTo: never
  declare readonly pauseDrain: never
  declare readonly resumeDrain: never

  constructor(config?: string | ConnectionConfig | null) {
    super()
    this.connectionParameters = new ConnectionParameters(config)
    const { user, database, port, host, password, replication, ssl, sslnegotiation } = this.connectionParameters
    this.user = user
    this.database = database
    this.port = port
    this.host = host
    const hidden = { configurable: true, enumerable: false, writable: true, value: password }
    Object.defineProperty(this, "password", hidden)
    this.replication = replication
    const given: ConnectionConfig = typeof config === "object" && config !== null ? config : {}
    this._Promise = (given["Promise"] as PromiseConstructor) || Promise
    this._types = new TypeOverrides(given["types"] as TypeParsers)
    this._ending = false
    this._ended = false
    this._connecting = false
    this._connected = false
    this._connectionError = false
    this._queryable = true
    this._activeQuery = null
    this._txStatus = null
    this.enableChannelBinding = Boolean(given["enableChannelBinding"])
    this.scramMaxIterations = finiteOr(given["scramMaxIterations"], DEFAULT_SCRAM_ITERATIONS)
    this.connection =
      (given["connection"] as Connection) ||
      new Connection({
        stream: given["stream"] as ConnectionOptions["stream"],
        ssl,
        sslNegotiation: sslnegotiation,
        keepAlive: (given["keepAlive"] as boolean) || false,
        keepAliveInitialDelayMillis: (given["keepAliveInitialDelayMillis"] as number) || 0,
        encoding: this.connectionParameters.client_encoding || "utf8",
      })
    this._queryQueue = []
    this._sentQueryQueue = []
    this.pipeline = Boolean(given["pipeline"])
    this.binary = (given["binary"] as boolean) || defaults.binary
    this.processID = null
    this.secretKey = null
    this.ssl = ssl || false
    this.sslNegotiation = sslnegotiation || "postgres"
    hideKey(this.ssl)
    this._connectionTimeoutMillis = (given["connectionTimeoutMillis"] as number) || 0
  }

  /** The query that runs. */
  get activeQuery(): Submittable | null | undefined {
    return this._activeQuery
  }

  set activeQuery(query: Submittable | null) {
    this._activeQuery = query
  }

  /** The queries that wait for their turn. */
  get queryQueue(): Submittable[] {
    return this._queryQueue
  }

  /** Connects. A client connects once. */
  connect(): Promise<this>
  connect(callback: ConnectCallback): void
  connect(callback?: ConnectCallback): Promise<this> | undefined {
    if (callback) {
      this.#connect(callback)
      return
    }
    return new this._Promise((resolve, reject) => {
      this.#connect((error) => (error ? reject(error) : resolve(this)))
    })
  }

  /**
   * Runs a query, given as text, as a config or as something that submits itself. With a callback there is no promise;
   * what submits itself is returned as it is.
   *
   * @throws TypeError without a query, or when the callback is no function
   */
  query<S extends Submittable>(query: S, values?: readonly unknown[] | QueryCallback, callback?: QueryCallback): S
  query(config: string | QueryConfig, values?: readonly unknown[] | null): Promise<Result>
  query(config: string | QueryConfig, callback: QueryCallback): void
  query(config: string | QueryConfig, values: readonly unknown[] | null | undefined, callback: QueryCallback): void
  query(
    config: string | QueryConfig | Submittable,
    values?: readonly unknown[] | QueryCallback | null,
    callback?: QueryCallback,
  ): Submittable | Promise<Result> | undefined {
    if (config === null || config === undefined) throw new TypeError("Client was passed a null or undefined query")
    let query: Submittable
    let returned: Submittable | Promise<Result> | undefined
    if (typeof config === "object" && "submit" in config && typeof config.submit === "function") {
      returned = query = config
      const given = typeof values === "function" ? values : callback
      if (!query.callback && given) query.callback = given
    } else {
      query = new Query(config as QueryConfig, values, callback)
      if (!query.callback) returned = this.#promiseOf(query)
      else if (typeof query.callback !== "function") throw new TypeError("callback is not a function")
    }
    const timeout = (config as QueryConfig).query_timeout || this.connectionParameters.query_timeout
    if (timeout) this.limitTime(query, timeout)
    if (this.binary && !query.binary) query.binary = true
    if (query._result && !query._result._types) query._result._types = this._types
    const obstacle = this.#obstacleTo(query, returned === query && !(query instanceof Query))
    if (obstacle !== undefined) {
      nextTick(() => query.handleError(new Error(obstacle), this.connection))
      return returned
    }
    this.enqueue(query)
    return returned
  }

  /** Says goodbye. What runs is cut off; with `pipeline` it is awaited. */
  end(): Promise<void>
  end(callback: (error?: Error) => void): void
  end(callback?: (error?: Error) => void): Promise<void> | void {
    this._ending = true
    const { connection } = this
    if (!connection._connecting || this._ended) {
      if (!callback) return this._Promise.resolve()
      callback()
      return
    }
    const isBusy = this._activeQuery || (this.pipeline && this._queryQueue.length + this._sentQueryQueue.length > 0)
    if (!this._queryable) connection.stream.destroy()
    else if (this.pipeline && isBusy) this.once("drain", () => connection.end())
    else if (this.isCancelling) connection.endWhenIdle()
    else if (isBusy) connection.stream.destroy()
    else connection.end()
    if (callback) connection.once("end", callback)
    else return new this._Promise((resolve) => connection.once("end", resolve))
  }

  /** Cancels a query of another client: on the server when it runs, in the queue when it waits. */
  cancel(client: Client, query: Submittable): void {
    if (client._activeQuery === query) {
      this.connection.on("error", (error: Error) => this._onFailure(error))
      this.#openStream()
      this.connection.on("connect", () => this.connection.cancel(client.processID!, client.secretKey!))
    } else if (!remove(client._queryQueue, query) && client._sentQueryQueue.includes(query)) {
      query.callback = () => {}
    }
  }

  /** The settings that the session begins with. */
  getStartupConf(): Record<string, string> {
    return startupParameters(this.connectionParameters)
  }

  setTypeParser(oid: number, format: TypeFormat | TypeParser, parser?: TypeParser): void {
    this._types.setTypeParser(oid, format as TypeFormat, parser as TypeParser)
  }

  getTypeParser(oid: number, format?: TypeFormat): TypeParser {
    return this._types.getTypeParser(oid, format)
  }

  escapeIdentifier(name: string): string {
    return escapeIdentifier(name)
  }

  escapeLiteral(text: string): string {
    return escapeLiteral(text)
  }

  /** Lets the connection keep the process alive, as it does from the beginning. */
  ref(): void {
    this.connection.ref()
  }

  /** Lets the process end while the connection is open. */
  unref(): void {
    this.connection.unref()
  }

  /** `I` outside of transactions, `T` in one, `E` in one that has failed; null before the connection is there. */
  getTransactionStatus(): string | null {
    return this._txStatus
  }

  #connect(callback: ConnectCallback): void {
    const { connection } = this
    if (this._connecting || this._connected) {
      nextTick(() => callback(new Error("Client has already been connected. You cannot reuse a client.")))
      return
    }
    this._connectionCallback = callback
    this._connecting = true
    if (this._connectionTimeoutMillis > 0) {
      this.connectionTimeoutHandle = setTimeout(() => {
        connection._ending = true
        connection.stream.destroy(new Error("timeout expired"))
      }, this._connectionTimeoutMillis)
      this.connectionTimeoutHandle.unref?.()
    }
    this.#openStream()
    connection.on("connect", () => {
      if (!this.ssl) this.#startSession()
      else if (this.sslNegotiation !== "direct") connection.requestSsl()
    })
    connection.on("sslconnect", () => this.#startSession())
    routeMessages(connection, this)
  }

  #openStream(): void {
    const { connection, host, port } = this
    if (host?.startsWith("/")) connection.connect(`${host}/.s.PGSQL.${port}`)
    else connection.connect(port, host)
  }

  #startSession(): void {
    const authentication = new PgAuthentication({
      user: String(this.user),
      password: () => this.#findPassword(),
      boundStream: this.enableChannelBinding ? () => this.connection.stream : undefined,
      maxIterations: this.scramMaxIterations,
    })
    const settings = Object.entries({ ...this.getStartupConf(), client_encoding: "UTF8" })
    // What is not known is left to the server to refuse.
    const sendable = Object.fromEntries(settings.map(([name, value]) => [name, value ?? ""]))
    this.connection.startup(sendable, authentication, !this.pipeline)
  }

  async #findPassword(): Promise<string | null> {
    const password = await findClientPassword(this.password, this.connectionParameters)
    this.password = password
    this.connectionParameters.password = password
    return password
  }

  /** A promise whose error shows the caller's stack instead of the socket's. */
  #promiseOf(query: Submittable): Promise<Result> {
    const promise: Promise<Result> = new this._Promise((resolve, reject) => {
      query.callback = (error, result) => (error ? reject(error) : resolve(result as Result))
    })
    return promise.catch((error: Error) => {
      Error.captureStackTrace?.(error)
      throw error
    })
  }

  /** Why a query cannot be run, if it cannot. */
  #obstacleTo(query: Submittable, isForeign: boolean): string | undefined {
    if (this.pipeline && (isForeign || query.rows)) {
      const what = isForeign ? "Custom query classes such as pg-cursor and pg-query-stream are" : "The `rows` option is"
      return `${what} not supported in pipeline mode`
    }
    if (!this._queryable) return "Client has encountered a connection error and is not queryable"
    return this._ending ? "Client was closed and is not queryable" : undefined
  }
}

function finiteOr(value: unknown, otherwise: number): number {
  const isText = typeof value === "string" && value.trim() !== ""
  const number = typeof value === "number" || isText ? Number(value) : Number.NaN
  return Number.isFinite(number) ? number : otherwise
}
