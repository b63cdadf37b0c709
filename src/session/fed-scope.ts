/**
 * The connection for what is fed from a source. One that is asynchronous may use this connection, and would wait for
 * itself: so nobody else may. And it may never end, which must not keep the connection for ever.
 */

import type { Stop } from "../base/stop.ts"
import type { SkippableExchange } from "../exchange/skippable.ts"
import type { WriteGate } from "../exchange/write-gate.ts"
import type { Carrier } from "./carrier.ts"

/** What may end it before its time. */
export interface FedLimits {
  readonly signal?: AbortSignal | undefined
  readonly timeout?: number | undefined
}

/** An exchange that is fed. */
interface FedExchange extends SkippableExchange {
  readonly gate: WriteGate
}

/** Starts an exchange for a source. Gives what is to be called when it is over. */
export function startFed(
  carrier: Carrier,
  exchange: FedExchange,
  { isAsync }: { readonly isAsync: boolean },
  { signal, timeout }: FedLimits,
  name: string,
): () => void {
  const { session, scope, start } = carrier
  const stop = isAsync ? session.stopOwn(signal, timeout) : session.stopOwnIf(signal, timeout)
  try {
    start(exchange, stop)
    if (isAsync) session.enter(exchange, scope, name, giveUpUnfed(exchange.gate, stop))
  } catch (error) {
    stop?.dispose()
    throw error
  }
  return () => {
    stop?.dispose()
    if (isAsync) session.leave(exchange)
  }
}

/** Ends what waits for more. What was given all of it runs to its end. */
export function giveUpUnfed(gate: WriteGate, stop: Stop | undefined): (reason: Error) => void {
  return (reason) => {
    if (!gate.isClosed) stop?.stop(reason)
  }
}
