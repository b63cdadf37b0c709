/**
 * Cases of a client's and a pool's life: connecting, failing to, losing the connection, ending, lending.
 */

import { createServer, type Socket } from "node:net"
import Cursor from "pg-cursor"
import type { Case, ServerConfig } from "./cases.ts"
import { describeValue } from "./describe-value.ts"
import type { Face } from "./face.ts"
import { type Log, logCallback, logEvents, logPoolEvents, observe, orNothing, settle, until } from "./observe.ts"
import { clientCase } from "./query-cases.ts"

/** A case that connects with a config, by promise and by callback. */
function connectCases(name: string, config: (server: ServerConfig) => unknown, differs?: string): Case[] {
  const make = (way: string, connect: (client: Face, log: Log) => Promise<void>): Case => ({
    name: `connect ${name} by ${way}`,
    ...(differs === undefined ? {} : { differs }),
    run: async (face, server, log) => {
      const client = new face.Client(config(server))
      logEvents(client, log)
      await connect(client, log)
      log.push(client._connected, client._connecting)
      await orNothing(client.end())
      await until(() => client._ended)
      await settle()
    },
  })
  return [
    make("promise", (client, log) =>
      observe(log, () => client.connect().then((value: unknown) => (value === client ? "the client" : value))),
    ),
    make("callback", async (client, log) => {
      await orNothing(
        new Promise<void>((resolve) => {
          client.connect((error: unknown, value: unknown) => {
            log.push(["called back", describeValue(error), value === client])
            resolve()
          })
        }),
      )
      await settle()
    }),
  ]
}

/** A pool that is closed behind the case. */
function poolCase(
  name: string,
  config: object,
  use: (pool: Face, log: Log, face: Face) => Promise<void>,
  differs?: string,
): Case {
  return {
    name: `pool: ${name}`,
    ...(differs === undefined ? {} : { differs }),
    run: async (face, server, log) => {
      const pool = new face.Pool({ ...server, ...config })
      logPoolEvents(pool, log)
      let open = 0
      pool.on("connect", () => open++)
      pool.on("remove", () => open--)
      await use(pool, log, face)
      await settle()
      if (!pool.ending) await orNothing(pool.end())
      await until(() => open <= 0)
      await settle()
    },
  }
}

/** Has the server end a session, once it runs a statement if one is named. */
async function terminate(face: Face, server: ServerConfig | object, pid: number, statement?: string): Promise<void> {
  const other = new face.Client(server)
  await other.connect()
  const running = "select 1 from pg_stat_activity where pid = $1 and state = 'active' and query = $2"
  while (statement !== undefined && (await other.query(running, [pid, statement])).rowCount === 0) await settle()
  await other.query("select pg_terminate_backend($1)", [pid])
  await other.end()
}

