/**
 * What `require("pg")` gives: one object with everything, its keys in that package's order.
 */

import { BoundPool } from "./bound-pool.ts"
import { Client } from "./client.ts"
import { Connection } from "./connection.ts"
import { DatabaseError } from "./database-error.ts"
import { type Defaults, defaults } from "./defaults.ts"
import { escapeIdentifier, escapeLiteral } from "./escape.ts"
import { prepareValue } from "./prepare-value.ts"
import { Query } from "./query.ts"
import { normalizeQueryConfig } from "./query-config.ts"
import { Result } from "./result.ts"
import { TypeOverrides } from "./type-overrides.ts"
import { type PgTypes, types } from "./types.ts"

/** The functions that other packages take from `pg/lib/utils`. */
export const utils: {
  prepareValue: typeof prepareValue
  normalizeQueryConfig: typeof normalizeQueryConfig
  escapeIdentifier: typeof escapeIdentifier
  escapeLiteral: typeof escapeLiteral
} = { prepareValue, normalizeQueryConfig, escapeIdentifier, escapeLiteral }

/** The exports of `pg` as one object. */
export interface PgModule {
  defaults: Defaults
  Client: typeof Client
  Query: typeof Query
  Pool: typeof BoundPool
  _pools: unknown[]
  Connection: typeof Connection
  types: PgTypes
  DatabaseError: typeof DatabaseError
  TypeOverrides: typeof TypeOverrides
  escapeIdentifier: typeof escapeIdentifier
  escapeLiteral: typeof escapeLiteral
  Result: typeof Result
  utils: typeof utils
  /** The client over libpq; there is none here. */
  readonly native: null
}

/** `require("pg")`. */
export const pgModule: PgModule = Object.defineProperty(
  {
    defaults,
    Client,
    Query,
    Pool: BoundPool,
    _pools: [],
    Connection,
    types,
    DatabaseError,
    TypeOverrides,
    escapeIdentifier,
    escapeLiteral,
    Result,
    utils,
  },
  "native",
  { configurable: true, enumerable: false, value: null },
) as unknown as PgModule
