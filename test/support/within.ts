/**
 * A wait that cannot last for ever: what has not settled by then fails the test and says what it was.
 */

const LONG_ENOUGH_MS = 10_000

/** The promise, or a failure when it has not settled in far more time than it can need. */
export async function within<T>(what: string, promise: Promise<T>, longEnoughMs: number = LONG_ENOUGH_MS): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not settled after ${longEnoughMs} ms`)), longEnoughMs)
  })
  try {
    return await Promise.race([promise, tooLate])
  } finally {
    clearTimeout(timer)
  }
}

/** What the promise rejects with; a failure when it resolves or does not settle. */
export async function failureOf(what: string, promise: Promise<unknown>): Promise<Error> {
  try {
    await within(what, promise)
  } catch (error) {
    if (error instanceof Error && !error.message.startsWith(`${what}: not settled`)) return error
    throw error
  }
  throw new Error(`${what}: resolved, but was to reject`)
}
