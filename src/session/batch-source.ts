/**
 * Where the items of a stream come from, batch by batch.
 */

/** Gives items in batches, and gives the connection back when it ends. */
export interface BatchSource<T> {
  /** Resolves with the next items, at least one; with `undefined` at the end. */
  next(): Promise<T[] | undefined>
  /** Ends it early: resolves when the connection is free again, in bounded time. Does nothing once it has ended. */
  close(): Promise<void>
}
