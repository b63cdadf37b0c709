/**
 * The object in the user's hand: thin, documented, delegating everything.
 */

import { CommitUnknownError, ConnectionClosedError, ConnectionError } from "../errors/client-error.ts"
import { checkNames, checkTimeout, optionNames } from "../query/check-options.ts"
import type { Result } from "../query/result.ts"
import type { RowShape } from "../query/row-shape.ts"
import { type Carrier, partOf } from "../session/carrier.ts"
import { ConnectedMethods } from "../session/connected-methods.ts"
import type { ListenOptions } from "../session/listen/listen-options.ts"
import { Notifications } from "../session/listen/notifications.ts"
import type { NotificationListener, Subscription } from "../session/listen/subscription.ts"
import { type Gathered, type Pipeline, type PipelineOptions, runPipeline } from "../session/pipeline.ts"
import type { QueryText } from "../session/query-arguments.ts"
import type { ScriptOptions } from "../session/queryable.ts"
import { runQuery, runScript } from "../session/run-query.ts"
import type { Session } from "../session/session.ts"
import type { Start } from "../session/start.ts"
import { begin, transact } from "../session/transaction/begin.ts"
import { quoteGid } from "../session/transaction/gid.ts"
import type { BeginOptions, TransactionOptions } from "../session/transaction/options.ts"
import { Transaction } from "../session/transaction/transaction.ts"
import { formatFragment } from "../sql/format.ts"
import type { Sql } from "../sql/fragment.ts"
import { prepareChannel, type TraceContext, transactionChannel } from "../trace/channels.ts"
import { isTraced, trace } from "../trace/trace.ts"
import { literalOf } from "../types/infer.ts"
import type { TypeOptions, TypeRegistry } from "../types/registry.ts"
import type { ConnectionInfo } from "./connection-info.ts"
import { type PreparedStatement, type PrepareOptions, prepareStatement } from "./prepared-statement.ts"

const DATES: TypeOptions = { timestamptz: "date" }

/** A transaction that waits on the server for the second phase of its commit. */
export interface PreparedTransaction {
  /** The name it was prepared under. */
  readonly gid: string
  /** When it was prepared. */
  readonly prepared: Date
  /** Who prepared it. */
  readonly owner: string
  /** The database it belongs to. */
  readonly database: string
}

/** How `close` waits. */
export interface CloseOptions {
  /** Milliseconds that queries under way may still take; then the connection is destroyed. Without, they have all the time they take. */
  readonly timeout?: number
}

const CLOSE_OPTIONS = optionNames<CloseOptions>({ timeout: true })

/**
 * One connection to a server. Queries made without awaiting the ones before are pipelined: they leave together and are
 * answered in order, each its own unit; one's error never touches another.
 */
export class Connection extends ConnectedMethods implements AsyncDisposable {
  /** What is known of the connection and the session. */
  readonly info: ConnectionInfo
  readonly #session: Session
  #notifications: Notifications | undefined

  /** @internal Use `connect`. */
  constructor(session: Session, info: ConnectionInfo) {
    super()
    this.#session = session
    this.info = info
  }

  /** The types of this connection: how values are read and written. */
  get types(): TypeRegistry {
    return this.#session.types
  }

