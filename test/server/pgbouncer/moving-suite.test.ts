/**
 * The tests of streams, COPY and executeMany once more, through PgBouncer in transaction mode: they need nothing that
 * outlives a transaction.
 */

import { afterAll, describe, expect, it, vi } from "vitest"
import type { ConnectOptions } from "../../../src/index.ts"
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

// Each in a block of its own, so that the hooks of one are over before those of the next begin.
describe("streams", async () => {
  await import("../moving/streams.test.ts")
})
describe("copy", async () => {
  await import("../moving/copy.test.ts")
})

it("goes through PgBouncer", () => {
  expect(behind.connections).toBeGreaterThan(1)
})

afterAll(async () => (await behind.bouncer)?.[Symbol.asyncDispose]())
