/**
 * An exchange: one request and its replies, up to its ReadyForQuery. The link carries exchanges in a FIFO; each is a
 * small state machine that appends its request to the encoder and reads the frames that answer it. No I/O happens here.
 *
 *     queued ──write()──▶ in flight ──onReady()──▶ settled
 *        └──────────── fail() ───────────────────────┘
 */

import type { Stop } from "../base/stop.ts"
import type { ServerError } from "../errors/server-error.ts"
import type { Encoder } from "../protocol/encoder.ts"
import type { FrameSink } from "../protocol/frame-sink.ts"

/** What exchanges have to know of the session. */
export interface SessionState {
  /** What has failed the open transaction, kept for the errors that follow from it. */
  lastFailure: ServerError | undefined
  /** The settings that the server reports. */
  readonly parameters: ReadonlyMap<string, string>
  /** Whether what the session prints can be read back as the very value. */
  readonly printsExactly: boolean
  /** Takes down that a statement about to be sent may change how values are printed. */
  noteSetting(text: string): void
}

/** What an exchange may do with the link while it is being carried. */
export interface Line {
  /** Where the request goes. */
  readonly encoder: Encoder
  /** Within `write`: keeps later exchanges from being written until `release`, for this one has more to say first. */
  hold(): void
  /** Ends the request: the server answers it with ReadyForQuery. In a pipeline that is left to the pipeline. */
  sync(): void
  /** Sends what was appended after `write`; within `write` the link does so by itself. */
  send(): void
  /** Sends what was appended and has the server answer it, though no Sync ends it yet. */
  flush(): void
  /** Sends what was appended at once, for an exchange that has much to say. */
  transmit(): void
  /** True while the peer takes no more bytes; `onDrain` tells the end. */
  readonly congested: boolean
  /** Stops and starts the reading of replies: for an exchange whose caller cannot keep up. */
  pause(): void
  resume(): void
  /** Lets later exchanges be written, if it was this one that held the line. */
  release(exchange: Exchange): void
  /** Ends what was sent here for now: the server answers it, and `onReady` is called, though more is to be said. */
  endTurn(): void
  /** Carries an exchange once more, before all that wait. One that was answered may ask for it at any later time. */
  rerun(exchange: Exchange): void
  /** What is known of the server's side of the session. */
  readonly server: SessionState
  /** Whether other exchanges have been written behind this one. */
  readonly crowded: boolean
  /** What the server skips as a whole when something before it in there fails; `undefined` where each stands for itself. */
  readonly segment: object | undefined
  /** The server has announced that it will close the connection, or it cannot be trusted any more. */
  abandon(reason: Error): void
}

/** Whether a ReadyForQuery ends the exchange, or it wants to be run once more, or more replies to it are to come. */
export type Outcome = "done" | "again" | "more"

/** One request and its replies. */
export interface Exchange extends FrameSink {
  /**
   * Appends the request; never flushes, never waits. What it throws rejects the exchange, and nothing of it is sent.
   */
  write(line: Line): void
  /** ReadyForQuery came; `status` is the transaction's. */
  onReady(status: number): Outcome
  /** The link died, or the exchange never got its turn. */
  fail(error: unknown): void
  /** Nobody waits for its result any more, but its replies still come. Without it, `fail` does the same. */
  giveUp?(error: unknown): void
  /** Holds the line for as long as its caller likes: who waits for it to be over may wait for himself. */
  readonly isCallerPaced?: boolean
  /** The peer takes bytes again after the line was congested. */
  onDrain?(): void
}

/** What runs exchanges: the link, or a script in a test. */
export interface Executor {
  /** @param stop ends the exchange before its time */
  run(exchange: Exchange, stop?: Stop): void
}