  /**
   * Runs a function in a transaction: commits when it succeeds, rolls back when it throws. BEGIN leaves with the first
   * statement. Meanwhile the connection can only be used through the transaction.
   *
   * @throws what the function throws
   * @throws CommitFailedError when the server answered COMMIT with ROLLBACK
   * @throws CommitUnknownError when the connection was lost during COMMIT
   *
   * @example
   * ```ts
   * await db.transaction(async (tx) => {
   *   await tx.query`update accounts set balance = balance - ${amount} where id = ${from}`
   *   await tx.query`update accounts set balance = balance + ${amount} where id = ${to}`
   * }, { isolation: "serializable", retry: 5 })
   * ```
   */
  transaction<T>(fn: (tx: Transaction) => T | Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const run = (): Promise<T> => transact(this.#session, fn, options)
    return isTraced(transactionChannel) ? trace(transactionChannel, this.#transactionContext(), run) : run()
  }

  /**
   * Begins a transaction that ends by its own methods, or rolls back at the end of an `await using` block. BEGIN leaves
   * with the first statement.
   */
  async begin(options: BeginOptions = {}): Promise<Transaction> {
    if (!isTraced(transactionChannel)) return begin(this.#session, options)
    let onEnding!: (ending: Promise<void>) => void
    const outcome = new Promise<void>((resolve) => {
      onEnding = resolve
    })
    const tx = begin(this.#session, options, onEnding)
    trace(transactionChannel, this.#transactionContext(), () => outcome).catch(() => {}) // told to who has ended it
    return tx
  }

  #transactionContext(): TraceContext {
    return this.#session.traceContext({ "db.operation.name": "transaction" })
  }

  /**
   * Runs many statements under one sync point: they leave together, the server answers together, and they are one
   * implicit transaction. After an error the rest reject with PipelineAbortedError.
   *
   * A list of promises is gathered as `Promise.all` would, and says that nothing more follows, which saves a round trip
   * over a promise: that may be one for results on which the next statement depends.
   *
   * @example
   * ```ts
   * const users = await db.pipeline((p) => ids.map((id) => p.one`select * from users where id = ${id}`))
   * ```
   */
  pipeline<T extends readonly unknown[] | []>(
    fn: (pipeline: Pipeline) => T,
    options?: PipelineOptions,
  ): Promise<Gathered<T>>
  pipeline<T>(fn: (pipeline: Pipeline) => T | Promise<T>, options?: PipelineOptions): Promise<T>
  pipeline<T>(fn: (pipeline: Pipeline) => T | Promise<T>, options?: PipelineOptions): Promise<T> {
    return runPipeline(this.#session, this.#start, undefined, fn, options)
  }

  /**
   * Prepares a statement without running it: its parameters and columns are known then. Statements that are merely run
   * often are prepared by themselves.
   */
  prepare(text: string | Sql, options?: PrepareOptions): Promise<PreparedStatement> {
    const run = (): Promise<PreparedStatement> => prepareStatement(() => this.borrow(), text, options)
    if (!isTraced(prepareChannel)) return run()
    const context = this.#session.traceContext({ "db.query.text": typeof text === "string" ? text : text.text })
    return trace(prepareChannel, context, run)
  }

  /**
   * A fragment as one text with every value written into it: for SET, DDL and logs, which take no parameters.
   * @throws CompositionError when a value cannot be written so that it stays one value
   */
  format(fragment: Sql): string {
    return formatFragment(fragment, {
      literalOf: (value, type) => literalOf(this.#session.types, value, type),
      standardConformingStrings: this.info.parameters.get("standard_conforming_strings") !== "off",
    })
  }

  /**
   * Listens on a channel. Without a listener the subscription is iterated; both take every notification that is sent
   * from now on. Notifications come while the connection is idle and between queries, never in the middle of one.
   *
   * @param listener is told each notification; what it throws is ignored
   * @throws UsageError when the channel has no name that the server takes whole, or a transaction is open
   */
  listen(channel: string, listener?: NotificationListener, options?: ListenOptions): Promise<Subscription> {
    this.#notifications ??= new Notifications(this.#session, this.#start)
    return this.#notifications.listen(channel, listener, options)
  }

  /**
   * Commits a transaction that was prepared for two-phase commit, here or on another connection.
   * @throws UndefinedObject when there is none of this name: it was committed or rolled back
   * @throws CommitUnknownError when the connection was lost meanwhile: say it again
   */
  async commitPrepared(gid: string): Promise<void> {
    const statement = `COMMIT PREPARED ${quoteGid(gid)}`
    try {
      await this.query(statement, [], { prepare: false })
    } catch (error) {
      const isUnknown = error instanceof ConnectionError && !error.safeToRetry
      throw isUnknown ? new CommitUnknownError(error, statement) : error
    }
  }

  /** Rolls back a transaction that was prepared for two-phase commit, here or on another connection. */
  async rollbackPrepared(gid: string): Promise<void> {
    await this.query(`ROLLBACK PREPARED ${quoteGid(gid)}`, [], { prepare: false })
  }

  /** The transactions on this server that are prepared and wait for their second phase. */
  preparedTransactions(): Promise<PreparedTransaction[]> {
    const view = "select gid, prepared, owner, database from pg_catalog.pg_prepared_xacts order by prepared, gid"
    return this.rows<PreparedTransaction>(view, [], { types: DATES })
  }

  /**
   * Asks the server, on a connection of its own, to stop whatever statement runs here; that one rejects with
   * QueryCanceled (57014). Resolves when nothing that is asked for afterwards can be hit. To stop one certain query,
   * give it a `signal`.
   */
  cancel(): Promise<void> {
    return this.#session.link.cancel()
  }

  /** True once the connection is closed, asked for or not: every query is refused from then on. */
  get isClosed(): boolean {
    return this.#session.link.state !== "open"
  }

  /**
   * Lets the queries under way finish, then closes the connection. Resolves when it is gone. What waits for its caller is
   * given up: a stream that is not read to its end, a COPY that is not ended, a source that is still to give more.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    checkNames(options, CLOSE_OPTIONS)
    checkTimeout(options.timeout)
    this.#session.giveUp(new ConnectionClosedError("the connection was closed"))
    await this.#session.link.close(options.timeout)
  }

  /**
   * Closes the connection at once. Queries under way reject with ConnectionClosedError.
   * @param reason told to them as the cause
   */
  destroy(reason?: Error): void {
    const { link } = this.#session
    if (reason === undefined) link.destroy()
    else link.destroy(new ConnectionClosedError(`the connection was destroyed: ${reason.message}`, { cause: reason }))
  }

  /** Closes the connection as `close` does, at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  protected override runQuery<R, T>(
    text: QueryText,
    rest: readonly unknown[],
    pick: (result: Result<R>) => T,
    shape?: RowShape,
  ): Promise<T> {
    return runQuery(this.#session, this.#start, text, rest, pick, shape)
  }

  protected override runScript(script: string, options: ScriptOptions): Promise<Result<unknown>[]> {
    return runScript(this.#session, this.#start, script, options)
  }

  /** @internal */
  override borrow(): Carrier {
    const session = this.#session
    return {
      session,
      start: this.#start,
      scope: undefined,
      inTransaction: session.link.server.transactionStatus !== "idle",
      begin: (purpose) => {
        if (session.link.server.transactionStatus !== "idle") return partOf(this.borrow())
        const tx = new Transaction(session, {}, { purpose })
        return { carrier: tx.borrow(), commit: () => tx.commit(), rollback: () => tx.rollback() }
      },
      startBeyond: this.#start,
      release: () => {},
    }
  }

  readonly #start: Start = (exchange, stop) => {
    this.#session.admit(undefined, stop)
    this.#session.link.run(exchange, stop)
  }
}
