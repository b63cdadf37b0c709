/**
 * What one connection carries from query to query: its link, what it has learnt about statements and types, and the
 * options that govern both. Every feature of this floor works on a Session.
 */

import { Stop } from "../base/stop.ts"
import { TimeoutError, UsageError } from "../errors/client-error.ts"
import { ConnectionReleasedError } from "../errors/pool-error.ts"
import type { Link } from "../link/link.ts"
import { refusal } from "../link/loss.ts"
import type { OpenedLink } from "../link/open.ts"
import type { ResultLimits } from "../query/result-limits.ts"
import type { SchemaNews } from "../query/schema-news.ts"
import { StatementCache } from "../query/statement-cache.ts"
import type { TraceContext } from "../trace/channels.ts"
import type { TypeOptions, TypeRegistry } from "../types/registry.ts"
import { TypeCatalog } from "./type-catalog.ts"

/** Options that hold for all queries of a connection. */
export interface SessionOptions {
  /**
   * How many times a statement is run before the server keeps it prepared under a name; 0 prepares at the first use.
   * @defaultValue 1
   */
  readonly prepareThreshold?: number | undefined
  /**
   * How many statements a connection remembers. The one used longest ago is forgotten, and closed on the server.
   * @defaultValue 256
   */
  readonly statementCacheSize?: number | undefined
  /**
   * True behind a pooler that gives each transaction another server (PgBouncer's transaction mode): nothing is prepared
   * under a name, no request relies on what another has left behind, and each is answered before the next is sent.
   * @defaultValue false
   */
  readonly pooler?: boolean | undefined
  /**
   * Milliseconds after which a query is cancelled on the server and rejects with TimeoutError; 0 is for ever.
   * @defaultValue 0
   */
  readonly queryTimeout?: number | undefined
  /**
   * Milliseconds that the server may take to end a statement it was asked to cancel; then the connection is destroyed.
   * @defaultValue 5000
   */
  readonly cancelTimeout?: number | undefined
  /**
   * Milliseconds of silence, while an answer is due, after which the server is probed on a connection of its own; when
   * that is not answered in the same time either, the connection is given up. A slow query is not disturbed. 0 never
   * probes.
   * @defaultValue 30000
   */
  readonly stallTimeout?: number | undefined
  /**
   * The most rows a result may have; more are refused with ResultTooLargeError. Streams have no such limit.
   * @defaultValue no limit
   */
  readonly maxRows?: number | undefined
  /**
   * The most bytes a result's rows may take on the wire; more are refused with ResultTooLargeError.
   * @defaultValue no limit
   */
  readonly maxResultBytes?: number | undefined
}

/** The statements of a new session. @param news shared with the other connections of a pool */
export function newStatementCache(options: SessionOptions, news?: SchemaNews): StatementCache {
  const policy = { threshold: options.prepareThreshold ?? 1, pooler: options.pooler ?? false }
  return new StatementCache(options.statementCacheSize ?? 256, policy, news)
}

/** Who has the connection. */
interface Scope {
  readonly scope: object
  /** In the words of an error to those who use the connection meanwhile. */
  readonly name: string
  readonly giveUp: ((reason: Error) => void) | undefined
}

/** One connection's state above the link. */
export class Session {
  readonly link: Link
  /** Where the link leads. */
  readonly target: OpenedLink["target"]
  readonly statements: StatementCache
  readonly types: TypeRegistry
  readonly #catalog: TypeCatalog
  /** How large a result may be; `undefined` for any size. */
  readonly limits: ResultLimits | undefined
  readonly #scopes: Scope[] = []
  readonly #options: SessionOptions
  readonly #onFree: (() => void)[] = []
  readonly #onRevoked: (() => void)[] = []
  #isRevoked = false
  #wasUsed = false

  constructor(
    { link, target }: OpenedLink,
    types: TypeRegistry,
    options: SessionOptions,
    statements: StatementCache = newStatementCache(options),
  ) {
    this.link = link
    link.isSerial = options.pooler ?? false
    this.target = target
    this.types = types
    this.#catalog = new TypeCatalog(types, link, link.server.parameters)
    this.statements = statements
    this.#options = options
    const { maxRows, maxResultBytes: maxBytes } = options
    this.limits = maxRows === undefined && maxBytes === undefined ? undefined : { maxRows, maxBytes }
  }

