import { tracingChannel } from "node:diagnostics_channel"
import { expect, it } from "vitest"
import { errors, Pool } from "../../../src/index.ts"
import { sharedServer } from "../../support/test-server.ts"

it("tells who waits for a connection, and in which pool", async () => {
  const events: unknown[] = []
  const channel = tracingChannel<object, object>("pgline:pool:acquire")
  const subscribers = {
    start: (context: object) => events.push(["start", { ...context }]),
    asyncEnd: (context: object) => events.push(["end", (context as { error?: Error }).error?.name]),
    end: () => {},
    asyncStart: () => {},
    error: () => {},
  }
  channel.subscribe(subscribers)
  try {
    await using pool = new Pool(sharedServer.url, { max: 1, name: "orders" })
    await using held = await pool.acquire()
    await expect(pool.acquire({ timeout: 10 })).rejects.toThrow(errors.PoolTimeoutError)
    expect(await held.value`select 1`).toBe(1)
  } finally {
    channel.unsubscribe(subscribers)
  }
  const context = {
    "db.system.name": "postgresql",
    "db.namespace": sharedServer.database,
    "server.address": sharedServer.host,
    "server.port": sharedServer.port,
    "db.client.connection.pool.name": "orders",
  }
  expect(events).toEqual([
    ["start", context],
    ["end", undefined],
    ["start", context],
    ["end", "PoolTimeoutError"],
  ])
})
