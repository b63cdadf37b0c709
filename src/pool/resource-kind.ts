/**
 * What a pool must be told about the resources it holds. The pool itself knows nothing of them.
 */

/** How resources of one kind are opened, judged and closed. */
export interface ResourceKind<R> {
  /** Opens one, ready for use. Gives up when the signal aborts. */
  open(signal: AbortSignal): Promise<R>
  /**
   * Closes one; resolves when it is gone.
   * @param atOnce without waiting for whatever it is doing
   * @param reason told to those who use it
   */
  close(resource: R, atOnce: boolean, reason: unknown): Promise<void>
  /** Calls back when the resource is lost without having been closed. */
  watch(resource: R, onLost: () => void): void
  /** False once it is known to be of no use any more. */
  isAlive(resource: R): boolean
  /** Why it is of no use any more. */
  lossOf(resource: R): unknown
  /** Whether it has to be checked before it is lent, having been idle for so long since it was last used or checked. */
  mustCheck(resource: R, idleMs: number): boolean
  /**
   * Rejects when the resource is not fit to be lent.
   * @param isThorough there is reason to doubt it, however short it was idle
   */
  check(resource: R, idleMs: number, isThorough: boolean): Promise<void>
  /** Brings it back to how it was before it was used. `undefined` when it may be lent again at once. */
  reset(resource: R): Promise<void> | undefined
  /** Whether trying again cannot help: those who wait are told so instead of waiting for nothing. */
  isPermanent(error: unknown): boolean
  /** It lies idle from now on, or is used again. */
  readonly setIdle?: ((resource: R, isIdle: boolean) => void) | undefined
}
