/**
 * postgres.js with its defaults: tagged templates, which it prepares and pipelines by itself.
 */

import { once } from "node:events"
import { pipeline } from "node:stream/promises"
import postgres from "postgres"
import type { InsertRow, ServerAddress } from "../dataset.ts"
import type { BenchClient, BenchDriver, BenchPool } from "../driver.ts"
import { partsOf, templatesBy } from "./templates.ts"

/** Read at once from a cursor. */
const BATCH_ROWS = 1000

function template(text: string): TemplateStringsArray {
  const parts = partsOf(text)
  return Object.assign(parts, { raw: parts })
}

const { one, point, catalog, mixed, insert, download, upload } = templatesBy(template)

class PostgresClient implements BenchClient, BenchPool {
  readonly #sql: postgres.Sql

  constructor(sql: postgres.Sql) {
    this.#sql = sql
  }

  async selectOne(): Promise<unknown> {
    return this.#sql(one)
  }

  async pointSelect(id: number): Promise<unknown> {
    return this.#sql(point, id)
  }

  pointSelects(ids: readonly number[]): Promise<unknown> {
    const sql = this.#sql
    return Promise.all(ids.map((id) => sql(point, id)))
  }

  async catalog(): Promise<unknown> {
    return this.#sql(catalog, -1, true)
  }

  async mixed(): Promise<unknown> {
    return this.#sql(mixed)
  }

  async insert(row: InsertRow): Promise<unknown> {
    return this.#sql(insert, row.id, row.name, row.createdAt, row.score)
  }

  insertMany(rows: readonly InsertRow[]): Promise<unknown> {
    return this.#sql.begin((sql) => rows.map((row) => sql(insert, row.id, row.name, row.createdAt, row.score)))
  }

  async download(): Promise<unknown> {
    return this.#sql(download)
  }

  async upload(bytes: Uint8Array): Promise<unknown> {
    return this.#sql(upload, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  }

  async copyIn(text: string, chunks: readonly Uint8Array[]): Promise<void> {
    await pipeline(chunks, await this.#sql(template(text)).writable())
  }

  async copyOut(text: string, take: (chunk: Uint8Array) => void): Promise<void> {
    const stream = (await this.#sql(template(text)).readable()).on("data", take)
    await once(stream, "end")
  }

  async stream(text: string, take: (row: unknown) => void): Promise<void> {
    for await (const rows of this.#sql(template(text)).cursor(BATCH_ROWS)) {
      for (const row of rows) take(row)
    }
  }

  close(): Promise<void> {
    return this.#sql.end()
  }
}

function open(server: ServerAddress, max: number): PostgresClient {
  const { user, ...rest } = server
  return new PostgresClient(postgres({ ...rest, username: user, max }))
}

export const postgresDriver: BenchDriver = {
  workloads: ["w1", "w2", "w3", "w3s", "w4", "w5", "w6", "w7b", "w8", "w9", "w10", "w11", "w12a", "w12b", "w13"],
  connect: async (server) => open(server, 1),
  openPool: open,
}
