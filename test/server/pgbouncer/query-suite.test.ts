/**
 * The tests of queries once more, through PgBouncer in transaction mode and with `pooler: true`. There is one server
 * behind it, so that temporary tables stay; but whatever was prepared is gone after each transaction, so that nothing
 * which relies on a name gets through.
 */

import { afterAll, expect, it, vi } from "vitest"
import { type ConnectOptions, connect } from "../../../src/index.ts"
import { type PgBouncer, startPgBouncer } from "../../support/pgbouncer.ts"
import { sharedServer } from "../../support/test-server.ts"

const behind = vi.hoisted(() => ({ bouncer: undefined as Promise<PgBouncer> | undefined, connections: 0 }))

vi.mock("../../../src/index.ts", async (load) => {
  const real = await load<typeof import("../../../src/index.ts")>()
  return {
    ...real,
    connect: async (conninfo?: string | ConnectOptions, options: ConnectOptions = {}) => {
      // PgBouncer refuses to start sessions with most settings; those are the server's own to show.
      if (conninfo !== sharedServer.url || options.parameters !== undefined) return real.connect(conninfo, options)
      behind.bouncer ??= startPgBouncer(sharedServer, {
        pool_mode: "transaction",
        default_pool_size: 1,
        max_client_conn: 50,
        server_reset_query: "DEALLOCATE ALL",
        server_reset_query_always: 1,
      })
      const { url } = await behind.bouncer
      behind.connections++
      return real.connect(url, { ...options, pooler: true })
    },
  }
})

await import("../query.test.ts")
await import("../query-refusals.test.ts")
await import("../query-sizes.test.ts")
await import("../values.test.ts")
await import("../date-and-space-values.test.ts")
await import("../pipelining.test.ts")

it("goes through PgBouncer, which forgets what was prepared", async () => {
  const db = await connect(sharedServer.url)
  await db.execute("prepare forgotten as select 1")
  await expect(db.execute("execute forgotten")).rejects.toMatchObject({ code: "26000" })
  await db.close()
  expect(behind.connections).toBeGreaterThan(5)
})

afterAll(async () => (await behind.bouncer)?.[Symbol.asyncDispose]())
