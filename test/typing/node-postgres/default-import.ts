/** `import pg`: values and types by way of one name, and what is taken out of it. */

import pg from "pg"

const { Client, Pool, types } = pg

let shared: pg.Pool | undefined

export function open(): pg.Pool {
  shared ??= new pg.Pool({ max: 1 })
  return shared
}

export const config: pg.PoolConfig & pg.ClientConfig = { host: "localhost" }

export async function query<R extends pg.QueryResultRow = any>(
  db: pg.Pool | pg.ClientBase,
  config: pg.QueryConfig,
): Promise<R[]> {
  const result: pg.QueryResult<R> = await db.query<R>(config)
  return result.rows
}

export class Database {
  private readonly pool: pg.Pool = new Pool(config)
  private lent: pg.PoolClient | null = null

  async open(): Promise<pg.PoolClient> {
    this.lent = await this.pool.connect()
    this.lent.on("notification", (message: pg.Notification) => console.log(message.payload))
    return this.lent
  }
}

export class OwnClient extends pg.Client {
  async version(): Promise<string> {
    return (await this.query("select version()")).rows[0].version
  }
}

export const arrays = (result: pg.QueryArrayResult<[number]>): number[] => result.rows.map(([n]) => n)
export const client: pg.Client = new Client("postgres://localhost/app")
export const isServerError = (error: unknown): error is pg.DatabaseError => error instanceof pg.DatabaseError
export const array: pg.QueryArrayConfig<[number]> = { text: "select $1", values: [1], rowMode: "array" }
export const submittable: pg.Submittable = new pg.Query("select 1")
export const field: pg.FieldDef["dataTypeID"] = types.builtins.INT4
pg.defaults.parseInt8 = true
pg.types.setTypeParser(1700, Number.parseFloat)
export const native: string | undefined = pg.native ? "native" : undefined
