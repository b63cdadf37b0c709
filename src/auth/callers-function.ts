/**
 * Asks a function of the caller's for a secret. Whether its failure may go away by itself is for that failure to say.
 */

import { ConnectionError } from "../errors/client-error.ts"
import { isTransient } from "../errors/retry-safety.ts"

/** What a function of the caller's has thrown is the cause. */
export class FunctionFailure extends ConnectionError {}

/** @throws FunctionFailure with what it throws as the cause */
export async function askFunction<T>(name: string, ask: () => T | Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (cause) {
    const reason = cause instanceof Error ? `: ${cause.message}` : ""
    throw new FunctionFailure(`${name} failed${reason}`, { cause, transient: saysTransient(cause) })
  }
}

function saysTransient(cause: unknown): boolean {
  if (isTransient(cause)) return true
  return typeof cause === "object" && cause !== null && "transient" in cause && cause.transient === true
}