  /** The same connection for somebody else: all is shared but the right to use it, which `revoke` takes back. */
  lend(): Session {
    return sessionOver(this, this.types, this.#options, this.statements)
  }

  /** Whether anything was run through this object. */
  get wasUsed(): boolean {
    return this.#wasUsed
  }

  /** Refuses all that is asked for through this object from now on, its scopes included, and ends what is left open. */
  revoke(): void {
    this.#isRevoked = true
    // Errors are made with their stacks: none for the many who leave nothing open.
    if (this.#scopes.length > 0) this.giveUp(new ConnectionReleasedError())
    for (const callback of this.#onRevoked.splice(0)) callback()
  }

  /**
   * Ends what goes at its caller's pace and so might never end. What has all it needs runs to its end.
   * @param within only what is open within this scope
   */
  giveUp(reason: Error, within?: object): void {
    const inner = this.#scopes.slice(this.#scopes.findIndex(({ scope }) => scope === within) + 1)
    for (const { giveUp } of inner.toReversed()) giveUp?.(reason)
  }

  /** True when a scope within this one has the connection. */
  isAround(scope: object): boolean {
    return (
      !this.#isRevoked && this.#scopes.at(-1)?.scope !== scope && this.#scopes.some((entry) => entry.scope === scope)
    )
  }

  /** Calls back when the session is revoked. */
  onceRevoked(callback: () => void): void {
    this.#onRevoked.push(callback)
  }

  /** True when no scope has the connection. */
  get isFree(): boolean {
    return this.#scopes.length === 0
  }

  /** Calls back when no scope has the connection, now or later. */
  onceFree(callback: () => void): void {
    if (this.#scopes.length === 0) callback()
    else this.#onFree.push(callback)
  }

  /** The session's types, changed as a query's own options say. */
  typesFor(options: TypeOptions | undefined): TypeRegistry {
    return this.#catalog.typesFor(options)
  }

  /** What a trace of something that runs here carries. */
  traceContext(more: Partial<TraceContext>): TraceContext {
    const { host } = this.target
    return {
      "db.system.name": "postgresql",
      "db.namespace": this.link.server.database,
      "server.address": host.host,
      "server.port": host.port,
      ...more,
    }
  }

  /**
   * Makes a scope (a transaction, a pipeline, a COPY) the only one that may use the connection, until it leaves.
   * @param outer the scope it stands in
   * @param name what the scope is, for the error of those who use another
   * @param giveUp ends it where it waits for its caller, when the connection is closed or goes back to its pool
   */
  enter(scope: object, outer: object | undefined, name: string, giveUp?: (reason: Error) => void): void {
    this.check(outer)
    this.#scopes.push({ scope, name, giveUp })
  }

  /** Gives the connection back to the outer scope. */
  leave(scope: object): void {
    const index = this.#scopes.findIndex((entry) => entry.scope === scope)
    if (index !== -1) this.#scopes.splice(index)
    if (this.#scopes.length === 0) for (const callback of this.#onFree.splice(0)) callback()
  }

  /**
   * @throws UsageError when another scope than this one has the connection
   * @throws ConnectionReleasedError when it was given back to its pool
   * @throws ConnectionError when it is closed, which no scope's end would change
   */
  check(scope: object | undefined): void {
    if (this.#isRevoked) throw new ConnectionReleasedError()
    this.#wasUsed = true
    const last = this.#scopes.at(-1)
    if (last?.scope === scope) return
    const { state, reason } = this.link
    if (state !== "open") throw refusal(state, reason)
    const problem =
      last === undefined ? "it has ended" : `${last.name} is open on this connection: use that one's methods`
    throw new UsageError(`this cannot be run here now: ${problem}`, { safeToRetry: true })
  }

  /** The same for what may be stopped: what is refused leaves no timer and no listener behind. */
  admit(scope: object | undefined, stop: Stop | undefined): void {
    try {
      this.check(scope)
    } catch (error) {
      stop?.dispose()
      throw error
    }
  }

  /** What may stop a request before its time, or `undefined` when nothing may. */
  stopFor(
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined = this.#options.queryTimeout,
  ): Stop | undefined {
    return signal === undefined && !timeoutMs ? undefined : new Stop(signal, timeoutMs || undefined, queryTimeout)
  }

  /**
   * What stops an operation that goes at its caller's pace, such as a stream or a COPY, or lets us stop it ourselves. The
   * connection's own timeout is for queries.
   */
  stopOwn(signal: AbortSignal | undefined, timeoutMs: number | undefined): Stop {
    return new Stop(signal, timeoutMs || undefined, queryTimeout)
  }

  /** The same where nothing but the caller stops it. */
  stopOwnIf(signal: AbortSignal | undefined, timeoutMs: number | undefined): Stop | undefined {
    return signal === undefined && !timeoutMs ? undefined : this.stopOwn(signal, timeoutMs)
  }

  /** A name for a portal or a cursor that nothing else of this connection has. */
  uniqueName(kind: string): string {
    this.link.server.namesGiven++
    return `pgline_${kind}_${this.link.server.namesGiven}`
  }
}

function queryTimeout(timeoutMs: number): TimeoutError {
  return new TimeoutError(`the query took longer than ${timeoutMs} ms and was cancelled`)
}

function sessionOver(...parts: ConstructorParameters<typeof Session>): Session {
  return new Session(...parts)
}
