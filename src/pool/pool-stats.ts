/**
 * The figures of a pool at one moment: what there is, and what has happened since it was made.
 */

import type { HistogramSnapshot } from "./histogram.ts"
import type { ResourcePool } from "./resource-pool.ts"

/** Gauges and running counters of a pool. Times are in milliseconds. */
export interface PoolStats {
  readonly min: number
  readonly max: number
  /** All connections that count towards `max`: open, being opened, and closed but not gone. */
  readonly size: number
  /** Open connections that nobody uses. */
  readonly idle: number
  /** Open connections that somebody uses, or that are being checked or reset. */
  readonly busy: number
  readonly opening: number
  readonly closing: number
  /** How many wait for a connection. */
  readonly waiting: number
  /** How often a connection was asked for, by queries on the pool itself too. */
  readonly requests: number
  /** … and had to be waited for. */
  readonly queued: number
  /** … and could not be had: by deadline, signal, `maxWaiting` or the pool's end. */
  readonly refused: number
  /** Queries that were sent behind others on one connection. */
  readonly shared: number
  readonly opened: number
  readonly openingFailures: number
  readonly openingMs: number
  /** Connections that were lost. */
  readonly lost: number
  /** Connections that a check has found unfit. */
  readonly unfit: number
  /** Connections that came back with an error, or could not be reset. */
  readonly returnedBad: number
  readonly closedByAge: number
  readonly closedByIdleness: number
  /** Why the last attempt to connect has failed, unless one has succeeded since. */
  readonly lastError: unknown
  /** How long those waited who got a connection after waiting. */
  readonly waits: HistogramSnapshot
  /** How long connections were used. */
  readonly usage: HistogramSnapshot
}

/** Takes the figures down. */
export function takeStats<R>({ counters, gauges, limits, size, lastError }: ResourcePool<R>): PoolStats {
  return Object.freeze({
    min: limits.min,
    max: limits.max,
    size,
    idle: gauges.idle,
    busy: gauges.open - gauges.idle,
    opening: gauges.opening,
    closing: gauges.dying,
    waiting: gauges.waiting,
    requests: counters.requests,
    queued: counters.queued,
    refused: counters.refused,
    shared: counters.shared,
    opened: counters.opened,
    openingFailures: counters.openingFailures,
    openingMs: counters.openingMs,
    lost: counters.lost,
    unfit: counters.unfit,
    returnedBad: counters.returnedBad,
    closedByAge: counters.closedByAge,
    closedByIdleness: counters.closedByIdleness,
    lastError,
    waits: counters.waits.snapshot(),
    usage: counters.usage.snapshot(),
  })
}
