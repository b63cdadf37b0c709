/**
 * A transaction: begin … commit or roll back. BEGIN leaves with the first statement, so a transaction without statements
 * never troubles the server. A nested transaction is a savepoint. The connection belongs to the innermost one that is
 * open, until the server has answered its end.
 *
 *     open ──commit, prepare, rollback──▶ ending ──answered──▶ ended
 *       └────stopped, abandoned: rollback───▲
 *
 * @see https://www.postgresql.org/docs/current/tutorial-transactions.html
 */

import type { Stop } from "../../base/stop.ts"
import { UsageError } from "../../errors/client-error.ts"
import type { SkippableExchange } from "../../exchange/skippable.ts"
import type { Result } from "../../query/result.ts"
import type { RowShape } from "../../query/row-shape.ts"
import { withCallerStack } from "../caller-stack.ts"
import { type Carrier, partOf } from "../carrier.ts"
import { ConnectedMethods } from "../connected-methods.ts"
import { type Gathered, type Pipeline, type PipelineOptions, runPipeline } from "../pipeline.ts"
import type { QueryText } from "../query-arguments.ts"
import type { ScriptOptions } from "../queryable.ts"
import { runQuery, runScript } from "../run-query.ts"
import type { Session } from "../session.ts"
import type { Start } from "../start.ts"
import { type Boundaries, ofSavepoint, ofTransaction } from "./boundaries.ts"
import { FirstStatement } from "./first-statement.ts"
import { quoteGid } from "./gid.ts"
import {
  checkNestedOptions,
  checkTransactionOptions,
  type NestedTransactionOptions,
  type TransactionOptions,
} from "./options.ts"
import { OwnStatements } from "./own-statements.ts"
import { runTransaction } from "./run-transaction.ts"
import type { TransactionStop } from "./transaction-stop.ts"

/** Where a transaction stands, and what ends it from outside. */
export interface TransactionPlace {
  readonly outer?: Transaction | undefined
  /** What it is for, in the words of an error to those who use the connection meanwhile. */
  readonly purpose?: string | undefined
  readonly stop?: TransactionStop | undefined
  /** Is given what settles as its end does: rejects when it was to last and does not, or was stopped. */
  readonly onEnding?: ((ending: Promise<void>) => void) | undefined
}

/**
 * An open transaction: run its statements through it. It ends by `commit`, `rollback`, `prepare`, or at the end of an
 * `await using` block, which rolls back what was not committed.
 */
export class Transaction extends ConnectedMethods implements AsyncDisposable {
  readonly #session: Session
  readonly #outer: Transaction | undefined
  readonly #boundaries: Boundaries
  readonly #first: FirstStatement
  readonly #own: OwnStatements
  readonly #depth: number
  readonly #isRehearsal: boolean
  readonly #stop: TransactionStop | undefined
  readonly #onEnding: TransactionPlace["onEnding"]
  #state: "open" | "ending" | "ended" = "open"
  #ending: Promise<void> | undefined
  /** Why it was rolled back without being asked to. */
  #loss: { readonly reason: unknown } | undefined
  #interrupt: ((reason: unknown) => void) | undefined
  /** @internal Rejects once it was stopped and rolled back; absent when nothing can stop it. */
  readonly interruption: Promise<never> | undefined

  /** @internal Use `begin` or `transaction`. */
  constructor(session: Session, options: TransactionOptions, place: TransactionPlace = {}) {
    super()
    const { outer } = place
    if (outer === undefined) {
      checkTransactionOptions(options)
      checkNoneOpen(session)
    } else {
      checkNestedOptions(options)
      outer.#checkUsable()
    }
    this.#session = session
    this.#outer = outer
    this.#depth = outer === undefined ? 0 : outer.#depth + 1
    this.#isRehearsal = options.forceRollback === true
    this.#boundaries = outer === undefined ? ofTransaction(options) : ofSavepoint(this.#depth)
    const start: Start =
      outer === undefined
        ? (exchange, stop) => session.link.run(exchange, stop)
        : (exchange, stop) => outer.#carry(exchange, stop)
    this.#first = new FirstStatement(this.#boundaries.begin, start)
    this.#own = new OwnStatements(session, this.#first, this.#boundaries, outer !== undefined)
    session.enter(this, outer, place.purpose ?? (outer === undefined ? "a transaction" : "a nested transaction"))
    this.#onEnding = place.onEnding
    this.#stop = outer === undefined ? place.stop : outer.#stop
    if (place.stop === undefined) return
    place.stop.onStopped = (reason) => this.#onStopped(reason)
    this.interruption = new Promise((_, reject) => {
      this.#interrupt = reject
    })
    this.interruption.catch(() => {})
  }

