/**
 * How far away the server is: the quickest of what takes a round trip at least. Whatever else goes on, here or there, can
 * only add to that; so a busy machine does not make a near server look like a distant one, as an average would.
 *
 *     forgotten … | ── the window before ── | ── this window ── now
 *                        the quickest of both is the round trip
 */

/** How many times make a window: a network that has changed is believed after one or two. */
const WINDOW = 1000

/** Remembers the quickest of the last times. */
export class RoundTrip {
  #quickestMs = Number.POSITIVE_INFINITY
  #quickestBeforeMs = Number.POSITIVE_INFINITY
  #count = 0

  /** In milliseconds; Infinity while nothing is known. */
  get ms(): number {
    return Math.min(this.#quickestMs, this.#quickestBeforeMs)
  }

  /** Takes in how long something took that cannot take less than a round trip. */
  note(ms: number): void {
    if (ms < this.#quickestMs) this.#quickestMs = ms
    if (++this.#count < WINDOW) return
    this.#quickestBeforeMs = this.#quickestMs
    this.#quickestMs = Number.POSITIVE_INFINITY
    this.#count = 0
  }
}
