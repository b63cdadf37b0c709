/**
 * What an exchange is told when its link is gone: why, and whether the server can have seen any of it.
 */

import { ConnectionClosedError, ConnectionError } from "../errors/client-error.ts"
import { ServerError } from "../errors/server-error.ts"
import type { LinkState } from "./state.ts"

/** For an exchange that was under way. */
export function connectionLost(reason: Error | undefined, safeToRetry: boolean): ConnectionError {
  if (reason === undefined) return new ConnectionClosedError("the connection is closed", { safeToRetry })
  if (reason instanceof ConnectionClosedError) {
    return new ConnectionClosedError(reason.message, { cause: reason.cause ?? reason, safeToRetry })
  }
  const told = reason instanceof ServerError ? "the server closed the connection" : "the connection was lost"
  const message = reason instanceof ConnectionError ? reason.message : `${told}: ${reason.message}`
  return new ConnectionError(message, { cause: reason, safeToRetry })
}

/** For an exchange that came too early or too late. */
export function refusal(state: LinkState, reason: Error | undefined): ConnectionError {
  if (state === "starting") return new ConnectionError("the connection is not open yet", { safeToRetry: true })
  return connectionLost(reason, true)
}
