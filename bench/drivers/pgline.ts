/**
 * pgline: the build as users get it, or the sources when PGLINE_BENCH_ENTRY says so. Every statement is left to the
 * automatic preparation, with default options.
 */

import type { Connection, Pool as PglinePool } from "../../src/index.ts"
import { type InsertRow, type ServerAddress, statements } from "../dataset.ts"
import type { BenchClient, BenchDriver, BenchPool } from "../driver.ts"

const entry = process.env["PGLINE_BENCH_ENTRY"] ?? "../../src/index.ts"
const { connect, Pool } = (await import(entry)) as typeof import("../../src/index.ts")

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
    return this.#connection.pipeline((p) => Promise.all(ids.map((id) => p.rows(statements.point.text, [id]))))
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
  workloads: ["w1", "w2", "w3", "w3s", "w4", "w5", "w6", "w7b", "w11", "w12a", "w12b", "w13"],
  connect: async (server: ServerAddress) => new PglineClient(await connect({ ...server, sslmode: "disable" })),
  openPool: (server, size) => new PglineBenchPool(new Pool({ ...server, sslmode: "disable", max: size })),
}
