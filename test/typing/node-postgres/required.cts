/** CommonJS: `import = require`, and the default that interoperability makes of it. */

import pg = require("pg")

import type { PoolClient, QueryResult } from "pg"

const pool: pg.Pool = new pg.Pool()
export const lend = (): Promise<PoolClient> => pool.connect()
export const run = (config: pg.QueryConfig): Promise<QueryResult<{ n: number }>> => pool.query(config)
export class Own extends pg.Client {}
pg.types.setTypeParser(20, Number)
