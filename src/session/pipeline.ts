/**
 * An explicit pipeline: many statements under one sync point, the cheapest way to run many small ones. They are one
 * implicit transaction on the server: after an error nothing of it has happened, though results of earlier statements may
 * have been told by then.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */

import { nextTurn } from "#platform"
import type { Stop } from "../base/stop.ts"
import { UsageError } from "../errors/client-error.ts"
import { PipelineExchange } from "../exchange/pipeline.ts"
import { checkBounded, checkFunction } from "../query/check-options.ts"
import type { Result } from "../query/result.ts"
import type { RowShape } from "../query/row-shape.ts"
import type { QueryText } from "./query-arguments.ts"
import { QueryMethods } from "./query-methods.ts"
import { runQuery } from "./run-query.ts"
import type { Session } from "./session.ts"
import type { Start } from "./start.ts"

/** What ends a pipeline before its time. */
export interface PipelineOptions {
  /** Ends it when it aborts: what runs is cancelled on the server, and each statement rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Ends it in the same way after so many milliseconds, with TimeoutError. */
  readonly timeout?: number | undefined
}

/** What a list of promises resolves to; what is typed `any` stays so. */
export type Gathered<T extends readonly unknown[]> = 0 extends 1 & T ? T : { -readonly [K in keyof T]: Awaited<T[K]> }

/** Runs statements under one sync point. Do not await each before the next: that is what pipelines are for. */
export class Pipeline extends QueryMethods {
  readonly #session: Session
  readonly #exchange: PipelineExchange

  /** @internal Use `connection.pipeline`. */
  constructor(session: Session, exchange: PipelineExchange) {
    super()
    this.#session = session
    this.#exchange = exchange
  }

  /**
   * Ends the implicit transaction here and starts another: what was run before is committed, and an error before it does
   * not touch what is run behind it. Resolves when the server is there, rejects when the commit itself has failed (a
   * deferred constraint); nobody has to wait for it.
   */
  sync(): Promise<void> {
    return this.#exchange.sync()
  }

  /** Refused: a pipeline is one transaction already, up to each `sync()`. @throws UsageError */
  transaction(): Promise<never> {
    const problem = "a transaction cannot be part of a pipeline, which is one already: run the pipeline within it"
    return Promise.reject(new UsageError(problem, { safeToRetry: true }))
  }

  protected override runQuery<R, T>(
    text: QueryText,
    rest: readonly unknown[],
    pick: (result: Result<R>) => T,
    shape?: RowShape,
  ): Promise<T> {
    return runQuery(this.#session, this.#start, text, rest, pick, shape)
  }

  protected override runScript(): Promise<never> {
    const problem = "a script cannot be part of a pipeline: run its statements with query"
    return Promise.reject(new UsageError(problem, { safeToRetry: true }))
  }

  /** @internal */
  override borrow(): never {
    throw new UsageError(
      "a stream, a COPY or executeMany cannot be part of a pipeline: run it on the connection or in a transaction",
      { safeToRetry: true },
    )
  }

  /** A statement that is stopped rejects; the server is not asked to cancel it, for that would end the others too. */
  readonly #start: Start = (exchange, stop) => {
    if (stop?.isStopped) {
      exchange.fail(stop.reason)
      return
    }
    stop?.listen((reason) => {
      this.#exchange.withdraw(exchange)
      exchange.fail(reason)
    })
    this.#exchange.run(exchange)
  }
}

/**
 * Runs a function with a pipeline and ends it with a sync point: when what it promises has come, or, when it returns a
 * list of promises, at once, for then nothing more follows.
 * @param scope the transaction that it is run in
 * @throws what the function throws, or the server's error when the commit at the last sync point failed
 */
export async function runPipeline<T>(
  session: Session,
  start: Start,
  scope: object | undefined,
  fn: (pipeline: Pipeline) => T | Promise<T>,
  options: PipelineOptions = {},
): Promise<T> {
  checkFunction(fn, "pipeline")
  checkBounded(options)
  const exchange = new PipelineExchange(session.statements.policy.pooler || scope !== undefined)
  const pipeline = new Pipeline(session, exchange)
  const stop = session.stopOwnIf(options.signal, options.timeout)
  start(exchange, stop)
  const openEnded = new OpenEnded(exchange)
  session.enter(pipeline, scope, "a pipeline", (reason) => openEnded.giveUp(reason))
  // The other one is over at the last sync point; types may be looked up behind it.
  const late = session.stopOwnIf(options.signal, options.timeout)
  try {
    let outcome = fn(pipeline)
    if (Array.isArray(outcome)) {
      // Leaves with the statements: the server answers all at once, and is not asked a second time.
      void exchange.end()
      outcome = Promise.all(outcome) as Promise<T>
    }
    const value = await Promise.race([outcome, exchange.lost, openEnded.givenUp, stopped(late)])
    await exchange.end()
    return value
  } catch (error) {
    await exchange.end().catch(() => {}) // the function's own error is the one to tell
    throw error
  } finally {
    stop?.dispose()
    late?.dispose()
    session.leave(pipeline)
  }
}

/** Rejects when the wait is stopped. */
function stopped(stop: Stop | undefined): Promise<never> {
  return new Promise((_, reject) => {
    if (stop?.isStopped) reject(stop.reason)
    else stop?.listen(reject)
  })
}

/** A pipeline whose function may never end. */
class OpenEnded {
  /** Rejects when the function has had the results of all that was sent, and still has not ended. */
  readonly givenUp: Promise<never>
  readonly #exchange: PipelineExchange
  #reject!: (reason: Error) => void

  constructor(exchange: PipelineExchange) {
    this.#exchange = exchange
    this.givenUp = new Promise((_, reject) => {
      this.#reject = reject
    })
    this.givenUp.catch(() => {})
  }

  /** Takes no more statements. */
  giveUp(reason: Error): void {
    const settle = async (): Promise<void> => {
      await nextTurn()
      this.#reject(reason)
    }
    this.#exchange.end(reason).then(settle, settle)
  }
}
