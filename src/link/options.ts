/**
 * What a link may be told besides its transport, and what it tells its owner.
 */

import type { Notice } from "../errors/server-error.ts"
import type { TraceContext } from "../trace/channels.ts"
import type { Notification } from "./async-messages.ts"
import type { CancelDial } from "./cancel.ts"
import type { ProbeDial } from "./stall.ts"

/** What a link tells its owner; every member is optional. */
export interface LinkListener {
  /** A notice that belongs to no result. What it throws is ignored. */
  onNotice?: ((notice: Notice) => void) | undefined
  onNotification?: ((notification: Notification) => void) | undefined
  /** The server reports a setting, at the start of the session or because it has changed. */
  onParameter?: ((name: string, value: string) => void) | undefined
}

/** Where a link leads, in the words of a trace. */
export type LinkPlace = Pick<TraceContext, "server.address" | "server.port">

/** Options of a link. */
export interface LinkOptions {
  /** Where it leads, for traces. */
  readonly place?: LinkPlace
  readonly listener?: LinkListener
  /** Opens another transport to the same server, secured as this one is, for cancelling. */
  readonly dialCancel?: CancelDial
  /** How long the server may take to end a statement it was asked to cancel, in milliseconds. */
  readonly cancelTimeoutMs?: number | undefined
  /** Opens a bare transport to the same address, to see whether anybody is there. */
  readonly dialProbe?: ProbeDial
  /** How long the server may be silent while an answer is due before it is probed, in milliseconds; 0 is for ever. */
  readonly stallTimeoutMs?: number | undefined
}

export const DEFAULT_CANCEL_TIMEOUT_MS = 5000
export const DEFAULT_STALL_TIMEOUT_MS = 30_000
