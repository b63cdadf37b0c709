/**
 * How an exchange gets on its way: what sets a connection, a transaction and a pipeline apart from each other.
 */

import type { Stop } from "../base/stop.ts"
import type { SkippableExchange } from "../exchange/skippable.ts"

/** Has an exchange carried: by the link, in a transaction, in a pipeline. What throws has disposed of the stop. */
export type Start = (exchange: SkippableExchange, stop: Stop | undefined) => void
