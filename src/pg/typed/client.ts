/**
 * The Client of `pg`, and the base that functions ask for which take a client of any origin.
 *
 * @see https://node-postgres.com/apis/client
 */

import { Client as QueueingClient } from "../client.ts"
import type { NoticeMessage } from "../database-error.ts"
import type { escapeIdentifier, escapeLiteral } from "../escape.ts"
import type { EventEmitter, Readable, Writable } from "../node-runtime.ts"
import type { PgTypes } from "../types.ts"
import type { ClientConfig } from "./config.ts"
import type { Connection } from "./connection.ts"
import type { QueryRunner } from "./query.ts"
import type { QueryConstructor } from "./query-class.ts"

/** What a session has told by NOTIFY. */
export interface Notification {
  /** The server's process that did. */
  processId: number
  channel: string
  payload?: string | undefined
}

/** `I` outside of transactions, `T` in one, `E` in one that has failed; null before the connection is there. */
export type TransactionStatus = "I" | "T" | "E" | null

/** A client, whether one's own or lent by a pool. It is a type alone: there is no such class to be called. */
export interface ClientBase extends EventEmitter, QueryRunner {
  /** Connects. A client connects once. */
  connect(): Promise<ClientBase>
  connect(callback: (error: Error, client: ClientBase) => void): void
  connect(callback: (error: null, client: ClientBase) => void): void
  escapeIdentifier: typeof escapeIdentifier
  escapeLiteral: typeof escapeLiteral
  /** Has this client's values of a type made by a parser. */
  setTypeParser: PgTypes["setTypeParser"]
  getTypeParser: PgTypes["getTypeParser"]
  getTransactionStatus(): TransactionStatus
  /** `drain`: no query waits any more. */
  on(event: "connect" | "drain" | "end", listener: () => void): this
  on(event: "error", listener: (error: Error) => void): this
  on(event: "notice", listener: (notice: NoticeMessage) => void): this
  on(event: "notification", listener: (message: Notification) => void): this
  /** @deprecated `@types/pg` has this method; neither `pg` nor pgline has it. */
  copyFrom(text: string): Writable
  /** @deprecated `@types/pg` has this method; neither `pg` nor pgline has it. */
  copyTo(text: string): Readable
  /** @deprecated `@types/pg` has this method; neither `pg` nor pgline has it. */
  pauseDrain(): void
  /** @deprecated `@types/pg` has this method; neither `pg` nor pgline has it. */
  resumeDrain(): void
}

/** A connection to a server. */
export interface Client extends ClientBase {
  user?: string | undefined
  database?: string | undefined
  port: number
  host: string
  password?: string | undefined
  /** Whether TLS is wanted; the options of it where there are some. */
  ssl: boolean
  readonly pipeline: boolean
  readonly connection: Connection
  /** The server's process that serves this session, once the connection is there. */
  readonly processID?: number
  connect(): Promise<Client>
  connect(callback: (error: Error, client: Client) => void): void
  connect(callback: (error: null, client: Client) => void): void
  /** Says goodbye. What runs is cut off; with `pipeline` it is awaited. */
  end(): Promise<void>
  end(callback: (error: Error) => void): void
}

/** Makes a client, which is not connected yet. */
export interface ClientConstructor {
  new (config?: string | ClientConfig): Client
  readonly prototype: Client
  readonly Query: QueryConstructor
}

export const Client: ClientConstructor = QueueingClient as ClientConstructor
