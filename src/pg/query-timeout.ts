/**
 * `query_timeout`: after that time the caller is told, whether the query runs or still waits for its turn. One that runs
 * is cancelled on the server, so that the connection is free again.
 */

import { nextTick } from "#platform"
import { Stop } from "../base/stop.ts"
import type { QueryCallback } from "./query-config.ts"
import type { Result } from "./result.ts"
import type { RequestWriter, Submittable } from "./submittable.ts"

const nothing = (): void => {}

/** The running timeouts of a client, by query. */
export class QueryTimeouts {
  readonly #stops: WeakMap<Submittable, Stop> = new WeakMap()
  readonly #timers: WeakMap<Submittable, ReturnType<typeof setTimeout>> = new WeakMap()

  /**
   * Starts the time of a query, whose callback ends it.
   * @param onExpired removes the query from the queue it waits in; true when that was all there was to do
   */
  start(query: Submittable, ms: number, connection: RequestWriter, onExpired: () => boolean): void {
    const callback: QueryCallback = query.callback ?? nothing
    const stop = new Stop(undefined, undefined, () => new Error("Query read timeout"))
    this.#stops.set(query, stop)
    const timer = setTimeout(() => {
      const error = new Error("Query read timeout")
      nextTick(() => query.handleError(error, connection))
      ;(callback as (error: Error) => void)(error)
      // What comes of it now is nobody's business any more.
      query.callback = nothing
      if (!onExpired()) stop.stop(error)
    }, ms)
    this.#timers.set(query, timer)
    query.callback = (error, result) => {
      clearTimeout(timer)
      callback(error, result as Result)
    }
  }

  /** The caller was told otherwise. */
  forget(query: Submittable): void {
    clearTimeout(this.#timers.get(query))
  }

  /** Whether the query was given up, and the server is asked to stop it. */
  isGivenUp(query: Submittable): boolean {
    return this.#stops.get(query)?.isStopped === true
  }

  /** What stops a query that is about to run, if its time is limited. */
  stopOf(query: Submittable): Stop | undefined {
    return this.#stops.get(query)
  }
}
