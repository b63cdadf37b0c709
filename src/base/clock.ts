/**
 * Time and chance behind an interface, so that tests own both: what waits, ages or backs off asks a Clock.
 */

/** A callback that will be called once. */
export interface Timer {
  /** It will not be called any more. Harmless when it was. */
  cancel(): void
  /** Whether it keeps the process alive meanwhile. */
  setReferenced(referenced: boolean): void
}

/** Time and chance. */
export interface Clock {
  /** Milliseconds since some moment in the past; never goes back. */
  now(): number
  /** A number from 0 up to, but not, 1. */
  random(): number
  /** Calls back after so many milliseconds; the timer does not keep the process alive unless it is told to. */
  schedule(delayMs: number, callback: () => void): Timer
}

/** Beyond this, timers of JavaScript fire at once. */
export const LONGEST_DELAY_MS: number = 2 ** 31 - 1

class SystemTimer implements Timer {
  readonly #timeout: ReturnType<typeof setTimeout>

  constructor(delayMs: number, callback: () => void) {
    this.#timeout = setTimeout(callback, Math.min(delayMs, LONGEST_DELAY_MS))
    this.setReferenced(false)
  }

  cancel(): void {
    clearTimeout(this.#timeout)
  }

  setReferenced(referenced: boolean): void {
    // In browser-like runtimes timers are numbers, and there is no process to keep alive.
    if (typeof this.#timeout !== "object") return
    if (referenced) this.#timeout.ref()
    else this.#timeout.unref()
  }
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  random: () => Math.random(),
  schedule: (delayMs, callback) => new SystemTimer(delayMs, callback),
}
