/**
 * An exchange that can stand behind others under one Sync: when one of those fails, the server reads past its messages
 * without acting on them.
 */

import type { Exchange } from "./exchange.ts"

/** An exchange whose request may be skipped by the server after it was written. */
export interface SkippableExchange extends Exchange {
  /** The server has skipped the request: none of it has happened. */
  skip(error: unknown): void
}
