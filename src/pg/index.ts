/**
 * The face of node-postgres over pgline: what `require("pg")` gives, with its names, and our equivalents of `pg-cursor`,
 * `pg-query-stream` and `pg-copy-streams` beside them.
 *
 * @see https://node-postgres.com
 */

import { pgModule } from "./module-object.ts"

export { BoundPool as Pool } from "./bound-pool.ts"
export { Client } from "./client.ts"
export type { ConnectCallback } from "./client-queue.ts"
export { Connection, type ConnectionOptions } from "./connection.ts"
export { type ConnectionConfig, ConnectionParameters, type PgPassword } from "./connection-parameters.ts"
export {
  CopyBothStream,
  CopyFromStream,
  type CopyStreamOptions,
  CopyToStream,
  copyStreams,
} from "./copy-streams.ts"
export { Cursor, type CursorConfig, type ReadCallback } from "./cursor.ts"
export { DatabaseError, type MessageFields, NoticeMessage } from "./database-error.ts"
export { type Defaults, defaults } from "./defaults.ts"
export { escapeIdentifier, escapeLiteral } from "./escape.ts"
export type { Field } from "./messages.ts"
export { type PgModule, utils } from "./module-object.ts"
export { Pool as PgPool } from "./pool.ts"
export type { PoolClient, PoolConnectCallback, Release } from "./pool-client.ts"
export type { PoolConfig } from "./pool-options.ts"
export { Query } from "./query.ts"
export type { QueryCallback, QueryConfig } from "./query-config.ts"
export { QueryStream, type QueryStreamConfig } from "./query-stream.ts"
export { type PgRow, Result } from "./result.ts"
export type { BindRequest, RequestWriter, Submittable, TargetRequest } from "./submittable.ts"
export { TypeOverrides } from "./type-overrides.ts"
export { type PgTypes, type TypeFormat, type TypeParser, type TypeParsers, types } from "./types.ts"

// `import pg from "pg"` is how most programs take it.
// biome-ignore lint/style/noDefaultExport: the package that this stands in for has one
export default pgModule
