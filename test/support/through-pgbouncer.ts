/**
 * Has the tests of other files run through PgBouncer in transaction mode and with `pooler: true`. Each connection has a
 * server to itself, so that temporary tables and settings stay; but whatever was prepared is gone after each
 * transaction, so that nothing which relies on a name gets through.
 *
 *   vi.mock("../../../src/index.ts", async (load) => throughPgBouncer(await load()))
 */

import type { Connection, ConnectOptions } from "../../src/index.ts"
import { type PgBouncer, startPgBouncer } from "./pgbouncer.ts"
import { sharedServer } from "./test-server.ts"

type Module = typeof import("../../src/index.ts")

/** A database of PgBouncer's: all are the same one of the server's, each with a session of its own behind it. */
interface Lane {
  readonly name: string
  connection: Connection | undefined
}

const lanes: Lane[] = []
let bouncer: Promise<PgBouncer> | undefined

/** How many connections went through it. */
export const passages = { count: 0 }

/** The module with a `connect` that leads to the shared server through PgBouncer. */
export function throughPgBouncer(real: Module): Module {
  const connect = async (conninfo?: string | ConnectOptions, options: ConnectOptions = {}): Promise<Connection> => {
    if (conninfo !== sharedServer.url) return real.connect(conninfo, options)
    bouncer ??= startPgBouncer(sharedServer, {
      pool_mode: "transaction",
      default_pool_size: 1,
      max_client_conn: 100,
      server_reset_query: "DEALLOCATE ALL",
      server_reset_query_always: 1,
    })
    const { url } = await bouncer
    const lane = freeLane()
    // It refuses to start sessions with most settings: they are made afterwards.
    const { parameters, options: switches = "", ...rest } = options
    const settings = { ...fromSwitches(switches), ...parameters }
    const connection = await real.connect(url, { ...rest, database: lane.name, pooler: true })
    lane.connection = connection
    passages.count++
    await connection.execute("discard all")
    for (const [name, value] of Object.entries(settings)) {
      await connection.query("select set_config($1, $2, false)", [name, String(value)])
    }
    return connection
  }
  return { ...real, connect }
}

/** Ends PgBouncer. */
export async function endPgBouncer(): Promise<void> {
  await (await bouncer)?.[Symbol.asyncDispose]()
}

/** `-c name=value` → its name and value */
function fromSwitches(switches: string): Record<string, string> {
  return Object.fromEntries([...switches.matchAll(/-c (\w+)=(\S+)/g)].map(([, name, value]) => [name, value]))
}

function freeLane(): Lane {
  const free = lanes.find(({ connection }) => connection?.isClosed)
  if (free !== undefined) {
    free.connection = undefined
    return free
  }
  const lane: Lane = { name: `lane_${lanes.length}`, connection: undefined }
  lanes.push(lane)
  return lane
}
