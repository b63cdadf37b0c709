/**
 * `client.connection` as submittables see it: an emitter of the protocol's messages with a method for each request.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
 */

import { Connection as ConnectionOfStream, type ConnectionOptions } from "../connection.ts"
import type { Duplex, EventEmitter } from "../node-runtime.ts"
import type { PreparedValue } from "../prepare-value.ts"

/** A Parse message. */
export interface QueryParse {
  name?: string | undefined
  text?: string | undefined
  types?: unknown
}

/** A Bind message. */
export interface BindConfig {
  portal?: string | undefined
  statement?: string | undefined
  values?: readonly unknown[] | null | undefined
  /** Asks for results in binary. */
  binary?: boolean | string | undefined
  /** Makes text or bytes of each value. */
  valueMapper?: ((value: unknown, index: number) => PreparedValue) | undefined
}

/** An Execute message. */
export interface ExecuteConfig {
  portal?: string | undefined
  /** At most so many rows, 0 for all. */
  rows?: number | string | undefined
}

/** What a Describe or a Close is about: a statement (`S`) or a portal (`P`). */
export interface MessageConfig {
  type: string
  name?: string | undefined
}

/** Writes requests. `more` is an old hint that more follows; it changes nothing. */
export interface Connection extends EventEmitter {
  /** What carries the bytes. */
  readonly stream: Duplex
  query(text: string): void
  parse(query: QueryParse, more?: boolean): void
  bind(config?: BindConfig | null, more?: boolean): void
  execute(config?: ExecuteConfig | null, more?: boolean): void
  describe(message: MessageConfig, more?: boolean): void
  close(message: MessageConfig, more?: boolean): void
  flush(): void
  sync(): void
  /** Says goodbye and closes the stream. */
  end(): void
}

/** Makes a connection that is not open yet. */
export interface ConnectionConstructor {
  new (options?: ConnectionOptions): Connection
  readonly prototype: Connection
}

export const Connection: ConnectionConstructor = ConnectionOfStream
