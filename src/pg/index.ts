/**
 * The face of node-postgres over pgline: what `require("pg")` gives, with its names and its types, and our equivalents of
 * `pg-cursor`, `pg-query-stream` and `pg-copy-streams` beside them.
 *
 * @see https://node-postgres.com
 */

import { type PgModule, pg } from "./module-object.ts"

export type { ConnectionOptions } from "./connection.ts"
export { ConnectionParameters } from "./connection-parameters.ts"
export {
  CopyBothStream,
  CopyFromStream,
  type CopyStreamOptions,
  CopyToStream,
  copyStreams,
} from "./copy-streams.ts"
export { Cursor, type CursorConfig, type ReadCallback } from "./cursor.ts"
export { DatabaseError, type MessageFields, NoticeMessage } from "./database-error.ts"
export { escapeIdentifier, escapeLiteral } from "./escape.ts"
export { type PgModule, utils } from "./module-object.ts"
export { QueryStream, type QueryStreamConfig } from "./query-stream.ts"
export { TypeOverrides } from "./type-overrides.ts"
export {
  Client,
  type ClientBase,
  type ClientConstructor,
  type Notification,
  type TransactionStatus,
} from "./typed/client.ts"
export {
  type ClientConfig,
  type ConnectionConfig,
  type CustomTypesConfig,
  type Defaults,
  defaults,
} from "./typed/config.ts"
export {
  type BindConfig,
  Connection,
  type ConnectionConstructor,
  type ExecuteConfig,
  type MessageConfig,
  type QueryParse,
} from "./typed/connection.ts"
export {
  PgPool,
  type PgPoolConstructor,
  Pool,
  type PoolConnectCallback,
  type PoolConstructor,
} from "./typed/pool.ts"
export type { PoolClient, PoolConfig, PoolOptions } from "./typed/pool-config.ts"
export type {
  FieldDef,
  QueryArrayConfig,
  QueryArrayResult,
  QueryConfig,
  QueryConfigValues,
  QueryResult,
  QueryResultBase,
  QueryResultCallback,
  QueryResultRow,
  QueryRunner,
  ResultBuilder,
  Submittable,
} from "./typed/query.ts"
export { Query, type QueryConstructor, Result, type ResultConstructor } from "./typed/query-class.ts"
export { type PgTypes, type TypeFormat, type TypeParser, type TypeParsers, types } from "./types.ts"

/** The client over libpq: there is none here. */
export const native: PgModule | null = pg.native

// `import pg from "pg"` is how most programs take it.
// biome-ignore lint/style/noDefaultExport: the package that this stands in for has one
export default pg
