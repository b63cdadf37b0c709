/**
 * How often something took how long, in buckets that double from a quarter of a millisecond to over two minutes.
 */

const FIRST_BOUND_MS = 0.25
const BUCKETS = 20

/** One bucket: how many took at most this long, and longer than the bucket before says. */
export interface HistogramBucket {
  /** The longest time that falls into it, in milliseconds; Infinity in the last. */
  readonly upToMs: number
  readonly count: number
}

/** What a histogram has counted. */
export interface HistogramSnapshot {
  readonly count: number
  readonly totalMs: number
  readonly maxMs: number
  readonly buckets: readonly HistogramBucket[]
}

/** Counts durations. */
export class Histogram {
  readonly #counts = new Float64Array(BUCKETS + 1)
  #count = 0
  #totalMs = 0
  #maxMs = 0

  record(ms: number): void {
    this.#count++
    this.#totalMs += ms
    if (ms > this.#maxMs) this.#maxMs = ms
    // The number of doublings it takes to get there.
    const steps = Math.ceil(ms / FIRST_BOUND_MS) - 1
    const bucket = steps < 1 ? 0 : Math.min(BUCKETS, 32 - Math.clz32(Math.min(steps, 2 ** 31 - 1)))
    this.#counts[bucket] = this.#counts[bucket]! + 1
  }

  snapshot(): HistogramSnapshot {
    const buckets = Array.from(this.#counts, (count, i) => ({
      upToMs: i === BUCKETS ? Number.POSITIVE_INFINITY : FIRST_BOUND_MS * 2 ** i,
      count,
    }))
    return { count: this.#count, totalMs: this.#totalMs, maxMs: this.#maxMs, buckets }
  }
}
