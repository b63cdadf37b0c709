/**
 * A transaction: begin … commit or roll back. BEGIN leaves with the first statement, so a transaction without statements
 * never troubles the server. A nested transaction is a savepoint.
 *
 *     open ──commit──▶ ended
 *       └───rollback─────▲
 *
 * @see https://www.postgresql.org/docs/current/tutorial-transactions.html
 */

import type { Stop } from "../../base/stop.ts"
import { CommitFailedError, CommitUnknownError, ConnectionError, UsageError } from "../../errors/client-error.ts"
import type { SkippableExchange } from "../../exchange/skippable.ts"
import type { Result } from "../../query/result.ts"
import type { RowShape } from "../../query/row-shape.ts"
import { quoteLiteral } from "../../sql/quote.ts"
import { type Carrier, partOf } from "../carrier.ts"
import type { QueryText } from "../query-arguments.ts"
import { toQuery } from "../query-arguments.ts"
import { QueryMethods } from "../query-methods.ts"
import type { ScriptOptions } from "../queryable.ts"
import { pickResult, runNormalised, runQuery, runScript, type Start } from "../run-query.ts"
import type { Session } from "../session.ts"
import { FirstStatement } from "./first-statement.ts"
import { beginStatement, type TransactionMode, type TransactionOptions } from "./options.ts"
import { runTransaction } from "./run-transaction.ts"

/** The statements that begin and end a transaction or a savepoint. */
interface Boundaries {
  readonly begin: string
  readonly commit: string
  readonly rollback: string
}

/**
 * An open transaction: run its statements through it. It ends by `commit`, `rollback`, `prepare`, or at the end of an
 * `await using` block, which rolls back what was not committed.
 */
export class Transaction extends QueryMethods implements AsyncDisposable {
  readonly #session: Session
  readonly #outer: Transaction | undefined
  readonly #boundaries: Boundaries
  readonly #first: FirstStatement
  readonly #depth: number
  #state: "open" | "ended" = "open"

  /** @internal Use `begin` or `transaction`. */
  constructor(session: Session, mode: TransactionMode, outer?: Transaction, purpose?: string) {
    super()
    this.#session = session
    this.#outer = outer
    this.#depth = outer === undefined ? 0 : outer.#depth + 1
    this.#boundaries = outer === undefined ? ofTransaction(mode) : ofSavepoint(this.#depth)
    const start: Start =
      outer === undefined
        ? (exchange, stop) => session.link.run(exchange, stop)
        : (exchange, stop) => outer.#first.run(exchange, stop)
    this.#first = new FirstStatement(this.#boundaries.begin, start)
    session.enter(this, outer, purpose ?? (outer === undefined ? "a transaction" : "a nested transaction"))
  }

  /** True until it is committed, rolled back or prepared. */
  get isOpen(): boolean {
    return this.#state === "open"
  }

