/**
 * node-postgres: prepared statements by name, as its documentation advises for speed; and the same with its pipeline
 * mode for the workloads that keep several queries in flight. COPY is by pg-copy-streams; rows are streamed by pg-cursor,
 * which pg-query-stream only wraps.
 */

import { once } from "node:events"
import { pipeline } from "node:stream/promises"
import pg from "pg"
import copyStreams from "pg-copy-streams"
import Cursor from "pg-cursor"
import { type InsertRow, type ServerAddress, statements } from "../dataset.ts"
import type { BenchClient, BenchDriver, BenchPool } from "../driver.ts"

/** Read at once from a cursor. */
const BATCH_ROWS = 1000

/** The parameters of a row in the statement's order. */
const insertValues = (row: InsertRow): unknown[] => [row.id, row.name, row.createdAt, row.score]

class PgClient implements BenchClient {
  readonly #client: pg.Client

  constructor(client: pg.Client) {
    this.#client = client
  }

  async selectOne(): Promise<unknown> {
    return (await this.#client.query("select 1 as one")).rows
  }

  async pointSelect(id: number): Promise<unknown> {
    return (await this.#client.query({ ...statements.point, values: [id] })).rows
  }

  pointSelects(ids: readonly number[]): Promise<unknown> {
    return Promise.all(ids.map((id) => this.pointSelect(id)))
  }

  async catalog(): Promise<unknown> {
    return (await this.#client.query({ ...statements.catalog, values: [-1, true] })).rows
  }

  async mixed(): Promise<unknown> {
    return (await this.#client.query({ ...statements.mixed })).rows
  }

  insert(row: InsertRow): Promise<unknown> {
    return this.#client.query({ ...statements.insert, values: insertValues(row) })
  }

  insertMany(rows: readonly InsertRow[]): Promise<unknown> {
    const client = this.#client
    return Promise.all([client.query("begin"), ...rows.map((row) => this.insert(row)), client.query("commit")])
  }

  async download(): Promise<unknown> {
    return (await this.#client.query({ ...statements.download })).rows
  }

  async upload(bytes: Uint8Array): Promise<unknown> {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return (await this.#client.query({ ...statements.upload, values: [buffer] })).rows
  }

  async copyIn(text: string, chunks: readonly Uint8Array[]): Promise<void> {
    await pipeline(chunks, this.#client.query(copyStreams.from(text)))
  }

  async copyOut(text: string, take: (chunk: Uint8Array) => void): Promise<void> {
    const stream = this.#client.query(copyStreams.to(text)).on("data", take)
    await once(stream, "end")
  }

  async stream(text: string, take: (row: unknown) => void): Promise<void> {
    const cursor = this.#client.query(new Cursor(text))
    for (let rows = await cursor.read(BATCH_ROWS); rows.length > 0; rows = await cursor.read(BATCH_ROWS)) {
      for (const row of rows) take(row)
    }
    await cursor.close()
  }

  close(): Promise<void> {
    return this.#client.end()
  }
}

class PgPool implements BenchPool {
  readonly #pool: pg.Pool

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  async pointSelect(id: number): Promise<unknown> {
    return (await this.#pool.query({ ...statements.point, values: [id] })).rows
  }

  close(): Promise<void> {
    return this.#pool.end()
  }
}

async function connect(server: ServerAddress, pipeline: boolean): Promise<PgClient> {
  const client = new pg.Client({ ...server, pipeline })
  await client.connect()
  return new PgClient(client)
}

export const pgDriver: BenchDriver = {
  workloads: ["w1", "w2", "w3", "w3s", "w4", "w5", "w6", "w7b", "w8", "w9", "w10", "w11", "w12a", "w12b", "w13"],
  connect: (server) => connect(server, false),
  openPool: (server, size) => new PgPool(new pg.Pool({ ...server, max: size })),
}

export const pgPipelineDriver: BenchDriver = {
  workloads: ["w3", "w3s", "w7b"],
  connect: (server) => connect(server, true),
}