export const lifecycleCases: readonly Case[] = [
  ...connectCases("as it should be", (server) => server),
  ...connectCases("with a connection string", ({ user, password, host, port, database }) => {
    return `postgres://${user}:${password}@${host}:${port}/${database}`
  }),
  ...connectCases("with a password function", (server) => ({ ...server, password: async () => server.password })),
  ...connectCases("with a wrong password", (server) => ({ ...server, password: "wrong" })),
  ...connectCases("to a database there is not", (server) => ({ ...server, database: "nosuch" })),
  ...connectCases("as a user there is not", (server) => ({ ...server, user: "nosuch" })),
  ...connectCases("to a closed port", (server) => ({ ...server, port: 1 })),
  ...connectCases("to a socket there is not", (server) => ({ ...server, host: "/nosuch" })),
  ...connectCases("with a password function that throws", (server) => ({
    ...server,
    password: () => {
      throw new RangeError("no password")
    },
  })),
  ...connectCases("with a password that is a number", (server) => ({ ...server, password: () => 5 })),
  ...connectCases("with an empty password", (server) => ({ ...server, password: () => "" })),
  ...connectCases("with TLS that the server has not", (server) => ({ ...server, ssl: true })),
  {
    name: "connect twice",
    run: async (face, server, log) => {
      const client = new face.Client(server)
      await client.connect()
      await observe(log, () => client.connect())
      await observe(log, () => client.connect(logCallback(log)))
      await client.end()
    },
  },
  {
    name: "connect in too little time",
    run: async (face, _server, log) => {
      const sockets: Socket[] = []
      const silent = createServer((socket) => sockets.push(socket.on("error", () => {})))
      await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve))
      const { port } = silent.address() as { port: number }
      const client = new face.Client({ host: "127.0.0.1", port, connectionTimeoutMillis: 50 })
      logEvents(client, log)
      await observe(log, () => client.connect())
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => silent.close(() => resolve()))
      await settle()
    },
  },
  {
    name: "connect to something that hangs up",
    run: async (face, _server, log) => {
      const rude = createServer((socket) => socket.destroy())
      await new Promise<void>((resolve) => rude.listen(0, "127.0.0.1", resolve))
      const { port } = rude.address() as { port: number }
      const client = new face.Client({ host: "127.0.0.1", port })
      logEvents(client, log)
      await orNothing(
        client
          .connect()
          .catch((error: { code?: string }) => log.push(["rejected", error.code ?? describeValue(error)])),
      )
      await new Promise<void>((resolve) => rude.close(() => resolve()))
      await settle()
    },
  },
  {
    name: "end without a connection",
    run: async (face, server, log) => {
      const client = new face.Client(server)
      await observe(log, () => client.end())
      await observe(log, () => client.end(logCallback(log)))
      await observe(log, () => client.query("select 1"))
    },
  },
  {
    name: "queries before the connection",
    run: async (face, server, log) => {
      const client = new face.Client(server)
      logEvents(client, log)
      const all = [observe(log, () => client.query("select 1 as a")), observe(log, () => client.query("select 2 as b"))]
      await observe(log, () => client.connect().then(() => "connected"))
      await Promise.all(all)
      await client.end()
    },
  },
  clientCase("end twice", async (client, log) => {
    await observe(log, () => client.end())
    await observe(log, () => client.end())
    await observe(log, () => client.end(logCallback(log)))
  }),
  clientCase("a query after the end", async (client, log) => {
    await client.end()
    await observe(log, () => client.query("select 1"))
    await observe(log, () => client.query("select 1", logCallback(log)))
  }),
  clientCase("end while a query runs", async (client, log) => {
    const running = observe(log, () => client.query("select pg_sleep(5)"))
    await settle()
    await observe(log, () => client.end())
    await running
  }),
  clientCase("end with queries that wait", async (client, log) => {
    const all = ["select pg_sleep(5)", "select 2 as b"].map((text) => observe(log, () => client.query(text)))
    await observe(log, () => client.end())
    await Promise.all(all)
  }),
  clientCase("a lost connection with queries that wait", async (client, log) => {
    const all = ["select pg_sleep(5)", "select 2 as b"].map((text) => observe(log, () => client.query(text)))
    await settle()
    client.connection.stream.destroy()
    await Promise.all(all)
    await observe(log, () => client.query("select 1"))
  }),
  clientCase("a stream that fails", async (client, log) => {
    const running = observe(log, () => client.query("select pg_sleep(5)"))
    await settle()
    client.connection.stream.destroy(Object.assign(new Error("cut"), { code: "ECONNRESET" }))
    await running
    await observe(log, () => client.query("select 1"))
  }),
  {
    name: "a session that is ended while it is idle",
    run: async (face, server, log) => {
      const client = new face.Client(server)
      await client.connect()
      logEvents(client, log)
      const ended = new Promise((resolve) => client.once("end", resolve))
      await terminate(face, server, client.processID)
      await ended
      await settle()
      await observe(log, () => client.query("select 1"))
    },
  },
  {
    name: "a session that is ended while a query runs",
    run: async (face, server, log) => {
      const client = new face.Client(server)
      await client.connect()
      logEvents(client, log)
      const running = observe(log, () => client.query("select pg_sleep(5)"))
      const ended = new Promise((resolve) => client.once("end", resolve))
      await terminate(face, server, client.processID, "select pg_sleep(5)")
      await running
      await ended
      await observe(log, () => client.query("select 1"))
    },
  },
  clientCase(
    "a query that takes too long",
    async (client, log) => {
      await observe(log, () => client.query({ text: "select pg_sleep(4)", query_timeout: 50 }))
      await observe(log, () => client.query("select 1 as a"))
    },
    { differs: "pg lets the query run on; pgline cancels it, and the connection is free at once" },
  ),
  clientCase("a query that waits too long", async (client, log) => {
    const first = observe(log, () => client.query("select pg_sleep(0.3)"))
    await observe(log, () => client.query({ text: "select 2 as b", query_timeout: 50 }))
    await first
  }),
  clientCase("a time limit from the config", (client, log) => observe(log, () => client.query("select 1 as a")), {
    config: { query_timeout: 20_000 },
  }),
  clientCase(
    "a cursor of pg-cursor that is closed twice while it is read from",
    async (client, log) => {
      const cursor = client.query(new Cursor("select generate_series(1, 1000) as n"))
      await cursor.read(1)
      const again = new Promise((resolve) => client.connection.once("closeComplete", () => resolve(cursor.close())))
      await Promise.all([cursor.read(1), cursor.close(), again])
      await observe(log, () => client.query("select 1 as a"))
    },
    { differs: "of pg's the next query resolves without its rows" },
  ),
  clientCase(
    "a pipeline",
    async (client, log) => {
      const texts = ["select 1 as a", "select foo", "select 2 as b", "select 3 as c"]
      await Promise.all(texts.map((text) => observe(log, () => client.query(text))))
      await observe(log, () => client.query({ text: "select 1", rows: 5 }))
      await observe(log, () => client.end())
    },
    { config: { pipeline: true } },
  ),
  clientCase(
    "a pipeline with queries that are not sent",
    async (client, log) => {
      await observe(log, () => client.query({}))
      await Promise.all(["select 1 as a", {}, "select 2 as b"].map((one) => observe(log, () => client.query(one))))
      await observe(log, () => client.end())
    },
    { config: { pipeline: true } },
  ),
  {
    name: "connect twice at once",
    differs: "of pg's the first never settles; pgline's connects",
    run: async (face, server, log) => {
      const client = new face.Client(server)
      await Promise.all([1, 2].map(() => observe(log, () => client.connect().then(() => "connected"))))
      await orNothing(client.end())
    },
  },
  clientCase(
    "the parameters that the session has",
    async (client, log) => {
      await observe(log, () =>
        client.query("select current_setting('application_name') as a, current_setting('statement_timeout') as s"),
      )
      log.push(client.getStartupConf())
    },
    { config: { application_name: "named", statement_timeout: 12345, options: "-c work_mem=1MB" } },
  ),
  poolCase("one query", {}, (pool, log) => observe(log, () => pool.query("select 1 as a"))),
  poolCase("queries with values and callbacks", {}, async (pool, log) => {
    await observe(log, () => pool.query("select $1::int as a", [1]))
    await observe(log, () => pool.query({ text: "select $1::int as a", values: [2] }))
    await new Promise<void>((resolve) => {
      pool.query("select 3 as a", (...values: unknown[]) => {
        logCallback(log)(...values)
        resolve()
      })
    })
    await observe(log, () => pool.query(() => {}))
  }),
  poolCase("more queries than clients", { max: 1 }, async (pool, log) => {
    await Promise.all([1, 2, 3].map((n) => observe(log, () => pool.query("select $1::int as n", [n]))))
  }),
  poolCase(
    "a query that the server refuses",
    {},
    async (pool, log) => {
      await observe(log, () => pool.query("select foo"))
      log.push(pool.totalCount)
    },
    "pg closes the connection behind every refused query; pgline keeps it",
  ),
  poolCase("a client", {}, async (pool, log) => {
    const client = await pool.connect()
    log.push(Object.hasOwn(client, "release"), pool.totalCount, pool.idleCount)
    await observe(log, () => client.query("select 1 as a"))
    await observe(log, () => client.release())
    await observe(log, () => client.release())
  }),
  poolCase("a client that is not given back in time", { max: 1, connectionTimeoutMillis: 1000 }, async (pool, log) => {
    const client = await pool.connect()
    await observe(log, () => pool.connect())
    await observe(log, () => pool.query("select 1"))
    client.release()
  }),
  poolCase(
    "ended while somebody waits",
    { max: 1 },
    async (pool, log) => {
      const client = await pool.connect()
      const waiting = [() => pool.connect(), () => pool.query("select 1")].map((call) => observe(log, call))
      const ended = observe(log, () => pool.end())
      client.release()
      await Promise.all([...waiting, ended])
    },
    "pg never tells those who wait; pgline refuses them",
  ),
  poolCase("a client given back with an error", {}, async (pool, log) => {
    const client = await pool.connect()
    client.release(new Error("broken"))
    await settle()
    log.push(pool.totalCount)
  }),
  poolCase("a client by callback", {}, async (pool, log) => {
    await new Promise<void>((resolve) => {
      pool.connect((error: unknown, client: Face, release: () => void) => {
        log.push([describeValue(error), typeof client.query, release === client.release])
        release()
        resolve()
      })
    })
  }),
  poolCase("a client that cannot connect", { port: 1 }, async (pool, log) => {
    await observe(log, () => pool.connect())
    await observe(log, () => pool.query("select 1"))
    await new Promise<void>((resolve) => {
      pool.connect((error: unknown, client: unknown, release: () => void) => {
        log.push([describeValue(error), client, release.length])
        resolve()
      })
    })
  }),
  poolCase("after its end", {}, async (pool, log) => {
    await pool.query("select 1")
    const removed = new Promise((resolve) => pool.once("remove", resolve))
    await observe(log, () => pool.end())
    await removed // comes when the server has closed, at its own pace
    await observe(log, () => pool.end())
    await observe(log, () => pool.connect())
    await observe(log, () => pool.query("select 1"))
    await observe(log, () => pool.connect(logCallback(log)))
    log.push(pool.ending, pool.ended)
  }),
  poolCase("a listener of connect that queries", {}, async (pool, log) => {
    pool.on("connect", (client: Face) => client.query("set application_name = 'hooked'"))
    await observe(log, () => pool.query("show application_name"))
  }),
  poolCase(
    "onConnect",
    { onConnect: (client: Face) => client.query("set application_name = 'awaited'") },
    (pool, log) => observe(log, () => pool.query("show application_name")),
  ),
  poolCase("onConnect that fails", { onConnect: () => Promise.reject(new RangeError("no")) }, (pool, log) =>
    observe(log, () => pool.query("select 1")),
  ),
  poolCase(
    "verify",
    { verify: (_client: Face, done: (error?: Error) => void) => done(new Error("unfit")) },
    (pool, log) => observe(log, () => pool.query("select 1")),
  ),
  poolCase("clients that are used up", { maxUses: 1 }, async (pool, log) => {
    // Otherwise it is a race: how soon the one is closed against how soon the next is connected.
    const removed = new Promise((resolve) => pool.once("remove", resolve))
    await observe(log, () => pool.query("select 1 as a"))
    await removed
    await observe(log, () => pool.query("select 2 as b"))
  }),
  poolCase("clients that are idle for too long", { idleTimeoutMillis: 20 }, async (pool, log) => {
    await observe(log, () => pool.query("select 1 as a"))
    await new Promise((resolve) => pool.once("remove", resolve))
    log.push(pool.totalCount)
  }),
  poolCase("a client that is lost while it is idle", {}, async (pool, log, face) => {
    const client = await pool.connect()
    const pid = client.processID
    client.release()
    const failed = new Promise((resolve) => pool.once("error", resolve))
    await terminate(face, pool.options, pid)
    log.push(describeValue(await failed))
    await settle()
    log.push(pool.totalCount, pool.idleCount)
  }),
]
