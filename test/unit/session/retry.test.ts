import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { ConfigError, ConnectionError, RowCountError, UsageError } from "../../../src/errors/client-error.ts"
import { createServerError } from "../../../src/errors/create-server-error.ts"
import { retry } from "../../../src/session/retry.ts"

const conflict = createServerError({ severity: "ERROR", code: "40001", message: "m" })
const notSent = new ConnectionError("m", { safeToRetry: true })

/** A function that fails with each of the errors, then succeeds; it takes down which attempt it was told it is. */
function failing(...failures: unknown[]): { run: (attempt: number) => Promise<string>; attempts: number[] } {
  const attempts: number[] = []
  return {
    attempts,
    run: async (attempt) => {
      attempts.push(attempt)
      if (attempt <= failures.length) throw failures[attempt - 1]
      return "done"
    },
  }
}

/** The outcome, once all pauses have passed. */
async function settle(promise: Promise<unknown>): Promise<unknown> {
  const outcome = promise.then(
    (value) => value,
    (error: unknown) => error,
  )
  await vi.runAllTimersAsync()
  return outcome
}

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

describe("retry", () => {
  test("gives what the first attempt gives when it succeeds", async () => {
    const { run, attempts } = failing()
    expect(await settle(retry(run))).toBe("done")
    expect(attempts).toEqual([1])
  })

  test("runs again after what is safe and may go away, three times in all", async () => {
    const twice = failing(conflict, notSent)
    expect(await settle(retry(twice.run))).toBe("done")
    expect(twice.attempts).toEqual([1, 2, 3])
    const thrice = failing(conflict, notSent, conflict)
    expect(await settle(retry(thrice.run))).toBe(conflict)
    expect(thrice.attempts).toEqual([1, 2, 3])
  })

  test("takes functions that are not asynchronous, and what wraps an error", async () => {
    let attempts = 0
    const run = (): number => {
      if (++attempts === 1) throw new Error("the job failed", { cause: conflict })
      return attempts
    }
    expect(await settle(retry(run))).toBe(2)
  })

  test.each<[string, unknown]>([
    ["what may have happened", new ConnectionError("m")],
    ["what the server refuses", createServerError({ severity: "ERROR", code: "23505", message: "m" })],
    ["what is wrong for ever, though nothing was sent", new ConfigError("m")],
    ["a wrong number of rows", new RowCountError(0)],
    ["somebody else's error", new TypeError("m")],
    ["what is no error", undefined],
  ])("does not repeat %s", async (_, error) => {
    const { run, attempts } = failing(error)
    expect(await settle(retry(run))).toBe(error)
    expect(attempts).toEqual([1])
  })

  test("asks the caller instead when told to", async () => {
    const asked: unknown[] = []
    const on = (error: unknown): boolean => asked.push(error) < 3
    const errors = [new TypeError("a"), new TypeError("b"), new TypeError("c")]
    const { run, attempts } = failing(...errors)
    expect(await settle(retry(run, { attempts: Number.POSITIVE_INFINITY, on }))).toBe(errors[2])
    expect(asked).toEqual(errors)
    expect(attempts).toEqual([1, 2, 3])
  })

  test("does not ask after the last attempt", async () => {
    const on = vi.fn(() => true)
    expect(await settle(retry(failing(conflict).run, { attempts: 1, on }))).toBe(conflict)
    expect(on).not.toHaveBeenCalled()
  })

  test("waits longer each time, up to a second, and never for exactly as long as others", async () => {
    const pauses: number[] = []
    const timeouts = vi.spyOn(globalThis, "setTimeout")
    await settle(retry(failing(...new Array(12).fill(conflict)).run, { attempts: 20 }))
    for (const [, pause] of timeouts.mock.calls) pauses.push(pause ?? Number.NaN)
    timeouts.mockRestore()
    expect(pauses).toHaveLength(12)
    for (const [index, pause] of pauses.entries()) {
      const longest = Math.min(1000, 10 * 2 ** index)
      expect(pause).toBeGreaterThanOrEqual(longest / 2)
      expect(pause).toBeLessThanOrEqual(longest)
    }
    expect(new Set(pauses).size).toBe(12)
  })

  test("stops waiting when the signal aborts, and begins nothing when it has", async () => {
    const stop = new AbortController()
    const { run, attempts } = failing(conflict, conflict)
    const outcome = retry(run, { signal: stop.signal }).catch((error: unknown) => error)
    await Promise.resolve()
    await Promise.resolve()
    stop.abort("enough")
    expect(await outcome).toBe("enough")
    expect(await settle(retry(run, { signal: stop.signal }))).toBe("enough")
    expect(attempts).toEqual([1])
  })

  test("does not wait after an attempt in which the signal has aborted", async () => {
    const stop = new AbortController()
    const run = (): never => {
      stop.abort("enough")
      throw conflict
    }
    expect(await settle(retry(run, { signal: stop.signal }))).toBe("enough")
  })

  test.each<[string, unknown, unknown]>([
    ["no function", "select 1", {}],
    ["no attempt", () => 1, { attempts: 0 }],
    ["fewer than none", () => 1, { attempts: -1 }],
    ["attempts that are no number", () => 1, { attempts: Number.NaN }],
    ["attempts in words", () => 1, { attempts: "3" }],
    ["an answer instead of a question", () => 1, { on: true }],
  ])("refuses %s", async (_, fn, options) => {
    await expect(retry(fn as never, options as never)).rejects.toThrow(UsageError)
  })
})
