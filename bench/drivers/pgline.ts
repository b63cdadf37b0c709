/**
 * pgline: the build as users get it, or the sources. Every statement is left to the
 * automatic preparation, with default options.
 */

import type { Connection, Pool as PglinePool } from "../../src/index.ts"
import type { BulkRow } from "../bulk-dataset.ts"
import { type InsertRow, type ServerAddress, statements } from "../dataset.ts"
import { type BenchClient, type BenchDriver, type BenchPool, workloadNames } from "../driver.ts"
import { entryOf } from "../entry.ts"

const { connect, Pool } = (await import(entryOf("index"))) as typeof import("../../src/index.ts")

/** The parameters of a row in the statement's order. */
const valuesOf = (row: InsertRow): unknown[] => [row.id, row.name, row.createdAt, row.score]

class PglineClient implements BenchClient {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  selectOne(): Promise<unknown> {
    return this.#connection.rows("select 1 as one")
  }

  pointSelect(id: number): Promise<unknown> {
    return this.#connection.rows(statements.point.text, [id])
  }

  pointSelects(ids: readonly number[]): Promise<unknown> {
    return this.#connection.pipeline((p) => ids.map((id) => p.rows(statements.point.text, [id])))
  }

  catalog(): Promise<unknown> {
    return this.#connection.rows(statements.catalog.text, [-1, true])
  }

  mixed(): Promise<unknown> {
    return this.#connection.rows(statements.mixed.text)
  }

  insert(row: InsertRow): Promise<unknown> {
    return this.#connection.query(statements.insert.text, valuesOf(row))
  }

  insertMany(rows: readonly InsertRow[]): Promise<unknown> {
    return this.#connection.executeMany(statements.insert.text, rows.map(valuesOf))
  }

  download(): Promise<unknown> {
    return this.#connection.rows(statements.download.text)
  }

  upload(bytes: Uint8Array): Promise<unknown> {
    return this.#connection.rows(statements.upload.text, [bytes])
  }

  copyIn(text: string, chunks: readonly Uint8Array[]): Promise<unknown> {
    return this.#connection.copyIn(text, chunks)
  }

  async copyOut(text: string, take: (chunk: Uint8Array) => void): Promise<void> {
    for await (const chunk of this.#connection.copyOut(text)) take(chunk)
  }

  async stream(text: string, take: (row: unknown) => void): Promise<void> {
    for await (const row of this.#connection.stream(text)) take(row)
  }

  copyRows(table: string, rows: readonly BulkRow[]): Promise<unknown> {
    return this.#connection.copyRows(table, rows)
  }

  close(): Promise<void> {
    return this.#connection.close()
  }
}

class PglineBenchPool implements BenchPool {
  readonly #pool: PglinePool

  constructor(pool: PglinePool) {
    this.#pool = pool
  }

  pointSelect(id: number): Promise<unknown> {
    return this.#pool.rows(statements.point.text, [id])
  }

  close(): Promise<void> {
    return this.#pool.close()
  }
}

export const pglineDriver: BenchDriver = {
  workloads: workloadNames,
  connect: async (server: ServerAddress) => new PglineClient(await connect({ ...server, sslmode: "disable" })),
  openPool: (server, size) => new PglineBenchPool(new Pool({ ...server, sslmode: "disable", max: size })),
}
