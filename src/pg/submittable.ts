/**
 * What a client can run, and what that may do with the connection: a query of ours, or any object that speaks the
 * protocol itself, such as the cursors of `pg-cursor`.
 */

import type { ByteSource } from "../base/byte-source.ts"
import type { Duplex, EventEmitter } from "./node-runtime.ts"
import type { PreparedValue } from "./prepare-value.ts"
import type { QueryCallback } from "./query-config.ts"
import type { Result } from "./result.ts"

/** The requests of the protocol, as submittables make them. What is written leaves at once. */
export interface RequestWriter extends EventEmitter {
  /** What carries the bytes: for back-pressure. */
  readonly stream: Duplex
  /** The text of the named statements that the server has parsed. */
  readonly parsedStatements: Record<string, string>
  /** The text of those that are on their way. */
  readonly submittedNamedStatements: Record<string, string>
  query(text: string): void
  parse(request: { text?: string | undefined; name?: string | undefined; types?: unknown }): void
  bind(request?: BindRequest): void
  execute(request?: { portal?: string | undefined; rows?: number | undefined }): void
  describe(request: TargetRequest): void
  close(request: TargetRequest): void
  flush(): void
  sync(): void
  sendCopyFromChunk(chunk: Uint8Array): void
  endCopyFrom(): void
  sendCopyFail(reason: string): void
  end(): void
}

/** A Bind message. */
export interface BindRequest {
  portal?: string | undefined
  statement?: string | undefined
  values?: readonly unknown[] | null | undefined
  /** Asks for results in binary. */
  binary?: boolean | undefined
  /** Makes text or bytes of each value. */
  valueMapper?: ((value: unknown, index: number) => PreparedValue) | undefined
}

/** A statement (`S`) or a portal (`P`). */
export interface TargetRequest {
  type: string
  name?: string | undefined
}

/** Something that writes its request itself and is told the replies. */
export interface Submittable {
  /** Writes the request. An Error that it returns rejects it, and nothing is sent. */
  submit(connection: RequestWriter): unknown
  handleRowDescription?(message: unknown): void
  handleDataRow?(message: unknown): void
  handlePortalSuspended?(connection: RequestWriter): void
  handleEmptyQuery?(connection: RequestWriter): void
  handleCommandComplete?(message: unknown, connection: RequestWriter): void
  handleReadyForQuery?(connection: RequestWriter): void
  handleCopyInResponse?(connection: RequestWriter): void
  handleCopyData?(message: unknown, connection: RequestWriter): void
  handleError(error: Error, connection: RequestWriter): void
  /** Behind `handleError`, when it was the server that refused. */
  handleServerError?(connection: RequestWriter): void
  callback?: QueryCallback | undefined
  name?: string | undefined
  text?: string | undefined
  binary?: boolean | undefined
  rows?: number | undefined
  _result?: Result | undefined
}

/** Takes rows as bytes, without a message for each. */
export interface RowReceiver {
  receiveRow(source: ByteSource, start: number, end: number): void
}
