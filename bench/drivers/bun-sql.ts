/**
 * Bun's built-in SQL client with its defaults: tagged templates, which it prepares and pipelines by itself. It has COPY
 * both ways, but no cursor.
 */

import type { InsertRow, ServerAddress } from "../dataset.ts"
import type { BenchClient, BenchDriver, BenchPool } from "../driver.ts"
import { partsOf, templatesBy } from "./templates.ts"

/** A query of Bun's, as far as it is used here. */
interface BunQuery extends Promise<unknown> {
  readable(): AsyncIterable<Uint8Array>
  writable(): WritableStream<Uint8Array>
}

type BunTag = (strings: readonly string[], ...values: readonly unknown[]) => BunQuery

interface BunSql extends BunTag {
  begin(run: (sql: BunTag) => Promise<unknown>): Promise<unknown>
  close(): Promise<void>
}

type BunSqlClass = new (options: Readonly<Record<string, unknown>>) => BunSql

function template(text: string): readonly string[] {
  const parts = partsOf(text)
  // Bun takes an array for a template only when this cannot be enumerated.
  return Object.defineProperty(parts, "raw", { value: parts })
}

const { one, point, catalog, mixed, insert, download, upload } = templatesBy(template)

class BunSqlClient implements BenchClient, BenchPool {
  readonly #sql: BunSql

  constructor(sql: BunSql) {
    this.#sql = sql
  }

  selectOne(): Promise<unknown> {
    return this.#sql(one)
  }

  pointSelect(id: number): Promise<unknown> {
    return this.#sql(point, id)
  }

  pointSelects(ids: readonly number[]): Promise<unknown> {
    return Promise.all(ids.map((id) => this.#sql(point, id)))
  }

  catalog(): Promise<unknown> {
    return this.#sql(catalog, -1, true)
  }

  mixed(): Promise<unknown> {
    return this.#sql(mixed)
  }

  insert(row: InsertRow): Promise<unknown> {
    return this.#sql(insert, row.id, row.name, row.createdAt, row.score)
  }

  insertMany(rows: readonly InsertRow[]): Promise<unknown> {
    return this.#sql.begin((sql) =>
      Promise.all(rows.map((row) => sql(insert, row.id, row.name, row.createdAt, row.score))),
    )
  }

  download(): Promise<unknown> {
    return this.#sql(download)
  }

  upload(bytes: Uint8Array): Promise<unknown> {
    return this.#sql(upload, bytes)
  }

  async copyIn(text: string, chunks: readonly Uint8Array[]): Promise<void> {
    const writer = this.#sql(template(text)).writable().getWriter()
    for (const chunk of chunks) await writer.write(chunk)
    await writer.close()
  }

  async copyOut(text: string, take: (chunk: Uint8Array) => void): Promise<void> {
    for await (const chunk of this.#sql(template(text)).readable()) take(chunk)
  }

  stream(): Promise<never> {
    return Promise.reject(new Error("Bun's SQL reads whole results"))
  }

  close(): Promise<void> {
    return this.#sql.close()
  }
}

function open(server: ServerAddress, max: number): BunSql {
  const { SQL } = (globalThis as unknown as { readonly Bun: { readonly SQL: BunSqlClass } }).Bun
  const { host, port, user, password, database } = server
  return new SQL({ hostname: host, port, username: user, password, database, max, tls: false })
}

export const bunSqlDriver: BenchDriver = {
  workloads: ["w1", "w2", "w3", "w3s", "w4", "w5", "w6", "w7b", "w8", "w9", "w11", "w12a", "w12b", "w13"],
  connect: async (server) => new BunSqlClient(open(server, 1)),
  openPool: (server, size) => new BunSqlClient(open(server, size)),
}
