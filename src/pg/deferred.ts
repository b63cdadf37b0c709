/**
 * A promise that is settled as a callback is called, and whose error shows the caller's stack instead of the socket's.
 */

/** A promise and what settles it. */
export interface Deferred<T> {
  readonly promise: Promise<T>
  readonly settle: (error: Error | null | undefined, value?: T) => void
}

/** Makes one of the given kind of promises. */
export function deferred<T>(promiseClass: PromiseConstructor): Deferred<T> {
  let settle: Deferred<T>["settle"] = () => {}
  const promise = new promiseClass<T>((resolve, reject) => {
    settle = (error, value) => (error ? reject(error) : resolve(value as T))
  }).catch((error: Error) => {
    Error.captureStackTrace?.(error)
    throw error
  })
  return { promise, settle }
}
