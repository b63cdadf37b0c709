/**
 * What the owner of a pool is told. The callbacks must not throw.
 */

/** Callbacks of a pool of resources. */
export interface ResourcePoolEvents<R> {
  /** A resource was opened. */
  onOpened?(resource: R, tookMs: number): void
  /** A resource has left the pool; the reason is undefined when it was closed as planned. */
  onRemoved?(resource: R, reason: unknown): void
  /** Opening has failed for `reconnectTimeoutMs`. */
  onReconnectFailed?(error: unknown): void
  /** One user has had a resource for longer than `leakTimeoutMs`; the error was made where it was taken. */
  onLeak?(resource: R, heldMs: number, takenBy: Error): void
}
