/**
 * Runs something again after a failure that another attempt may well survive.
 */

import { isSafeToRetry } from "../errors/retry-safety.ts"

/** How to retry. */
export interface RetryOptions {
  /**
   * How many times to try, the first included.
   * @defaultValue 3
   */
  readonly attempts?: number | undefined
  /**
   * Which errors are worth another attempt. By default those that are safe: nothing of the failed request reached the
   * server, or the server rolled all of it back (40001, 40P01).
   */
  readonly on?: ((error: unknown) => boolean) | undefined
  /** Ends the waiting between attempts; `retry` then rejects with its reason. */
  readonly signal?: AbortSignal | undefined
}

/** The first pause, doubled each time up to the ceiling; each is then drawn between half and the whole of itself. */
const FIRST_PAUSE_MS = 10
const LONGEST_PAUSE_MS = 1000

/**
 * Calls a function until it succeeds, fails for good, or has been tried often enough; between attempts it waits a little
 * longer each time.
 *
 * Only what may run twice belongs in it: by default it runs again only when the failed attempt has left no trace on the
 * server, but what the function did elsewhere is not undone. A failure inside a transaction has to run the whole
 * transaction again, so put `transaction` into `retry`, never the other way round.
 *
 * @throws the last error
 *
 * @example
 * ```ts
 * await retry(() => db.transaction(transfer, { isolation: "serializable" }), { attempts: 5 })
 * ```
 */
export async function retry<T>(fn: (attempt: number) => T | Promise<T>, options: RetryOptions = {}): Promise<T> {
  const { attempts = 3, on = isSafeToRetry, signal } = options
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted()
    try {
      return await fn(attempt)
    } catch (error) {
      if (attempt >= attempts || !on(error)) throw error
    }
    await pause(attempt, signal)
  }
}

/** Waits before the attempt after this one. Rejects with the signal's reason when that aborts. */
export function pause(attempt: number, signal?: AbortSignal): Promise<void> {
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1))
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(
      () => {
        signal?.removeEventListener("abort", onAbort)
        resolve()
      },
      longest * (0.5 + Math.random() / 2),
    )
    signal?.addEventListener("abort", onAbort, { once: true })
  })
}
