/**
 * What one connection carries from query to query: its link, what it has learnt about statements and types, and the
 * options that govern both. Every feature of this floor works on a Session.
 */

import type { Link } from "../link/link.ts"
import type { OpenedLink } from "../link/open.ts"
import { StatementCache } from "../query/statement-cache.ts"
import type { TypeRegistry } from "../types/registry.ts"

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
   * under a name and no request relies on what another has left behind.
   * @defaultValue false
   */
  readonly pooler?: boolean | undefined
}

/** One connection's state above the link. */
export class Session {
  readonly link: Link
  /** Where the link leads. */
  readonly target: OpenedLink["target"]
  readonly statements: StatementCache
  readonly types: TypeRegistry

  constructor({ link, target }: OpenedLink, types: TypeRegistry, options: SessionOptions) {
    this.link = link
    this.target = target
    this.types = types
    this.statements = new StatementCache(options.statementCacheSize ?? 256, {
      threshold: options.prepareThreshold ?? 1,
      pooler: options.pooler ?? false,
    })
  }
}
