/** `import * as pg`, and what programs add to the types of the package. */

import * as pg from "pg"

declare module "pg" {
  interface Client {
    requestId?: string
  }
  interface PoolClient {
    lentAt?: number
  }
  interface ClientConfig {
    tenant?: string
  }
}

const pool: pg.Pool = new pg.Pool({ tenant: "a", max: 2 })

export async function lend(): Promise<pg.PoolClient> {
  const client: pg.PoolClient = await pool.connect()
  client.lentAt = Date.now()
  client.requestId = "1"
  return client
}

export const one = (result: pg.QueryResult<{ n: number }>): number | undefined => result.rows[0]?.n
export type Row = pg.QueryResultRow
export class Own extends pg.Client {}
export const own: pg.ClientBase = new Own()
export const parse: typeof pg.types.getTypeParser = pg.types.getTypeParser
export const PoolClass: typeof pg.Pool = pg.Pool
export const made: InstanceType<typeof pg.Pool> = new PoolClass()