  /** True until it is committed, rolled back or prepared, or was stopped. */
  get isOpen(): boolean {
    return this.#state === "open"
  }

  /**
   * Commits; a nested one releases its savepoint.
   * @throws CommitFailedError when the server rolled back instead, because a statement had failed before
   * @throws CommitUnknownError when the connection was lost meanwhile: the transaction may or may not be committed
   */
  async commit(): Promise<void> {
    if (this.#isRehearsal) {
      throw new UsageError("a transaction with forceRollback cannot be committed", { safeToRetry: true })
    }
    await this.#end(() => this.#conclude(this.#boundaries.commit))
  }

  /** Rolls back; a nested one goes back to its savepoint. A lost connection has rolled back already. */
  async rollback(): Promise<void> {
    if (this.#loss !== undefined) return this.whenEnded() // what has stopped it rolls back as well
    await this.#end(() => this.#own.rollBack())
  }

  /**
   * Prepares the transaction for a two-phase commit: it leaves the session and waits on the server, surviving crashes,
   * for `commitPrepared(gid)` or `rollbackPrepared(gid)` on any connection to its database.
   * @param gid its name, unique on the server, up to 199 bytes
   * @throws CommitFailedError when the server rolled back instead, because a statement had failed before
   * @throws CommitUnknownError when the connection was lost meanwhile: `preparedTransactions` tells whether it is there
   */
  async prepare(gid: string): Promise<void> {
    if (this.#outer !== undefined) {
      throw new UsageError("a nested transaction cannot be prepared: prepare the outer one", { safeToRetry: true })
    }
    if (this.#isRehearsal) {
      throw new UsageError("a transaction with forceRollback cannot be prepared", { safeToRetry: true })
    }
    const statement = `PREPARE TRANSACTION ${quoteGid(gid)}`
    await this.#end(async () => {
      await this.#own.begin() // there is nothing to prepare before that
      await this.#conclude(statement)
    })
  }

  /** Runs a function in a savepoint: when it throws, what it did is undone and this transaction goes on. */
  transaction<T>(fn: (tx: Transaction) => T | Promise<T>, options: NestedTransactionOptions = {}): Promise<T> {
    return runTransaction(() => beginNested(this.#session, options, this), fn, options)
  }

  /**
   * Runs many statements under one sync point, within this transaction: what fails there has failed the transaction.
   * @see Connection.pipeline
   */
  pipeline<T extends readonly unknown[] | []>(
    fn: (pipeline: Pipeline) => T,
    options?: PipelineOptions,
  ): Promise<Gathered<T>>
  pipeline<T>(fn: (pipeline: Pipeline) => T | Promise<T>, options?: PipelineOptions): Promise<T>
  pipeline<T>(fn: (pipeline: Pipeline) => T | Promise<T>, options?: PipelineOptions): Promise<T> {
    return runPipeline(this.#session, this.#start, this, fn, options)
  }

  /** Rolls back what was not committed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.abandon()
  }

  /**
   * @internal Rolls back, if it is open, together with what is still open within it: nobody waits for that any more, and
   * the connection would never be free again.
   */
  async abandon(): Promise<void> {
    if (this.#state !== "open") return this.whenEnded()
    if (!this.#session.isAround(this)) return this.rollback()
    const reason = new UsageError("the transaction around this has ended and was rolled back")
    this.#session.giveUp(reason, this)
    const ending = this.#rollBackFor(reason)
    this.#onEnding?.(ending)
    await ending
  }

  /** @internal Resolves when it is over, if its end was asked for. */
  async whenEnded(): Promise<void> {
    await this.#ending?.catch(() => {}) // whoever has asked for the end is told how it went
  }

  /** @internal @throws its reason, when it was stopped and so rolled back */
  throwIfInterrupted(): void {
    if (this.#loss !== undefined) throw this.#loss.reason
    this.#outer?.throwIfInterrupted()
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
    // A script cannot stand behind BEGIN under one Sync.
    if (this.#state === "open") this.#own.begin().catch(() => {}) // the script fails likewise
    return runScript(this.#session, this.#start, script, options)
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
      this.#session.admit(undefined, stop)
      this.#session.link.run(exchange, stop)
    }
  }

  readonly #start: Start = (exchange: SkippableExchange, stop: Stop | undefined) => {
    try {
      this.#checkUsable()
    } catch (error) {
      stop?.dispose()
      throw error
    }
    this.#first.run(exchange, this.#boundedBy(stop))
  }

  /** Carries what a nested transaction runs; after the end of this one that would be no part of any. */
  #carry(exchange: SkippableExchange, stop: Stop | undefined): void {
    if (this.#loss === undefined) {
      this.#first.run(exchange, stop)
    } else {
      stop?.dispose()
      exchange.fail(this.#loss.reason)
    }
  }

  #checkUsable(): void {
    this.throwIfInterrupted()
    if (this.#state !== "open") throw new UsageError("the transaction has ended", { safeToRetry: true })
    const { link } = this.#session
    this.#session.check(this)
    if (!this.#first.hasBegun || !link.isIdle || link.server.transactionStatus !== "idle") return
    if (link.state !== "open") return // a lost connection says so itself
    this.#finish()
    throw new UsageError("a statement has ended the transaction: use commit and rollback instead of their SQL")
  }

  /** What stops a statement: its own stop, and the transaction's. */
  #boundedBy(stop: Stop | undefined): Stop | undefined {
    if (this.#stop === undefined) return stop
    const both = stop ?? this.#session.stopOwn(undefined, undefined)
    this.#stop.adopt(both)
    return both
  }

  #end(run: () => Promise<void>): Promise<void> {
    this.#checkUsable()
    this.#state = "ending"
    this.#ending = run().finally(() => this.#finish())
    this.#onEnding?.(this.#ending)
    return withCallerStack(this.#ending)
  }

  #finish(): void {
    this.#state = "ended"
    this.#session.leave(this)
  }

  /** Makes it last, unless nothing has happened in it. Who stops that wants to know how it ended all the same. */
  async #conclude(statement: string): Promise<void> {
    if (this.#first.isFresh) return
    const bound = this.#boundedBy(this.#session.stopFor(undefined, undefined))
    if (bound !== undefined) bound.isPatient = true
    await this.#own.conclude(statement, bound)
  }

  #onStopped(reason: unknown): void {
    if (this.#state !== "open") return
    void this.#rollBackFor(reason).then(() => this.#interrupt?.(reason))
    if (this.interruption !== undefined) this.#onEnding?.(this.interruption)
  }

  /** Rolls back whoever has the connection within. */
  #rollBackFor(reason: unknown): Promise<void> {
    this.#state = "ending"
    this.#loss = { reason }
    this.#ending = this.#own
      .rollBack()
      .catch(() => {})
      .finally(() => this.#finish())
    return this.#ending
  }
}

/** A transaction that somebody has begun by a statement would end with this one. */
function checkNoneOpen({ link }: Session): void {
  if (link.state !== "open") return // the first statement is told so
  if (!link.isIdle || link.server.transactionStatus === "idle") return
  const problem = "a transaction is open on this connection that was begun by a statement: end it first"
  throw new UsageError(problem, { safeToRetry: true })
}

function beginNested(session: Session, options: NestedTransactionOptions, outer: Transaction): Transaction {
  return new Transaction(session, options, { outer })
}
