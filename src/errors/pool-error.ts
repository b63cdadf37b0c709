/**
 * The failures of pools: nobody could be served in time, the pool is closed, too many wait already, or a connection was
 * used after it had been given back.
 */

import { ClientError, TimeoutError } from "./client-error.ts"

/** No connection could be had in time. When connecting has failed meanwhile, the last reason is the `cause`. */
export class PoolTimeoutError extends TimeoutError {
  override readonly code: string = "PGLINE_POOL_TIMEOUT"
}

/** The pool is closed, or was closed while this waited for a connection. */
export class PoolClosedError extends ClientError {
  readonly code = "PGLINE_POOL_CLOSED"

  constructor() {
    super("the pool is closed", { safeToRetry: true })
  }
}

/** As many wait for a connection as `maxWaiting` allows. */
export class TooManyWaitersError extends ClientError {
  readonly code = "PGLINE_TOO_MANY_WAITERS"

  constructor(maxWaiting: number) {
    super(`${maxWaiting} wait for a connection of the pool already`, { safeToRetry: true })
  }

  override get transient(): boolean {
    return true
  }
}

/** A connection was used, or released once more, after it had been given back to its pool. */
export class ConnectionReleasedError extends ClientError {
  readonly code = "PGLINE_CONNECTION_RELEASED"

  constructor() {
    super("the connection was released to its pool: acquire one anew", { safeToRetry: true })
  }
}
