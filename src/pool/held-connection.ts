/**
 * A connection as the pool holds it: its session, and whether somebody may have left something behind in it.
 */

import type { ConnectionInfo } from "../connection/connection-info.ts"
import type { Session } from "../session/session.ts"
import type { Start } from "../session/start.ts"

/** One connection of a pool. */
export class HeldConnection {
  readonly session: Session
  readonly info: ConnectionInfo
  /** Runs what is asked of the pool itself. */
  readonly start: Start
  /** It was used for more than plain statements since it was reset. */
  wasTouched = false
  /** It is known to be lost, and what follows from that has been done. */
  isLossKnown = false

  constructor(session: Session, info: ConnectionInfo) {
    const { link } = session
    this.session = session
    this.info = info
    this.start = (exchange, stop) => link.run(exchange, stop)
  }

  /** True when nothing is under way and no transaction is open. */
  get isQuiet(): boolean {
    const { link } = this.session
    return link.isFree && link.server.transactionStatus === "idle"
  }

  /** True when somebody has listened on it. */
  get isListening(): boolean {
    return this.session.link.listener.onNotification !== undefined
  }
}
