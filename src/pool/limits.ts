/**
 * The numbers a pool of resources lives by. Times are in milliseconds.
 */

/** How many resources there may be, and for how long. */
export interface PoolLimits {
  /** How many are kept open in the background. */
  readonly min: number
  /** How many there may be at most, those being opened and those dying included. */
  readonly max: number
  /** How long to wait for one; 0 is for ever. */
  readonly acquireTimeoutMs: number
  /** How many may wait. */
  readonly maxWaiting: number
  /** How old one may get; 0 is any age. Up to a tenth less, at random, so that they do not all go at once. */
  readonly maxLifetimeMs: number
  /** How long one beyond `min` may lie idle; 0 is for ever. */
  readonly maxIdleMs: number
  /** How long opening may fail before that is said aloud. */
  readonly reconnectTimeoutMs: number
  /** How long one user may have one before that is said aloud; 0 is for ever. */
  readonly leakTimeoutMs: number
}
