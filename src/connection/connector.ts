/**
 * Everything it takes to connect, checked once: what `connect` uses once and a pool again and again. Its sessions share
 * what they learn about the database's types.
 */

import type { Config } from "../config/config.ts"
import { readConnectArguments } from "../config/connect-arguments.ts"
import { resolveConfig } from "../config/resolve.ts"
import { openLink } from "../link/open.ts"
import { SchemaNews } from "../query/schema-news.ts"
import { newStatementCache, Session } from "../session/session.ts"
import { connectChannel, type TraceContext } from "../trace/channels.ts"
import { isTraced, trace } from "../trace/trace.ts"
import { createDefaultRegistry } from "../types/defaults.ts"
import { KnownTypes } from "../types/known-types.ts"
import { ConnectionInfo } from "./connection-info.ts"
import { type ConnectOptions, checkSessionOptions, SESSION_OPTION_NAMES } from "./options.ts"

/** Opens sessions with one and the same configuration. */
export class Connector {
  readonly config: Config
  readonly options: ConnectOptions
  readonly #knownTypes = new KnownTypes()
  readonly #schemaNews = new SchemaNews()

  /**
   * @param otherKeys option names that belong to somebody else and are passed over here
   * @throws ConfigError when a parameter cannot be used
   */
  constructor(
    conninfo: string | URL | ConnectOptions | undefined,
    options: ConnectOptions | undefined,
    otherKeys: Iterable<string> = [],
  ) {
    const given = readConnectArguments(conninfo, options)
    this.options = given.options
    this.config = resolveConfig(given.text, given.options, {
      otherKeys: new Set([...SESSION_OPTION_NAMES, ...otherKeys]),
    })
    checkSessionOptions(this.options)
    if (this.options.types) createDefaultRegistry(this.options.types, this.#knownTypes) // refuses wrong ones now
  }

  /**
   * Opens a session.
   * @throws the only failure there was, or ConnectError with all of them; the signal's reason when that stopped it
   */
  open(signal: AbortSignal | undefined): Promise<Session> {
    if (!isTraced(connectChannel)) return this.#open(signal)
    return trace(connectChannel, this.traceContext(), () => this.#open(signal))
  }

  /** What a trace carries before it is known which server it will be: the first of the hosts. */
  traceContext(more: Partial<TraceContext> = {}): TraceContext {
    const [host] = this.config.hosts
    return {
      "db.system.name": "postgresql",
      "db.namespace": this.config.database,
      "server.address": host?.host ?? "",
      "server.port": host?.port ?? 0,
      ...more,
    }
  }

  async #open(signal: AbortSignal | undefined): Promise<Session> {
    const { options } = this
    const opened = await openLink(this.config, {
      listener: { onNotice: options.onNotice },
      signal,
      cancelTimeoutMs: options.cancelTimeout,
      stallTimeoutMs: options.stallTimeout,
    })
    const types = createDefaultRegistry(options.types ?? {}, this.#knownTypes)
    return new Session(opened, types, options, newStatementCache(options, this.#schemaNews))
  }

  /** What is known of a session that was opened here. */
  infoOf(session: Session): ConnectionInfo {
    return new ConnectionInfo(session, this.config)
  }
}
