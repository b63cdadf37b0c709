/**
 * A driver of Drizzle on pgline's native API: values in binary, statements prepared by themselves, transactions and
 * savepoints that are pgline's own.
 *
 * What columns map is theirs to map: a `timestamp` column gives Dates or strings, a `bigint` one numbers or bigints, as
 * with Drizzle's other drivers. Values of raw SQL are pgline's, except for times, which come as text.
 *
 * @see https://orm.drizzle.team/docs/get-started-postgresql
 */

import {
  createTableRelationsHelpers,
  type DrizzleConfig,
  entityKind,
  extractTablesRelationalConfig,
  fillPlaceholders,
  type Query,
  type RelationalSchemaConfig,
  type SQL,
  type TablesRelationalConfig,
} from "drizzle-orm"
import { type Cache, NoopCache } from "drizzle-orm/cache/core"
import type { WithCacheConfig } from "drizzle-orm/cache/core/types"
import { DefaultLogger, type Logger, NoopLogger } from "drizzle-orm/logger"
import {
  PgDatabase,
  PgDialect,
  PgPreparedQuery,
  type PgQueryResultHKT,
  PgSession,
  PgTransaction,
  type PgTransactionConfig,
  type PreparedQueryConfig,
} from "drizzle-orm/pg-core"
import * as drizzleUtils from "drizzle-orm/utils"
import type { Connection, Pool, Result, Transaction, TransactionOptions, TypeOptions } from "../index.ts"

/** What queries are run on. */
export type PglineClient = Pool | Connection

/** Raw results are pgline's. */
export interface PglineQueryResultHKT extends PgQueryResultHKT {
  type: Result<this["row"]>
}

/** Drizzle's columns take times as PostgreSQL prints them, and lines too. */
const asPrinted = (
  name: string,
): { name: string; decode: (text: string) => string; encode: (value: unknown) => string } => ({
  name,
  decode: (text) => text,
  encode: String,
})
const TYPES: TypeOptions = {
  timestamptz: "string",
  timestamp: "string",
  custom: [asPrinted("interval"), asPrinted("line")],
}

/** Drizzle tells classes apart by this, not by identity. Its key is a symbol, which declarations cannot spell. */
function named(entity: object, name: string): void {
  Object.defineProperty(entity, entityKind, { value: name, configurable: true })
}

type Schema = RelationalSchemaConfig<TablesRelationalConfig>
type Fields = Parameters<PgSession["prepareQuery"]>[1]
type Metadata = Parameters<PgSession["prepareQuery"]>[5]
type RowMapper<T> = (rows: unknown[][]) => T

/** Makes what the query selects of a row's values. */
type MapResultRow = (fields: Fields, row: unknown[], joinsNotNullable: Record<string, boolean> | undefined) => unknown

// Drizzle exports it for its own drivers, and leaves it out of its declarations.
const internals: Pick<typeof drizzleUtils, "getTableColumns"> & { readonly mapResultRow?: MapResultRow } = drizzleUtils

class PglinePreparedQuery<T extends PreparedQueryConfig> extends PgPreparedQuery<T> {
  static {
    named(this, "PglinePreparedQuery")
  }

  // Of the class above, which does not declare them: Drizzle sets the one and implements the other.
  declare joinsNotNullableMap: Record<string, boolean> | undefined
  declare queryWithCache: <R>(text: string, params: unknown[], run: () => Promise<R>) => Promise<R>
  readonly #plan: QueryPlan<T["execute"]>

  constructor(
    plan: QueryPlan<T["execute"]>,
    cache: Cache,
    metadata: Metadata,
    cacheConfig: WithCacheConfig | undefined,
  ) {
    super(plan.query, cache, metadata, cacheConfig)
    this.#plan = plan
  }

  async execute(placeholders: Record<string, unknown> = {}): Promise<T["execute"]> {
    const { fields, mapper } = this.#plan
    if (fields === undefined && mapper === undefined) return await this.#run(placeholders, "object")
    const { rows } = await this.#run(placeholders, "tuple")
    if (mapper !== undefined) return mapper(rows as unknown[][])
    const { joinsNotNullableMap } = this
    return rows.map((row) => internals.mapResultRow!(fields, row as unknown[], joinsNotNullableMap))
  }

  async all(placeholders: Record<string, unknown> = {}): Promise<T["all"]> {
    return (await this.#run(placeholders, "object")).rows
  }

  /** Drizzle asks drivers for it. */
  isResponseInArrayMode(): boolean {
    return this.#plan.isArrayMode
  }

  #run(placeholders: Record<string, unknown>, rows: "object" | "tuple"): Promise<Result<unknown>> {
    const { client, logger, query, isNamed } = this.#plan
    const values = fillPlaceholders(query.params, placeholders)
    logger.logQuery(query.sql, values)
    const options = { rows, types: TYPES, prepare: isNamed ? true : "auto" } as const
    return this.queryWithCache(query.sql, values, () => client.query<unknown>(query.sql, values, options as object))
  }
}

