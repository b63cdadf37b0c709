/**
 * Runs something again after a failure that another attempt may well survive.
 */

import { describeValue, UsageError } from "../errors/client-error.ts"
import { isSafeToRetry, isTransient } from "../errors/retry-safety.ts"
import { checkBounds, checkFunction, checkNames, optionNames } from "../query/check-options.ts"

/** How to retry. */
export interface RetryOptions {
  /**
   * How many times to try, the first included.
   * @defaultValue 3
   */
  readonly attempts?: number | undefined
  /**
   * Which errors are worth another attempt. By default those that are safe, because nothing of the failed request reached
   * the server or the server has rolled all of it back (40001, 40P01), and that may go away by themselves.
   */
  readonly on?: ((error: unknown) => boolean) | undefined
  /** Ends the waiting between attempts; `retry` then rejects with its reason. */
  readonly signal?: AbortSignal | undefined
}

const RETRY_OPTIONS = optionNames<RetryOptions>({ attempts: true, on: true, signal: true })

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
 * @throws UsageError when the options are no options
 *
 * @example
 * ```ts
 * await retry(() => db.transaction(transfer, { isolation: "serializable" }), { attempts: 5 })
 * ```
 */
export async function retry<T>(fn: (attempt: number) => T | Promise<T>, options: RetryOptions = {}): Promise<T> {
  checkNames(options, RETRY_OPTIONS)
  const { attempts = 3, on = isWorthwhile, signal } = options
  checkFunction(fn, "retry")
  if (!(typeof attempts === "number" && attempts >= 1)) {
    throw refusal("the option attempts", "a number from 1 on", attempts)
  }
  checkBounds(signal, undefined)
  if (typeof on !== "function") throw refusal("the option on", "a function", on)
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

/** What is safe to send again may be wrong for ever: a value that does not fit, an option that does not exist. */
function isWorthwhile(error: unknown): boolean {
  return isSafeToRetry(error) && isTransient(error)
}

function refusal(what: string, expected: string, value: unknown): UsageError {
  return new UsageError(`${what} must be ${expected}, got ${describeValue(value)}`, { safeToRetry: true })
}

/** Waits before the attempt after this one. Rejects with the signal's reason when that aborts. */
export function pause(attempt: number, signal?: AbortSignal): Promise<void> {
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1))
  if (signal?.aborted) return Promise.reject(signal.reason)
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
