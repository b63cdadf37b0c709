/**
 * The object in the user's hand: thin, documented, delegating everything.
 */

import type { Config } from "../config/config.ts"
import type { QueryOptions } from "../query/query.ts"
import type { Result } from "../query/result.ts"
import type { QueryText } from "../session/query-arguments.ts"
import type { Queryable, Row, ScriptOptions } from "../session/queryable.ts"
import { pickFirst, pickOne, pickResult, pickRows, runQuery, runScript } from "../session/run-query.ts"
import type { Session } from "../session/session.ts"
import type { Sql } from "../sql/fragment.ts"
import type { TypeRegistry } from "../types/registry.ts"
import { ConnectionInfo } from "./connection-info.ts"

/** How `close` waits. */
export interface CloseOptions {
  /** Milliseconds that queries under way may still take; then the connection is destroyed. Without, they have all the time they take. */
  readonly timeout?: number
}

/**
 * One connection to a server. Queries made without awaiting the ones before are pipelined: they leave together and are
 * answered in order, each its own unit; one's error never touches another.
 */
export class Connection implements Queryable, AsyncDisposable {
  /** What is known of the connection and the session. */
  readonly info: ConnectionInfo
  readonly #session: Session

  /** @internal Use `connect`. */
  constructor(session: Session, config: Config) {
    this.#session = session
    this.info = new ConnectionInfo(session, config)
  }

  /** The types of this connection: how values are read and written. */
  get types(): TypeRegistry {
    return this.#session.types
  }

  query<R = Row>(template: TemplateStringsArray, ...values: unknown[]): Promise<Result<R>>
  query<R = Row>(text: string, values?: readonly unknown[], options?: QueryOptions<R>): Promise<Result<R>>
  query<R = Row>(fragment: Sql, options?: QueryOptions<R>): Promise<Result<R>>
  query<R>(text: QueryText, ...rest: unknown[]): Promise<Result<R>> {
    return runQuery<R, Result<R>>(this.#session, text, rest, pickResult)
  }

  rows<R = Row>(template: TemplateStringsArray, ...values: unknown[]): Promise<R[]>
  rows<R = Row>(text: string, values?: readonly unknown[], options?: QueryOptions<R>): Promise<R[]>
  rows<R = Row>(fragment: Sql, options?: QueryOptions<R>): Promise<R[]>
  rows<R>(text: QueryText, ...rest: unknown[]): Promise<R[]> {
    return runQuery<R, R[]>(this.#session, text, rest, pickRows)
  }

  one<R = Row>(template: TemplateStringsArray, ...values: unknown[]): Promise<R>
  one<R = Row>(text: string, values?: readonly unknown[], options?: QueryOptions<R>): Promise<R>
  one<R = Row>(fragment: Sql, options?: QueryOptions<R>): Promise<R>
  one<R>(text: QueryText, ...rest: unknown[]): Promise<R> {
    return runQuery<R, R>(this.#session, text, rest, pickOne)
  }

  first<R = Row>(template: TemplateStringsArray, ...values: unknown[]): Promise<R | undefined>
  first<R = Row>(text: string, values?: readonly unknown[], options?: QueryOptions<R>): Promise<R | undefined>
  first<R = Row>(fragment: Sql, options?: QueryOptions<R>): Promise<R | undefined>
  first<R>(text: QueryText, ...rest: unknown[]): Promise<R | undefined> {
    return runQuery<R, R | undefined>(this.#session, text, rest, pickFirst)
  }

  value<V = unknown>(template: TemplateStringsArray, ...values: unknown[]): Promise<V | undefined>
  value<V = unknown>(text: string, values?: readonly unknown[], options?: QueryOptions): Promise<V | undefined>
  value<V = unknown>(fragment: Sql, options?: QueryOptions): Promise<V | undefined>
  value<V>(text: QueryText, ...rest: unknown[]): Promise<V | undefined> {
    return runQuery<V, V | undefined>(this.#session, text, rest, pickFirst, "scalar")
  }

  execute<R = Row>(script: string, options: ScriptOptions<R> = {}): Promise<Result<R>[]> {
    return runScript(this.#session, script, options) as Promise<Result<R>[]>
  }

  /**
   * Asks the server, on a connection of its own, to stop whatever statement runs here; that one rejects with
   * QueryCanceled (57014). Resolves when nothing that is asked for afterwards can be hit. To stop one certain query,
   * give it a `signal`.
   */
  cancel(): Promise<void> {
    return this.#session.link.cancel()
  }

  /** True once the connection is closed, asked for or not: every query is refused from then on. */
  get isClosed(): boolean {
    return this.#session.link.state !== "open"
  }

  /** Lets the queries under way finish, then closes the connection. Resolves when it is gone. */
  close(options: CloseOptions = {}): Promise<void> {
    return this.#session.link.close(options.timeout)
  }

  /**
   * Closes the connection at once. Queries under way reject with ConnectionError.
   * @param reason told to them as the cause
   */
  destroy(reason?: Error): void {
    this.#session.link.destroy(reason)
  }

  /** Closes the connection as `close` does, at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
