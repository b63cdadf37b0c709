/**
 * Code for node-postgres, for the package itself and for pgline's face of it: prepared statements by name, as its
 * documentation advises for speed; the same without names, as query builders run it; and with its pipeline mode for the
 * workloads that keep several queries in flight. COPY is by pg-copy-streams; rows are streamed by pg-cursor, which
 * pg-query-stream only wraps.
 */

import { once } from "node:events"
import { pipeline } from "node:stream/promises"
import type pg from "pg"
import copyStreams from "pg-copy-streams"
import Cursor from "pg-cursor"
import { type InsertRow, type ServerAddress, statements } from "../dataset.ts"
import type { BenchClient, BenchDriver, BenchPool, WorkloadName } from "../driver.ts"

/** Read at once from a cursor. */
const BATCH_ROWS = 1000

/** What of `pg` is used here. */
export type PgLibrary = Pick<typeof pg, "Client" | "Pool">

/** How it is used. */
export type PgMode = "named" | "unnamed" | "pipeline"

/** One of the statements, with or without its name. */
type Statement = (typeof statements)[keyof typeof statements]

/** The parameters of a row in the statement's order. */
const insertValues = (row: InsertRow): unknown[] => [row.id, row.name, row.createdAt, row.score]

class PgClient implements BenchClient {
  readonly #client: pg.Client
  readonly #isNamed: boolean

  constructor(client: pg.Client, isNamed: boolean) {
    this.#client = client
    this.#isNamed = isNamed
  }

  async selectOne(): Promise<unknown> {
    return (await this.#client.query("select 1 as one")).rows
  }

  async pointSelect(id: number): Promise<unknown> {
    return (await this.#run(statements.point, [id])).rows
  }

  pointSelects(ids: readonly number[]): Promise<unknown> {
    return Promise.all(ids.map((id) => this.pointSelect(id)))
  }

  async catalog(): Promise<unknown> {
    return (await this.#run(statements.catalog, [-1, true])).rows
  }

  async mixed(): Promise<unknown> {
    return (await this.#run(statements.mixed)).rows
  }

  insert(row: InsertRow): Promise<unknown> {
    return this.#run(statements.insert, insertValues(row))
  }

  insertMany(rows: readonly InsertRow[]): Promise<unknown> {
    const client = this.#client
    return Promise.all([client.query("begin"), ...rows.map((row) => this.insert(row)), client.query("commit")])
  }

  async download(): Promise<unknown> {
    return (await this.#run(statements.download)).rows
  }

  async upload(bytes: Uint8Array): Promise<unknown> {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return (await this.#run(statements.upload, [buffer])).rows
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

  #run(statement: Statement, values?: unknown[]): Promise<pg.QueryResult> {
    return this.#client.query(configOf(statement, this.#isNamed, values))
  }
}

function configOf({ name, text }: Statement, isNamed: boolean, values?: unknown[]): pg.QueryConfig {
  return { text, ...(isNamed && { name }), ...(values && { values }) }
}

function poolOver(pool: pg.Pool, isNamed: boolean): BenchPool {
  return {
    pointSelect: async (id) => (await pool.query(configOf(statements.point, isNamed, [id]))).rows,
    close: () => pool.end(),
  }
}

const takesPart: Readonly<Record<PgMode, readonly WorkloadName[]>> = {
  named: ["w1", "w2", "w3", "w3s", "w4", "w5", "w6", "w7b", "w8", "w9", "w10", "w11", "w12a", "w12b", "w13"],
  unnamed: ["w2", "w4", "w5", "w6", "w7b", "w13"],
  pipeline: ["w3", "w3s", "w7b"],
}

/** The driver that a library makes. */
export function pgDriverOf(library: PgLibrary, mode: PgMode): BenchDriver {
  const isNamed = mode !== "unnamed"
  return {
    workloads: takesPart[mode],
    connect: async (server: ServerAddress) => {
      const client = new library.Client({ ...server, pipeline: mode === "pipeline" })
      await client.connect()
      return new PgClient(client, isNamed)
    },
    openPool: (server, size) => poolOver(new library.Pool({ ...server, max: size }), isNamed),
  }
}
