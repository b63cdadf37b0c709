/**
 * When to read in gulps. A server that finds its client asleep has to wake it for each 8 KB it sends, which costs both
 * more than the data: bulk data comes faster, for half of the client's CPU, when the socket is left to fill for a moment
 * now and then.
 *
 *     counting ──4 short takes in quick succession──▶ a gulp is due ──▶ counting
 */

/** Less than this taken at once is short: what the server had sent when the client woke up, not what a socket holds. */
const SHORT_BYTES = 40 * 1024
/** So many in a row, so quickly, and the server is sending as fast as it can. */
const SHORT_TAKES = 4
const QUICK_MS = 2

/** How long the socket is left to fill, in milliseconds. */
export const GULP_MS = 1

/** Watches how much is taken at once. */
export class Gulps {
  #shortTakes = 0
  #since = 0

  /** Notes that so many bytes were taken at once. True when it is better to wait for more before the next. */
  isDue(bytes: number): boolean {
    if (bytes >= SHORT_BYTES) {
      this.#shortTakes = 0
      return false
    }
    if (this.#shortTakes === 0) this.#since = performance.now()
    this.#shortTakes += 1
    if (this.#shortTakes < SHORT_TAKES) return false
    this.#shortTakes = 0
    return performance.now() - this.#since < QUICK_MS
  }
}
