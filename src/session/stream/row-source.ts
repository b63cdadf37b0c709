/**
 * Where a stream's rows come from, batch by batch: one Execute held back by the socket, or a portal.
 */

/** Gives rows in batches. */
export interface RowSource<R> {
  /** Resolves with the next rows, at least one; with `undefined` at the end. */
  next(): Promise<R[] | undefined>
  /** Ends it early: resolves when the connection is free again, in bounded time. Does nothing once it has ended. */
  close(): Promise<void>
}