  /**
   * Commits; a nested one releases its savepoint.
   * @throws CommitFailedError when the server rolled back instead, because a statement had failed before
   * @throws CommitUnknownError when the connection was lost meanwhile: the transaction may or may not be committed
   */
  async commit(): Promise<void> {
    this.#end()
    if (this.#first.isFresh) return
    const failure = this.#session.link.server.lastFailure
    try {
      const { command } = await this.#run(this.#boundaries.commit)
      if (command === "ROLLBACK") throw new CommitFailedError(failure)
    } catch (error) {
      if (error instanceof ConnectionError && !error.safeToRetry && this.#outer === undefined) {
        throw new CommitUnknownError(error)
      }
      throw error
    }
  }

  /** Rolls back; a nested one goes back to its savepoint. A lost connection has rolled back already. */
  async rollback(): Promise<void> {
    this.#end()
    if (this.#first.isFresh || this.#first.hasFailed) return
    try {
      for (const statement of this.#boundaries.rollback.split("; ")) await this.#run(statement)
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error
    }
  }

  /**
   * Prepares the transaction for a two-phase commit: it leaves the session and waits on the server, surviving crashes,
   * for `commitPrepared(gid)` or `rollbackPrepared(gid)` on any connection.
   * @param gid its name, unique on the server, up to 199 bytes
   */
  async prepare(gid: string): Promise<void> {
    if (this.#outer !== undefined) {
      throw new UsageError("a nested transaction cannot be prepared: prepare the outer one", { safeToRetry: true })
    }
    const statement = `PREPARE TRANSACTION ${quoteLiteral(gid)}`
    this.#end()
    if (this.#first.isFresh) await this.#run("SELECT") // there is nothing to prepare before BEGIN was sent
    const failure = this.#session.link.server.lastFailure
    const { command } = await this.#run(statement)
    if (command === "ROLLBACK") throw new CommitFailedError(failure)
  }

  /** Runs a function in a savepoint: when it throws, what it did is undone and this transaction goes on. */
  transaction<T>(
    fn: (tx: Transaction) => T | Promise<T>,
    options: Pick<TransactionOptions, "forceRollback"> = {},
  ): Promise<T> {
    return runTransaction(() => new Transaction(this.#session, {}, this), fn, { forceRollback: options.forceRollback })
  }

  /** Rolls back what was not committed. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state === "open") await this.rollback()
  }

  protected override runQuery<R, T>(
    text: QueryText,
    rest: readonly unknown[],
    pick: (result: Result<R>) => T,
    shape?: RowShape,
  ): Promise<T> {
    return runQuery(this.#session, this.#start, text, rest, pick, shape)
  }

  protected override async runScript(script: string, options: ScriptOptions): Promise<Result<unknown>[]> {
    // A script cannot stand behind BEGIN under one Sync.
    if (this.#first.isFresh) await this.#run("SELECT")
    return await runScript(this.#session, this.#start, script, options)
  }

  /** @internal */
  override borrow(): Carrier {
    return {
      session: this.#session,
      start: this.#start,
      scope: this,
      inTransaction: true,
      begin: () => partOf(this.borrow()),
      startBeyond: this.#startBeyond,
      release: () => {},
    }
  }

  /** For what outlives the transaction: runs within it as long as it is open, then within the outer one, then without. */
  readonly #startBeyond: Start = (exchange, stop) => {
    if (this.#state === "open") {
      this.#start(exchange, stop)
    } else if (this.#outer !== undefined) {
      this.#outer.#startBeyond(exchange, stop)
    } else {
      this.#session.check(undefined)
      this.#session.link.run(exchange, stop)
    }
  }

  readonly #start: Start = (exchange: SkippableExchange, stop: Stop | undefined) => {
    if (this.#state === "ended") {
      stop?.dispose()
      throw new UsageError("the transaction has ended", { safeToRetry: true })
    }
    this.#session.check(this)
    this.#first.run(exchange, stop)
  }

  /** Runs one of our own statements, past the checks that callers' statements meet. */
  #run(statement: string): Promise<Result<unknown>> {
    const start: Start = (exchange, stop) => this.#first.run(exchange, stop)
    return runNormalised<unknown, Result<unknown>>(this.#session, start, toQuery(statement, []), pickResult)
  }

  #end(): void {
    if (this.#state === "ended") throw new UsageError("the transaction has ended", { safeToRetry: true })
    this.#session.check(this)
    this.#state = "ended"
    this.#session.leave(this)
  }
}

function ofTransaction(mode: TransactionMode): Boundaries {
  return { begin: beginStatement(mode), commit: "COMMIT", rollback: "ROLLBACK" }
}

function ofSavepoint(depth: number): Boundaries {
  const name = `pgline_${depth}`
  return {
    begin: `SAVEPOINT ${name}`,
    commit: `RELEASE SAVEPOINT ${name}`,
    rollback: `ROLLBACK TO SAVEPOINT ${name}; RELEASE SAVEPOINT ${name}`,
  }
}
