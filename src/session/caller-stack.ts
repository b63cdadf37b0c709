/**
 * Has an error's stack show the caller's own line. An error is made when the server's bytes arrive, where no caller is in
 * sight; but when a rejection is handed on, V8 knows who awaits it. So the stack is taken anew at that moment: a query
 * that succeeds pays nothing but one more promise.
 */

import { PglineError } from "../errors/client-error.ts"

/** The same promise, whose errors show who awaits it. */
export function withCallerStack<T>(promise: Promise<T>): Promise<T> {
  return promise.then(undefined, rethrow)
}

function rethrow(error: unknown): never {
  if (error instanceof PglineError && "captureStackTrace" in Error) Error.captureStackTrace(error, rethrow)
  throw error
}
