/**
 * The numbers of a pool: what has happened since it was made, written by its parts as they go and only growing; and what
 * there is at one moment.
 */

import { Histogram } from "./histogram.ts"

/** Running counters of a pool. */
export class PoolCounters {
  /** How often a resource was asked for. */
  requests = 0
  /** … and had to be waited for. */
  queued = 0
  /** … and the wait ended by deadline, signal, `maxWaiting` or the pool's end. */
  refused = 0
  /** How often a query went out behind others on a connection that was busy with them. */
  shared = 0
  opened = 0
  openingFailures = 0
  /** Milliseconds that opening has taken, altogether. */
  openingMs = 0
  /** Lost without having been closed. */
  lost = 0
  /** Found unfit by a check. */
  unfit = 0
  /** Given back with an error, or in a state that could not be mended. */
  returnedBad = 0
  closedByAge = 0
  closedByIdleness = 0
  readonly waits: Histogram = new Histogram()
  readonly usage: Histogram = new Histogram()
}

/** What there is in a pool at one moment. */
export interface PoolGauges {
  readonly open: number
  readonly idle: number
  readonly opening: number
  readonly dying: number
  readonly waiting: number
  readonly isPausing: boolean
}
