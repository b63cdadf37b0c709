/**
 * A primary and its standby: which of them a pool's connections lead to, before and after the one takes over from the
 * other.
 */

import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { errors, Pool, type PoolOptions } from "../../../src/index.ts"
import { type PostgresServer, startPostgres } from "../../support/postgres-server.ts"
import { testVersion } from "../../support/test-server.ts"

let primary: PostgresServer
let standby: PostgresServer

beforeAll(async () => {
  primary = await startPostgres({ version: testVersion })
  standby = await startPostgres({ version: testVersion, standbyOf: primary })
}, 120_000)

afterAll(async () => {
  await standby?.stop("immediate")
  await primary?.stop("immediate")
})

/** A pool over both servers, the primary named first. */
function pool(options: PoolOptions): Pool {
  const ports = [primary.port, standby.port].join(",")
  return new Pool(`host=127.0.0.1,127.0.0.1 port=${ports} user=${primary.user} dbname=${primary.database}`, {
    password: primary.password,
    ...options,
  })
}

const isStandby = "select pg_is_in_recovery()"

/** Repeats what fails until it succeeds: the test's time limit is the limit. */
async function eventually<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof errors.PglineError)) throw error
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

describe("a primary and its standby", () => {
  it("serve writes from the one and reads from the other", async () => {
    await using writes = pool({ targetSessionAttrs: "read-write" })
    await using reads = pool({ targetSessionAttrs: "prefer-standby" })
    expect(await writes.value(isStandby)).toBe(false)
    expect(await reads.value(isStandby)).toBe(true)
    await writes.query("create table if not exists spread (id int4)")
    await writes.query("insert into spread values (1)")
    await eventually(async () => {
      const count = await reads.value<number>("select count(*)::int4 from spread")
      if (count === 0) throw new errors.ConnectionError("not there yet")
    })
    expect(await reads.query("insert into spread values (2)").catch((error) => error)).toMatchObject({ code: "25006" })
    expect(reads.stats(), "a reader's pool expects nothing else").toMatchObject({ opened: 1 })
  })

  it("leave a writer's pool no connection to a server that refuses writes", async () => {
    await using writes = pool({ targetSessionAttrs: "read-write", max: 3 })
    const connections = await Promise.all([1, 2, 3].map(() => writes.acquire()))
    // The server is not asked anew at each query: only a refusal shows that it has become another one.
    for (const connection of connections) await connection.query("set default_transaction_read_only = on")
    const [first, second, third] = connections
    first?.release()
    expect(await writes.query("delete from spread where false").catch((error) => error)).toMatchObject({
      code: "25006",
    })
    second?.release()
    third?.release()
    await writes.query("delete from spread where false")
    expect(writes.stats()).toMatchObject({ returnedBad: 0, opened: 4 })
  })

  it("lead a writer's pool to the new primary when the old one is gone", async () => {
    await using writes = pool({ targetSessionAttrs: "read-write", max: 4 })
    await using reads = pool({ targetSessionAttrs: "prefer-standby", max: 4 })
    let isPromoted = false
    const callers = Array.from({ length: 20 }, async (_, i) => {
      while (!isPromoted) await eventually(() => writes.query("insert into spread values ($1)", [i]))
      await eventually(() => writes.query("insert into spread values ($1)", [i]))
    })
    await Promise.all(Array.from({ length: 8 }, () => reads.value(isStandby)))
    await primary.kill()
    await standby.promote()
    isPromoted = true
    await Promise.all(callers)
    // Backends outlive a killed postmaster for a moment.
    await eventually(async () => {
      const port = await writes.value("select inet_server_port()")
      if (port === primary.port) throw new errors.ConnectionError("not gone yet")
      expect(port).toBe(standby.port)
    })
    expect(await writes.value(isStandby)).toBe(false)
    expect(await reads.value("select inet_server_port()"), "there is no standby left to prefer").toBe(standby.port)
    expect(writes.stats()).toMatchObject({ busy: 0, waiting: 0, lastError: undefined })
  }, 120_000)
})
