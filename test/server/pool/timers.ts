/**
 * Upper bounds that hold on any machine, however busy: timers are called in the order they are due, so what is due within
 * a time has happened before a timer of that time that was set later.
 */

/** A timer counts whole milliseconds, so it may be called this much too early by a finer clock. */
export const TIMER_GRAIN_MS = 1

/** Resolves after every timer that is set by now and due within so many milliseconds. */
export async function afterTimersOf(ms: number): Promise<void> {
  // The first one brings the time that timers are counted from up to date.
  await new Promise((resolve) => setTimeout(resolve, 1))
  await new Promise((resolve) => setTimeout(resolve, Math.ceil(ms) + 2 * TIMER_GRAIN_MS))
}
