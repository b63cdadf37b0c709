/**
 * The three messages that belong to no exchange and may come at any time: notices, notifications and parameter changes.
 * What a listener throws stays here: it must not reach the decoder, which is in the middle of somebody's rows.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-ASYNC
 */

import type { ByteSource } from "../base/byte-source.ts"
import { Notice } from "../errors/server-error.ts"
import { readNotification, readParameterStatus, readServerMessage } from "../protocol/backend.ts"
import { NOTICE_RESPONSE, PARAMETER_STATUS } from "../protocol/codes.ts"

/** A message of NOTIFY. */
export interface Notification {
  readonly channel: string
  /** What the notifying session said; empty when it said nothing. */
  readonly payload: string
  /** The notifying backend's process id. */
  readonly processId: number
}

/** Receives asynchronous messages, decoded. */
export interface AsyncListener {
  onNotice(notice: Notice): void
  onNotification(notification: Notification): void
  onParameter(name: string, value: string): void
}

/** Reads one asynchronous message and tells the listener. */
export function dispatchAsync(
  listener: AsyncListener,
  type: number,
  source: ByteSource,
  start: number,
  end: number,
): void {
  switch (type) {
    case NOTICE_RESPONSE: {
      const notice = new Notice(readServerMessage(source, start, end))
      contain(() => listener.onNotice(notice))
      break
    }
    case PARAMETER_STATUS: {
      const [name, value] = readParameterStatus(source, start, end)
      listener.onParameter(name, value)
      break
    }
    default: {
      const notification = readNotification(source, start, end)
      contain(() => listener.onNotification(notification))
    }
  }
}

function contain(call: () => void): void {
  try {
    call()
  } catch {
    // A listener's failure is not the connection's.
  }
}
