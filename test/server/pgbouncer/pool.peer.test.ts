/**
 * A pool in front of PgBouncer in transaction mode: every transaction may meet another server.
 */

import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { connect, Pool } from "../../../src/index.ts"
import { type PgBouncer, startPgBouncer } from "../../support/pgbouncer.ts"
import { sharedServer } from "../../support/test-server.ts"

let bouncer: PgBouncer

beforeAll(async () => {
  bouncer = await startPgBouncer(sharedServer, {
    pool_mode: "transaction",
    default_pool_size: 3,
    max_client_conn: 100,
    server_round_robin: 1,
  })
})

afterAll(() => bouncer[Symbol.asyncDispose]())

describe("a pool with `pooler: true`", () => {
  it("serves queries and transactions of many callers over changing servers", async () => {
    await using pool = new Pool(bouncer.url, { max: 8, pooler: true })
    const pids = new Set<unknown>()
    const call = async (i: number): Promise<void> => {
      pids.add(await pool.value("select pg_backend_pid() from (select $1::int4) x", [i]))
      const sum = await pool.transaction(async (tx) => {
        const first = await tx.value<number>("select $1::int4 + 1", [i])
        const [pid, again] = await Promise.all([tx.value`select pg_backend_pid()`, tx.value`select pg_backend_pid()`])
        expect(again).toBe(pid)
        return (first as number) + ((await tx.value<number>("select $1::int4 + 1", [i])) as number)
      })
      expect(sum).toBe(2 * i + 2)
    }
    for (let round = 0; round < 5; round++) await Promise.all(Array.from({ length: 40 }, (_, i) => call(i)))
    expect(pids.size).toBe(3)
    expect(pool.stats()).toMatchObject({ lost: 0, returnedBad: 0, shared: 0 })
    const prepared = await pool.rows("select name from pg_prepared_statements")
    expect(prepared).toEqual([])
  })

  it("keeps transactions that callers left open from each other", async () => {
    await using pool = new Pool(bouncer.url, { max: 1, pooler: true })
    await pool.use((connection) => connection.query("begin"))
    expect(await pool.use((connection) => connection.info.transactionStatus)).toBe("idle")
    expect(await pool.value`select 1`).toBe(1)
  })
})

describe("a connection in session mode", () => {
  it("may prepare: the server stays the same", async () => {
    await using session = await startPgBouncer(sharedServer, { pool_mode: "session", max_client_conn: 10 })
    await using db = await connect(session.url)
    for (let i = 0; i < 5; i++) expect(await db.value("select $1::int4 * 2", [i])).toBe(i * 2)
    expect(await db.rows("select name from pg_prepared_statements")).not.toEqual([])
  })
})
