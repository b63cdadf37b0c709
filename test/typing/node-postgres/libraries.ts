/** A pool and a client given to libraries, by the types that these ask for. */

import { PrismaPg } from "@prisma/adapter-pg"
import connectPgSimple from "connect-pg-simple"
import { drizzle } from "drizzle-orm/node-postgres"
import { makeWorkerUtils, run } from "graphile-worker"
import knex from "knex"
import { Kysely, PostgresDialect } from "kysely"
import pg from "pg"
import PgBoss from "pg-boss"
import Cursor from "pg-cursor"
import { DataSource } from "typeorm"

const pool = new pg.Pool()
const config: pg.PoolConfig = { host: "localhost", password: "secret" }

export async function libraries(): Promise<unknown[]> {
  const lent = await pool.connect()
  return [
    drizzle(pool),
    drizzle({ client: pool }),
    drizzle(lent),
    drizzle(new pg.Client()),
    drizzle({ connection: config }),
    new Kysely<object>({ dialect: new PostgresDialect({ pool, cursor: Cursor }) }),
    new Kysely<object>({ dialect: new PostgresDialect({ pool: async () => pool }) }),
    knex({ client: "pg", connection: { host: "localhost" } }),
    new DataSource({ type: "postgres", driver: pg, extra: pool.options }),
    new PrismaPg(pool),
    new PrismaPg(config),
    await run({ pgPool: pool, taskList: { hello: (_payload, helpers) => helpers.withPgClient(async () => {}) } }),
    await makeWorkerUtils({ pgPool: pool }),
    new PgBoss({ db: { executeSql: (text: string, values: unknown[]) => pool.query(text, values) } }),
    new (connectPgSimple({} as never))({ pool }),
  ]
}
