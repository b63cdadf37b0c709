/**
 * Tells a channel of an operation whose outcome is not simply the promise that its caller gets: it lasts from now on until
 * somebody settles it.
 */

import type { Channel } from "../trace/channels.ts"
import { isTraced, trace } from "../trace/trace.ts"
import type { Session } from "./session.ts"

/** How an operation has ended: with an error, or well. Called again, it does nothing. */
export type Settle = (error?: unknown) => void

/** Begins to tell of an operation. Gives what ends it, or nothing when nobody listens. */
export function beginTrace(channel: Channel, session: Session, text: string): Settle | undefined {
  if (!isTraced(channel)) return undefined
  let settle!: Settle
  const outcome = new Promise<void>((resolve, reject) => {
    settle = (error) => (error === undefined ? resolve() : reject(error))
  })
  trace(channel, session.traceContext({ "db.query.text": text }), () => outcome).catch(() => {}) // the caller is told
  return settle
}

/** Tells of an operation until a promise has settled. */
export function traceUntil(channel: Channel, session: Session, text: string, outcome: Promise<unknown>): void {
  const settle = beginTrace(channel, session, text)
  if (settle !== undefined) outcome.then(() => settle(), settle)
}
