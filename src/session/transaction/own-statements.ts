/**
 * The statements of its own that a transaction runs: those that make it last or undo it, and what their failures mean.
 *
 *     conclude ──answered COMMIT──▶ it lasts
 *         ├──answered ROLLBACK──▶ CommitFailedError
 *         ├──refused, or never sent──▶ rolled back where it is open still
 *         └──lost on the way──▶ CommitUnknownError
 */

import type { Stop } from "../../base/stop.ts"
import { CommitFailedError, CommitUnknownError, PglineError } from "../../errors/client-error.ts"
import { ServerError } from "../../errors/server-error.ts"
import { toQuery } from "../query-arguments.ts"
import { runNormalised } from "../run-query.ts"
import type { Session } from "../session.ts"
import type { Start } from "../start.ts"
import type { Boundaries } from "./boundaries.ts"
import type { FirstStatement } from "./first-statement.ts"

/** How the server has answered the statement that ends a transaction. */
interface Ending {
  readonly command: string
  /** What had failed the transaction. */
  readonly failure: ServerError | undefined
}

/** Runs them past the checks that callers' statements meet. */
export class OwnStatements {
  readonly #session: Session
  readonly #first: FirstStatement
  readonly #boundaries: Boundaries
  readonly #isNested: boolean

  /** @param isNested whether it is a savepoint, which is undone with the transaction around it */
  constructor(session: Session, first: FirstStatement, boundaries: Boundaries, isNested: boolean) {
    this.#session = session
    this.#first = first
    this.#boundaries = boundaries
    this.#isNested = isNested
  }

  /** Sends the statement that begins it, where no other is there for it to ride in front of. */
  async begin(): Promise<void> {
    if (this.#first.isFresh) await this.#run("SELECT")
  }

  /** Says the statement that makes it last. When it does not, the transaction is rolled back. @param bound what stops it */
  async conclude(statement: string, bound: Stop | undefined): Promise<void> {
    try {
      const { command, failure } = await this.#run(statement, bound)
      if (command === "ROLLBACK") throw new CommitFailedError(failure)
    } catch (error) {
      if (this.#first.hasFailed) throw error
      const wasSent = !(error === bound?.reason || (error instanceof PglineError && error.safeToRetry))
      if (!wasSent || this.#mayBeOpen) await this.rollBack().catch(() => {})
      throw wasSent ? this.#explain(error, statement, bound) : error
    }
  }

  /** Undoes it. */
  async rollBack(): Promise<void> {
    if (this.#first.isFresh || this.#first.hasFailed) return
    try {
      await Promise.all(this.#boundaries.rollback.map((statement) => this.#run(statement)))
    } catch (error) {
      // A connection that is lost has rolled back, and where BEGIN was refused there is nothing to roll back.
      if (error instanceof ServerError && !this.#first.hasFailed) throw error
    }
  }

  #run(statement: string, bound?: Stop): Promise<Ending> {
    const { server } = this.#session.link
    const start: Start = (exchange) => this.#first.run(exchange, bound)
    const query = toQuery(statement, [[], { timeout: 0 }])
    return runNormalised<unknown, Ending>(this.#session, start, query, ({ command }) => ({
      command,
      failure: server.failureOfEnded,
    }))
  }

  get #mayBeOpen(): boolean {
    return this.#isNested || this.#session.link.server.transactionStatus !== "idle"
  }

  /** What a failure of the last statement means. */
  #explain(error: unknown, statement: string, bound: Stop | undefined): unknown {
    if (error instanceof CommitFailedError) return error
    if (error instanceof ServerError) {
      if (error.code === "57014" && bound?.isStopped) return bound.reason
      return this.#isNested && error.code === "25P02" ? new CommitFailedError(error.cause) : error
    }
    return this.#isNested ? error : new CommitUnknownError(error, statement)
  }
}
