/**
 * The front door of pgline: everything an application imports, and nothing else. Importing it opens no socket, starts no
 * timer and reads no file.
 */

export type {
  AuthMethod,
  ChannelBinding,
  LoadBalanceHosts,
  PasswordFunction,
  SslMode,
  TargetSessionAttrs,
} from "./config/config.ts"
export type { ConninfoOptions } from "./config/options.ts"
export { parseConninfo } from "./config/parse-conninfo.ts"
export { connect } from "./connection/connect.ts"
export { type CloseOptions, Connection, type PreparedTransaction } from "./connection/connection.ts"
export type { ConnectionInfo, ConnectionTlsInfo } from "./connection/connection-info.ts"
export type { ConnectOptions } from "./connection/options.ts"
export type { ParameterInfo, PreparedStatement, PrepareOptions, RunOptions } from "./connection/prepared-statement.ts"
export * as errors from "./errors/errors.ts"
export type { ManyResult } from "./exchange/execute-many.ts"
export type { Notification } from "./link/async-messages.ts"
export type { HistogramBucket, HistogramSnapshot } from "./pool/histogram.ts"
export type { ConnectionHook, PoolOptions } from "./pool/options.ts"
export { type AcquireOptions, Pool, type PoolCloseOptions, type PoolOpenOptions, type PoolSize } from "./pool/pool.ts"
export type { PoolStats } from "./pool/pool-stats.ts"
export { PooledConnection } from "./pool/pooled-connection.ts"
export type { Field } from "./protocol/backend.ts"
export type { PrepareOption, QueryOptions } from "./query/query.ts"
export type { Result } from "./query/result.ts"
export { into, type RowFactory, type RowSchema, type RowShape, type RowVerdict } from "./query/row-shape.ts"
export type { BatchStream } from "./session/batch-stream.ts"
export type { Chunk, ChunkSource } from "./session/chunk-source.ts"
export type { CopyIn, CopyInOptions, CopyResult } from "./session/copy/copy-in.ts"
export type { CopyOut, CopyOutOptions } from "./session/copy/copy-out.ts"
export type { CopyRowsOptions } from "./session/copy/copy-rows.ts"
export type { CopyProgress } from "./session/copy/row-sink.ts"
export type { Cursor, CursorOptions } from "./session/cursor.ts"
export type { ExecuteManyOptions } from "./session/execute-many.ts"
export type {
  LargeObject,
  LargeObjectMode,
  LargeObjectOptions,
  Whence,
} from "./session/large-object/large-object.ts"
export type { ImportOptions, LargeObjects } from "./session/large-object/large-objects.ts"
export type { ListenOptions, NotificationGap } from "./session/listen/listen-options.ts"
export type { NotificationListener, Subscription, SubscriptionEvent } from "./session/listen/subscription.ts"
export type { Pipeline, PipelineOptions } from "./session/pipeline.ts"
export type { QueryCalls, Row, ScriptOptions } from "./session/queryable.ts"
export { type RetryOptions, retry } from "./session/retry.ts"
export type { RowStream } from "./session/stream/row-stream.ts"
export type {
  BeginOptions,
  IsolationLevel,
  NestedTransactionOptions,
  TransactionMode,
  TransactionOptions,
} from "./session/transaction/options.ts"
export type { Queryable } from "./session/transaction/queryable.ts"
export type { Transaction } from "./session/transaction/transaction.ts"
export type { Sql } from "./sql/fragment.ts"
export { sql } from "./sql/tag.ts"
export type { BoundedArray } from "./types/array-shape.ts"
export type { Cube } from "./types/cube.ts"
export type { CustomCodec } from "./types/custom-codec.ts"
export type { Box, Circle, Line, LineSegment, Path, Point, Polygon } from "./types/geometry.ts"
export type { Geometry } from "./types/geometry-types.ts"
export type { HstoreValue } from "./types/hstore.ts"
export type { Interval, IntervalLike } from "./types/interval.ts"
export type { JsonFunctions } from "./types/json.ts"
export type { Range, RangeLike } from "./types/range.ts"
export type { TypeOptions, TypeRegistry } from "./types/registry.ts"
export type { SparseVector } from "./types/sparsevec.ts"
export type { TemporalNamespace } from "./types/temporal.ts"
export * as types from "./types/types.ts"
