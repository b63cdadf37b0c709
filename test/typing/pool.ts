/**
 * What the compiler must accept and refuse about pools. Checked by the compiler; never run.
 */

import { expectTypeOf } from "vitest"
import {
  type Connection,
  Pool,
  type PooledConnection,
  type PoolStats,
  type Queryable,
  type Row,
} from "../../src/index.ts"

export async function makes(): Promise<void> {
  new Pool()
  new Pool("postgresql://localhost", { max: 20 })
  new Pool(new URL("postgresql://localhost"), { max: 20 })
  await using pool = new Pool({ host: "localhost", min: 1, max: 5, acquireTimeout: 1000, healthCheck: "ping" })
  expectTypeOf(pool).toExtend<Queryable>()
  expectTypeOf(await pool.rows`select 1`).toEqualTypeOf<Row[]>()
  expectTypeOf(await pool.rows("select 1", [], { rows: "tuple" })).toEqualTypeOf<unknown[][]>()
  expectTypeOf(pool.stats()).toEqualTypeOf<PoolStats>()
  expectTypeOf(pool.stats().lastError).toEqualTypeOf<unknown>()
}

export async function lends(pool: Pool, signal: AbortSignal): Promise<void> {
  await using lent = await pool.acquire({ signal, timeout: 100 })
  expectTypeOf(lent).toEqualTypeOf<PooledConnection>()
  expectTypeOf(lent).toExtend<Connection>()
  expectTypeOf(await pool.use((connection) => connection.value<number>`select 1`)).toEqualTypeOf<number | undefined>()
  expectTypeOf(await pool.use(() => "at once")).toEqualTypeOf<string>()
  expectTypeOf(await pool.transaction(async (tx) => tx.one<{ id: number }>`select 1`)).toEqualTypeOf<{ id: number }>()
  lent.release()
  lent.release(new Error("not well"))
}

export function hooks(): void {
  new Pool({
    onConnect: async (connection) => {
      expectTypeOf(connection).toExtend<Connection>()
      await connection.execute("set search_path = app")
    },
    onReconnectFailed: (error) => expectTypeOf(error).toEqualTypeOf<unknown>(),
    healthCheck: false,
    password: async () => "token",
  })
}

export function refuses(pool: Pool): void {
  // @ts-expect-error misspelt
  new Pool({ maximum: 5 })
  // @ts-expect-error a size is a number
  new Pool({ max: "5" })
  // @ts-expect-error no such check
  new Pool({ healthCheck: "select 1" })
  // @ts-expect-error pools are resized by names
  pool.resize(5)
  // @ts-expect-error a pool belongs to nobody: its connections have settings
  pool.info
  // @ts-expect-error what is lent is used by a function
  pool.use(pool)
  // @ts-expect-error what is counted is only to be read
  pool.stats().size = 0
}
