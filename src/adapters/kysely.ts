/**
 * A dialect of Kysely on pgline's native API: values in binary, statements prepared by themselves, rows streamed in
 * constant memory, queries cancelled without a second session.
 *
 * Types are pgline's: int8 is a bigint, timestamp a string; see the guide on types and `types` of the pool's options.
 *
 * @see https://kysely.dev/docs/dialects
 */

import {
  type AbortableOperationOptions,
  type CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from "kysely"
import { errors, type Pool, type PooledConnection, type Result, sql } from "../index.ts"

/** What the dialect is made of. */
export interface PglineDialectConfig {
  /** The pool, or what makes it when the first query is run. Kysely's `destroy` closes it. */
  readonly pool: Pool | ((options?: AbortableOperationOptions) => Pool | Promise<Pool>)
  /** Awaited before a connection is used for the first time. */
  readonly onCreateConnection?: (connection: DatabaseConnection) => Promise<void>
  /** Awaited whenever a connection is taken from the pool. */
  readonly onReserveConnection?: (connection: DatabaseConnection) => Promise<void>
}

/**
 * PostgreSQL over pgline.
 *
 * @example
 * ```ts
 * const db = new Kysely<Database>({ dialect: new PglineDialect({ pool: new Pool("postgresql://localhost/app") }) })
 * ```
 */
export class PglineDialect implements Dialect {
  readonly #config: PglineDialectConfig

  constructor(config: PglineDialectConfig) {
    this.#config = config
  }

  createDriver(): Driver {
    return new PglineDriver(this.#config)
  }

  createQueryCompiler(): QueryCompiler {
    return new PostgresQueryCompiler()
  }

  createAdapter(): DialectAdapter {
    return new PostgresAdapter()
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new PostgresIntrospector(db)
  }
}

/** Whose query results tell how many rows were changed. */
const CHANGING: ReadonlySet<string> = new Set(["INSERT", "UPDATE", "DELETE", "MERGE"])

class PglineDriver implements Driver {
  readonly #config: PglineDialectConfig
  /** Connections that `onCreateConnection` has seen, by their backend. */
  readonly #known: Set<number> = new Set()
  #pool: Pool | undefined

  constructor(config: PglineDialectConfig) {
    this.#config = config
  }

  async init(options?: AbortableOperationOptions): Promise<void> {
    const { pool } = this.#config
    this.#pool = typeof pool === "function" ? await pool(options) : pool
  }

  async acquireConnection(options?: AbortableOperationOptions): Promise<PglineConnection> {
    const { onCreateConnection, onReserveConnection } = this.#config
    const { signal } = options ?? {}
    const held = await this.#pool!.acquire(signal === undefined ? {} : { signal })
    const connection = new PglineConnection(held)
    try {
      const pid = held.info.backendPid
      if (onCreateConnection && pid !== undefined && !this.#known.has(pid)) {
        await onCreateConnection(connection)
        this.#known.add(pid)
      }
      await onReserveConnection?.(connection)
    } catch (error) {
      held.release(error)
      throw error
    }
    return connection
  }

  async beginTransaction(connection: PglineConnection, settings: TransactionSettings): Promise<void> {
    const { isolationLevel, accessMode } = settings
    const isolation = isolationLevel ? ` isolation level ${isolationLevel}` : ""
    await connection.held.query(`begin${isolation}${accessMode ? ` ${accessMode}` : ""}`)
  }

  async commitTransaction(connection: PglineConnection): Promise<void> {
    const { command } = await connection.held.query("commit")
    if (command === "ROLLBACK") throw new errors.CommitFailedError(undefined)
  }

  async rollbackTransaction(connection: PglineConnection): Promise<void> {
    await connection.held.query("rollback")
  }

  async savepoint(connection: PglineConnection, name: string): Promise<void> {
    await connection.held.query(sql`savepoint ${sql.id(name)}`)
  }

  async rollbackToSavepoint(connection: PglineConnection, name: string): Promise<void> {
    await connection.held.query(sql`rollback to savepoint ${sql.id(name)}`)
  }

  async releaseSavepoint(connection: PglineConnection, name: string): Promise<void> {
    await connection.held.query(sql`release savepoint ${sql.id(name)}`)
  }

  async releaseConnection(connection: PglineConnection): Promise<void> {
    if (!connection.held.isReleased) connection.held.release()
  }

  async destroy(): Promise<void> {
    const pool = this.#pool
    this.#pool = undefined
    await pool?.close()
  }
}

class PglineConnection implements DatabaseConnection {
  readonly held: PooledConnection
  #isRunning = false

  constructor(held: PooledConnection) {
    this.held = held
  }

  async executeQuery<R>({ sql: text, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    this.#isRunning = true
    try {
      return toQueryResult(await this.held.query<R>(text, parameters))
    } finally {
      this.#isRunning = false
    }
  }

  async *streamQuery<R>({ sql: text, parameters }: CompiledQuery, size: number): AsyncGenerator<QueryResult<R>> {
    let rows: R[] = []
    for await (const row of this.held.stream<R>(text, parameters)) {
      rows.push(row)
      if (rows.length < size) continue
      yield { rows }
      rows = []
    }
    if (rows.length > 0) yield { rows }
  }

  /** Kysely asks for a session to cancel from; PostgreSQL's protocol needs none. */
  async cancelQuery(): Promise<void> {
    if (this.#isRunning) await this.held.cancel()
  }

  async killSession(): Promise<void> {
    if (this.#isRunning) this.held.destroy()
  }
}

function toQueryResult<R>({ command, rowCount, rows }: Result<R>): QueryResult<R> {
  return CHANGING.has(command) ? { numAffectedRows: BigInt(rowCount), rows } : { rows }
}
