/**
 * One who waits for a resource: in the queue until it is granted one or refused, whichever comes first, and never both.
 *
 *     waiting ──grant──▶ over
 *        └─────refuse──────▲
 */

/** How long somebody is ready to wait. */
export interface WaitOptions {
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** The share of those who want a resource of their own. */
export const alone = (): number => 1

/** A place in the queue. */
export class Waiter<G> {
  /** How many may use the resource at the same time, as far as is known by now; 1 for one of one's own. */
  readonly share: () => number
  readonly since: number
  /** When to give up; Infinity never. */
  readonly deadline: number
  readonly #onGrant: (granted: G) => void
  readonly #onRefuse: (reason: unknown) => void
  #signal: AbortSignal | undefined
  #onAbort: (() => void) | undefined
  #isOver = false

  constructor(
    share: () => number,
    since: number,
    deadline: number,
    onGrant: (granted: G) => void,
    onRefuse: (reason: unknown) => void,
  ) {
    this.share = share
    this.since = since
    this.deadline = deadline
    this.#onGrant = onGrant
    this.#onRefuse = onRefuse
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Has the callback called when the signal aborts while this still waits. */
  watch(signal: AbortSignal, onAbort: () => void): void {
    this.#signal = signal
    this.#onAbort = () => {
      this.#signal = undefined // its listener is gone; to look for it takes as long as there are others
      onAbort()
    }
    signal.addEventListener("abort", this.#onAbort, { once: true })
  }

  /** Hands a resource over. False when nobody waits here any more: the resource is still the giver's. */
  grant(granted: G): boolean {
    if (!this.#end()) return false
    this.#onGrant(granted)
    return true
  }

  /** Ends the wait with a reason. False when it was over. */
  refuse(reason: unknown): boolean {
    if (!this.#end()) return false
    this.#onRefuse(reason)
    return true
  }

  #end(): boolean {
    if (this.#isOver) return false
    this.#isOver = true
    if (this.#onAbort !== undefined) this.#signal?.removeEventListener("abort", this.#onAbort)
    return true
  }
}
