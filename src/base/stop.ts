/**
 * An AbortSignal and a deadline joined into one "stop", which leaves nothing behind: whoever waits for something that
 * can be stopped listens here, and disposes when the wait is over.
 */

/** Something that may end a wait before its time. */
export class Stop {
  /** While it is listened to. */
  #signal: AbortSignal | undefined
  readonly #onAbort: () => void
  #timer: ReturnType<typeof setTimeout> | undefined
  #listener: ((reason: unknown) => void) | undefined
  #onReleased: (() => void) | undefined
  #state: "waiting" | "stopped" | "disposed" = "waiting"
  #reason: unknown
  /** Whoever waits wants to hear how it ended, not that it was stopped: so with COMMIT, which may have worked. */
  isPatient = false

  /**
   * @param signal the caller's signal; its reason becomes ours
   * @param timeoutMs after how many milliseconds to stop; `undefined` never
   * @param makeTimeout makes the reason when the deadline has passed
   */
  constructor(
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    makeTimeout: (timeoutMs: number) => Error,
  ) {
    this.#signal = signal
    this.#onAbort = () => {
      this.#signal = undefined // its listener is gone; to look for it takes as long as there are others
      this.#stop(signal?.reason)
    }
    if (signal?.aborted) {
      this.#state = "stopped"
      this.#reason = signal.reason
      return
    }
    signal?.addEventListener("abort", this.#onAbort, { once: true })
    if (timeoutMs !== undefined) this.#timer = setTimeout(() => this.#stop(makeTimeout(timeoutMs)), timeoutMs)
  }

  get isStopped(): boolean {
    return this.#state === "stopped"
  }

  /** Why it was stopped: the signal's reason or the timeout's error. */
  get reason(): unknown {
    return this.#reason
  }

  /** Has the listener called once when it is stopped. There is one listener. */
  listen(listener: (reason: unknown) => void): void {
    this.#listener = listener
  }

  /** Has the callback called when nothing can stop the wait any more, or it has been stopped. There is one callback. */
  whenReleased(callback: () => void): void {
    this.#onReleased = callback
  }

  /** Stops now, for a reason of one's own. */
  stop(reason: unknown): void {
    this.#stop(reason)
  }

  /** The wait is over: nothing is listened to and no timer runs any more. */
  dispose(): void {
    this.#state = this.#state === "stopped" ? "stopped" : "disposed"
    this.#release()
  }

  #stop(reason: unknown): void {
    if (this.#state !== "waiting") return
    this.#state = "stopped"
    this.#reason = reason
    const listener = this.#listener
    this.#release()
    listener?.(reason)
  }

  #release(): void {
    clearTimeout(this.#timer)
    this.#signal?.removeEventListener("abort", this.#onAbort)
    this.#listener = undefined
    const onReleased = this.#onReleased
    this.#onReleased = undefined
    onReleased?.()
  }
}
