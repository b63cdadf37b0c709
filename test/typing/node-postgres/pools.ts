/** A pool: config, queries, clients lent and given back, events, functions that take one or the other. */

import { Pool, type PoolClient, type PoolConfig, type QueryResult, type QueryResultRow } from "pg"

const config: PoolConfig = {
  connectionString: process.env["DATABASE_URL"],
  max: 10,
  min: 1,
  idleTimeoutMillis: 1000,
  connectionTimeoutMillis: 2000,
  maxUses: 100,
  allowExitOnIdle: true,
  log: (...messages) => console.log(...messages),
  ssl: process.env["CA"] ? { ca: process.env["CA"] } : false,
  onConnect: async (client) => {
    await client.query("set search_path to app")
  },
  verify: (client, done) => {
    client.query("select 1", (error: Error) => done(error))
  },
}

export const pool: Pool = new Pool(config)
export const nameless = new Pool()

/** As applications wrap it. */
export function query<T extends QueryResultRow>(text: string, values?: unknown[]): Promise<QueryResult<T>> {
  return pool.query<T>(text, values)
}

/** As applications write it. */
export async function transaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  try {
    await client.query("begin")
    const result = await work(client)
    await client.query("commit")
    return result
  } catch (error) {
    await client.query("rollback")
    throw error
  } finally {
    client.release()
  }
}

/** A pool or a client of one, as repositories take it. */
export class Repository<Row extends QueryResultRow> {
  constructor(
    private readonly db: Pool | PoolClient,
    private readonly table: string,
  ) {}

  async find(id: number): Promise<Row | undefined> {
    const result = await this.db.query(`select * from ${this.table} where id = $1`, [id])
    return result.rows[0]
  }
}

export async function use(): Promise<void> {
  const { rows } = await pool.query<{ id: number; tags: string[] }>("select 1 as id")
  const ids: number[] = rows.map((row) => row.id)
  const named = await pool.query({ name: "one", text: "select $1::int as n", values: [1] })
  const [{ n }] = named.rows
  const found = await new Repository<{ id: number }>(pool, "people").find(1)
  const total = await transaction(async (client) => (await client.query("select 1")).rowCount)
  console.log(ids, n, found?.id, total, pool.totalCount + pool.idleCount + pool.waitingCount, pool.options.max)
  pool.query("select 1", (error, result) => console.log(error, result.rows.length))
  pool.query<{ n: number }>("select $1", [1], (error, result) => console.log(error, result.rows[0]?.n.toFixed()))
  pool.connect((error, client, release) => {
    if (error || !client) return
    client.query("select 1").then(() => release(), release)
  })
  pool.connect((error: Error | undefined, client: PoolClient | undefined, done: (release?: any) => void) => {
    console.log(error, client?.port)
    done(true)
  })
  const client: PoolClient = await pool.connect()
  client.release(true)
  client.release(new Error("broken"))
  pool.on("error", (error, lent) => console.error(error.message, lent.database))
  pool.on("error", (error: Error) => console.error(error))
  pool.on("connect", (lent) => lent.query("set search_path to app"))
  pool.on("acquire", (lent: PoolClient) => console.log(lent.user))
  pool.on("release", (error, lent) => console.log(error, lent.port))
  pool.on("remove", () => {})
  pool.once("error", () => {})
  await pool.end()
  pool.end(() => {})
}

export class CountingPool extends Pool {
  asked = 0

  constructor(options?: PoolConfig) {
    super({ max: 5, ...options })
  }

  rowsOf<T extends QueryResultRow>(text: string, ...values: unknown[]): Promise<T[]> {
    this.asked++
    return this.query<T>(text, values).then((result) => result.rows)
  }
}

export const counting: Pool = new CountingPool({ database: "app" })
