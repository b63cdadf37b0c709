/**
 * Runs queries that need no connection of their own. Idle connections come first; when all are busy, statements known
 * to be quick join others on the least used connection, and the rest wait for one to themselves.
 *
 * A query that was never sent because its connection was gone is run on another one.
 */

import type { Clock } from "../base/clock.ts"
import { ConnectionError } from "../errors/client-error.ts"
import type { Query } from "../query/query.ts"
import type { Result } from "../query/result.ts"
import { withCallerStack } from "../session/caller-stack.ts"
import type { ScriptOptions } from "../session/queryable.ts"
import { runNormalised, runScript } from "../session/run-query.ts"
import type { Entry } from "./entry.ts"
import type { HeldConnection } from "./held-connection.ts"
import { type Pace, QueryPaces } from "./query-pace.ts"
import type { ResourcePool } from "./resource-pool.ts"
import { alone, type WaitOptions } from "./waiter.ts"

/** How often a query that was never sent is tried on another connection. */
const MOST_TRIES = 5

/** What may end a request before its time. */
type Bounds = Pick<ScriptOptions, "signal" | "timeout">

/** Runs what is asked of a pool itself. */
export class QueryRunner {
  readonly #resources: ResourcePool<HeldConnection>
  readonly #clock: Clock
  readonly #maxPipeline: number
  readonly #onError: (error: unknown) => void
  readonly #paces = new QueryPaces()

  /**
   * @param maxPipeline the most queries on one connection
   * @param onError sees every failure of a query
   */
  constructor(
    resources: ResourcePool<HeldConnection>,
    clock: Clock,
    maxPipeline: number,
    onError: (error: unknown) => void,
  ) {
    this.#resources = resources
    this.#clock = clock
    this.#maxPipeline = maxPipeline
    this.#onError = onError
  }

  /** A connection was opened. */
  onOpened(tookMs: number): void {
    this.#paces.onOpened(tookMs)
  }

  /** Runs a query on some connection. */
  query<R, T>(query: Query, pick: (result: Result<R>) => T): Promise<T> {
    const pace = this.#paces.of(query.text)
    if (query.signal === undefined && !query.timeout) {
      return this.#run(query, pace, pick, 1)
    }
    return this.#bounded(query, (entry, left) => this.#runOn(entry, { ...query, timeout: left }, pace, pick))
  }

  /** Runs a script on some connection. */
  script(script: string, options: ScriptOptions): Promise<Result<unknown>[]> {
    return this.#bounded(options, async (entry, left) => {
      const { session, start } = entry.resource
      entry.resource.wasTouched = true
      try {
        return await runScript(session, start, script, { ...options, timeout: left })
      } catch (error) {
        this.#onError(error)
        throw error
      } finally {
        this.#resources.giveBack(entry)
      }
    })
  }

  #run<R, T>(query: Query, pace: Pace, pick: (result: Result<R>) => T, tries: number): Promise<T> {
    const run = (entry: Entry<HeldConnection>): Promise<T> =>
      this.#runOn(entry, query, pace, pick, (error) =>
        tries < MOST_TRIES && wasNeverSent(error) ? this.#run(query, pace, pick, tries + 1) : undefined,
      )
    const share = (): number => Math.min(this.#maxPipeline, this.#paces.depthOf(pace, this.#resources.isCrowded))
    const entry = this.#resources.tryTake(share())
    return entry === undefined ? this.#wait(share, {}, run) : run(entry)
  }

  /** One deadline for the wait and for what follows it. */
  #bounded<T>(
    { signal, timeout }: Bounds,
    run: (entry: Entry<HeldConnection>, leftMs: number | undefined) => Promise<T>,
  ): Promise<T> {
    const since = this.#clock.now()
    const { acquireTimeoutMs } = this.#resources.limits
    const timeoutMs = timeout ? Math.min(timeout, acquireTimeoutMs || timeout) : acquireTimeoutMs
    const entry = signal?.aborted ? undefined : this.#resources.tryTake(1)
    if (entry !== undefined) return run(entry, timeout)
    return this.#wait(alone, { signal, timeoutMs }, (granted) =>
      run(granted, timeout ? Math.max(1, timeout - (this.#clock.now() - since)) : timeout),
    )
  }

  #wait<T>(share: () => number, options: WaitOptions, run: (entry: Entry<HeldConnection>) => Promise<T>): Promise<T> {
    return withCallerStack(
      new Promise<T>((resolve, reject) => {
        this.#resources.wait(share, options, (entry) => resolve(run(entry)), reject)
      }),
    )
  }

  #runOn<R, T>(
    entry: Entry<HeldConnection>,
    query: Query,
    pace: Pace,
    pick: (result: Result<R>) => T,
    otherwise?: (error: unknown) => Promise<T> | undefined,
  ): Promise<T> {
    const wasAlone = entry.users === 1
    return start(entry, query, pick).then(
      (value) => {
        this.#paces.learn(pace, this.#clock.now() - entry.progressAt, wasAlone)
        this.#giveBack(entry, pace)
        return value
      },
      (error) => {
        this.#giveBack(entry, pace)
        this.#onError(error)
        const other = otherwise?.(error)
        if (other !== undefined) return other
        throw error
      },
    )
  }

  #giveBack(entry: Entry<HeldConnection>, { isPlain }: Pace): void {
    if (!isPlain) entry.resource.wasTouched = true
    this.#resources.giveBack(entry)
  }
}

function start<R, T>(entry: Entry<HeldConnection>, query: Query, pick: (result: Result<R>) => T): Promise<T> {
  const { session, start } = entry.resource
  try {
    return runNormalised(session, start, query, pick)
  } catch (error) {
    return Promise.reject(error) // the connection has to go back all the same
  }
}

function wasNeverSent(error: unknown): boolean {
  return error instanceof ConnectionError && error.safeToRetry
}
