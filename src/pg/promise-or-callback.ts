/**
 * A callback as it was given, or a promise that is settled in its place, whose error shows the caller's stack.
 */

/** Node's callbacks: an error first, then what there is. */
type Settle<T, R> = (error?: Error | null, value?: T, extra?: R) => void

/** What to call, and what to return. */
export interface PromiseOrCallback<T> {
  readonly promise: Promise<T> | undefined
  // biome-ignore lint/suspicious/noExplicitAny: a callback of any of the shapes that Settle covers
  readonly settle: (error?: any, value?: any, extra?: any) => void
}

/** Makes a promise of the given kind when there is no callback. */
export function promiseOrCallback<T, R = unknown>(
  promiseClass: PromiseConstructor,
  callback: Settle<T, R> | ((...values: never[]) => void) | undefined,
): PromiseOrCallback<T> {
  if (callback) return { promise: undefined, settle: callback as Settle<T, R> }
  let settle: Settle<T, R> = () => {}
  const promise = new promiseClass<T>((resolve, reject) => {
    settle = (error, value) => (error ? reject(error) : resolve(value as T))
  }).catch((error: Error) => {
    Error.captureStackTrace?.(error)
    throw error
  })
  return { promise, settle }
}
