/**
 * What the decoder calls. Offsets point into the receive buffer and are valid only during the call.
 */

import type { ByteSource } from "../base/byte-source.ts"

/** Receives the replies to a request, in order. */
export interface FrameSink {
  /** One DataRow: the only hot one. `start` is behind the message's length word. */
  onRow(source: ByteSource, start: number, end: number): void
  /** Any other message that answers a request. */
  onFrame(type: number, source: ByteSource, start: number, end: number): void
}

/** Receives what belongs to the connection as a whole. */
export interface ConnectionSink {
  /** ReadyForQuery: everything before the Sync has been answered. */
  onReady(status: number): void
  /** NoticeResponse, NotificationResponse or ParameterStatus, which may come at any time. */
  onAsync(type: number, source: ByteSource, start: number, end: number): void
}