/** What a prepared query knows. */
interface QueryPlan<T> {
  readonly client: PglineClient | Transaction
  readonly logger: Logger
  readonly query: Query
  readonly fields: Fields
  readonly isNamed: boolean
  readonly isArrayMode: boolean
  readonly mapper: RowMapper<T> | undefined
}

class PglineSession extends PgSession<PglineQueryResultHKT, Record<string, unknown>, TablesRelationalConfig> {
  static {
    named(this, "PglineSession")
  }

  readonly #client: PglineClient | Transaction
  readonly #schema: Schema | undefined
  readonly #logger: Logger
  readonly #cache: Cache

  constructor(
    client: PglineClient | Transaction,
    dialect: PgDialect,
    schema: Schema | undefined,
    logger: Logger,
    cache: Cache,
  ) {
    super(dialect)
    this.#client = client
    this.#schema = schema
    this.#logger = logger
    this.#cache = cache
  }

  override prepareQuery<T extends PreparedQueryConfig = PreparedQueryConfig>(
    query: Query,
    fields: Fields,
    name: string | undefined,
    isArrayMode: boolean,
    mapper?: RowMapper<T["execute"]>,
    metadata?: Metadata,
    cacheConfig?: WithCacheConfig,
  ): PgPreparedQuery<T> {
    const client = this.#client
    const plan = { client, logger: this.#logger, query, fields, isNamed: name !== undefined, isArrayMode, mapper }
    return new PglinePreparedQuery<T>(plan, this.#cache, metadata, cacheConfig)
  }

  /** In a transaction this is a savepoint. */
  override transaction<T>(run: (tx: PglineTransaction) => Promise<T>, config?: PgTransactionConfig): Promise<T> {
    return this.within(run, 0, config)
  }

  within<T>(run: (tx: PglineTransaction) => Promise<T>, depth: number, config?: PgTransactionConfig): Promise<T> {
    const begin = (tx: Transaction): Promise<T> => {
      const session = sessionOver(tx, this.dialect, this.#schema, this.#logger, this.#cache)
      return run(new PglineTransaction(this.dialect, session, this.#schema, depth))
    }
    const client = this.#client as Pool
    return config === undefined ? client.transaction(begin) : client.transaction(begin, optionsOf(config))
  }

  override async count(query: SQL): Promise<number> {
    const { rows } = await this.execute<Result<{ count: unknown }>>(query)
    return Number(rows[0]?.count)
  }
}

function sessionOver(...parts: ConstructorParameters<typeof PglineSession>): PglineSession {
  return new PglineSession(...parts)
}

/** A transaction of Drizzle: queries run in it, `transaction` inside it is a savepoint. */
export class PglineTransaction extends PgTransaction<
  PglineQueryResultHKT,
  Record<string, unknown>,
  TablesRelationalConfig
> {
  static {
    named(this, "PglineTransaction")
  }

  readonly #session: PglineSession

  constructor(dialect: PgDialect, session: PglineSession, schema: Schema | undefined, depth: number) {
    super(dialect, session, schema, depth)
    this.#session = session
  }

  override transaction<T>(run: (tx: PglineTransaction) => Promise<T>): Promise<T> {
    return this.#session.within(run, this.nestedIndex + 1)
  }
}

function optionsOf({ isolationLevel, accessMode, deferrable }: PgTransactionConfig): TransactionOptions {
  return {
    ...(isolationLevel === undefined ? {} : { isolation: isolationLevel }),
    ...(accessMode === undefined ? {} : { readOnly: accessMode === "read only" }),
    ...(deferrable === undefined ? {} : { deferrable }),
  }
}

/** A database of Drizzle over pgline. */
export class PglineDatabase<TSchema extends Record<string, unknown> = Record<string, never>> extends PgDatabase<
  PglineQueryResultHKT,
  TSchema
> {
  static {
    named(this, "PglineDatabase")
  }
}

/**
 * Makes a database of Drizzle over a pool or a connection, which stay the caller's to close.
 *
 * @example
 * ```ts
 * const db = drizzle(new Pool("postgresql://localhost/app"), { schema })
 * ```
 */
export function drizzle<
  TSchema extends Record<string, unknown> = Record<string, never>,
  TClient extends PglineClient = Pool,
>(client: TClient, config: DrizzleConfig<TSchema> = {}): PglineDatabase<TSchema> & { $client: TClient } {
  const dialect = new PgDialect(config.casing === undefined ? {} : { casing: config.casing })
  const schema = config.schema === undefined ? undefined : schemaOf(config.schema)
  const { logger = false, cache } = config
  const chosen = logger === true ? new DefaultLogger() : logger || new NoopLogger()
  const session = new PglineSession(client, dialect, schema, chosen, cache ?? new NoopCache())
  const db = new PglineDatabase<TSchema>(dialect, session as never, schema as never)
  if (cache !== undefined) db.$cache = Object.assign(cache, { invalidate: cache.onMutate })
  return Object.assign(db, { $client: client })
}

function schemaOf(fullSchema: Record<string, unknown>): Schema {
  const { tables, tableNamesMap } = extractTablesRelationalConfig(fullSchema, createTableRelationsHelpers)
  return { fullSchema, schema: tables, tableNamesMap }
}
