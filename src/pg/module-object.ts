/**
 * What `require("pg")` gives: one object with everything, its keys in that package's order. Beside it stands a namespace
 * of the types, so that `pg.Pool` is a class and a type after `import pg from "pgline/pg"`.
 */

import * as errors from "./database-error.ts"
import { escapeIdentifier, escapeLiteral } from "./escape.ts"
import { prepareValue } from "./prepare-value.ts"
import { normalizeQueryConfig } from "./query-config.ts"
import * as overrides from "./type-overrides.ts"
import * as clients from "./typed/client.ts"
import * as configs from "./typed/config.ts"
import * as connections from "./typed/connection.ts"
import * as pools from "./typed/pool.ts"
import type * as poolConfigs from "./typed/pool-config.ts"
import type * as queries from "./typed/query.ts"
import * as queryClasses from "./typed/query-class.ts"
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
  defaults: configs.Defaults
  Client: clients.ClientConstructor
  Query: queryClasses.QueryConstructor
  Pool: pools.PoolConstructor
  _pools: unknown[]
  Connection: connections.ConnectionConstructor
  types: PgTypes
  DatabaseError: typeof errors.DatabaseError
  TypeOverrides: typeof overrides.TypeOverrides
  escapeIdentifier: typeof escapeIdentifier
  escapeLiteral: typeof escapeLiteral
  Result: queryClasses.ResultConstructor
  utils: typeof utils
  /** The same over libpq: null, there is none here. */
  readonly native: PgModule | null
}

/** `require("pg")`. */
export const pg: PgModule = Object.defineProperty(
  {
    defaults: configs.defaults,
    Client: clients.Client,
    Query: queryClasses.Query,
    Pool: pools.Pool,
    _pools: [],
    Connection: connections.Connection,
    types,
    DatabaseError: errors.DatabaseError,
    TypeOverrides: overrides.TypeOverrides,
    escapeIdentifier,
    escapeLiteral,
    Result: queryClasses.Result,
    utils,
    native: null,
  },
  "native",
  { configurable: true, enumerable: false, value: null, writable: false },
)

/** The types by the names that they have in the package. */
export declare namespace pg {
  type BindConfig = connections.BindConfig
  type Client = clients.Client
  type ClientBase = clients.ClientBase
  type ClientConfig = configs.ClientConfig
  type Connection = connections.Connection
  type ConnectionConfig = configs.ConnectionConfig
  type CustomTypesConfig = configs.CustomTypesConfig
  type DatabaseError = errors.DatabaseError
  type Defaults = configs.Defaults
  type ExecuteConfig = connections.ExecuteConfig
  type FieldDef = queries.FieldDef
  type MessageConfig = connections.MessageConfig
  type Notification = clients.Notification
  type Pool = pools.Pool
  type PoolClient = poolConfigs.PoolClient
  type PoolConfig = poolConfigs.PoolConfig
  type PoolOptions = poolConfigs.PoolOptions
  type Query<
    R extends queries.QueryResultRow = queries.Any,
    I extends queries.Any[] = queries.Any,
  > = queryClasses.Query<R, I>
  type QueryArrayConfig<I = queries.Any[]> = queries.QueryArrayConfig<I>
  type QueryArrayResult<R extends queries.Any[] = queries.Any[]> = queries.QueryArrayResult<R>
  type QueryConfig<I = queries.Any[]> = queries.QueryConfig<I>
  type QueryConfigValues<I> = queries.QueryConfigValues<I>
  type QueryParse = connections.QueryParse
  type QueryResult<R extends queries.QueryResultRow = queries.Any> = queries.QueryResult<R>
  type QueryResultBase = queries.QueryResultBase
  type QueryResultRow = queries.QueryResultRow
  type Result<R extends queries.QueryResultRow = queries.Any> = queryClasses.Result<R>
  type ResultBuilder<R extends queries.QueryResultRow = queries.Any> = queries.ResultBuilder<R>
  type Submittable = queries.Submittable
  type TransactionStatus = clients.TransactionStatus
  type TypeOverrides = overrides.TypeOverrides
}
