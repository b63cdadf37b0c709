import { execFile } from "node:child_process"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Connection, type ConnectOptions, connect, errors } from "../../src/index.ts"
import { type PostgresServer, startPostgres } from "../support/postgres-server.ts"
import { sharedServer, testVersion } from "../support/test-server.ts"

const { host, port, user, password, database, url } = sharedServer
const where: ConnectOptions = { host, port, user, password, database }

/** What the session says of itself. */
async function whoAmI(db: Connection): Promise<unknown> {
  return db.one("select current_user::text as user, current_database()::text as database", [], { rows: "tuple" })
}

/** How many sessions the server has under a name, once those that end have ended. */
async function sessions(name: string): Promise<bigint> {
  await using db = await connect(url)
  const count = (): Promise<bigint | undefined> =>
    db.value<bigint>`select count(*) from pg_stat_activity where application_name = ${name}`
  for (let round = 0; round < 200 && (await count()) !== 0n; round++) await new Promise((go) => setTimeout(go, 10))
  return (await count()) ?? -1n
}

describe("saying where", () => {
  it.each<[string, string | ConnectOptions, ConnectOptions?]>([
    ["as a URI", url],
    ["as a URI of the other scheme", url.replace(/^postgres:/, "postgresql:")],
    ["as keywords and values", `host=${host} port=${port} user='${user}' password = ${password} dbname=${database}`],
    ["as options", where],
    [
      "as a URI and options, which win",
      url.replace(`:${port}/`, ":1/").replace(`:${password}@`, ":wrong@"),
      { port, password },
    ],
    ["as options twice, the second win", { ...where, port: 1 }, { port }],
    ["with a password that is a function", { ...where, password: () => password }],
    ["with a password that comes later", { ...where, password: async () => password }],
    ["by an address beside the name", { ...where, host: "no.such.host.invalid", hostaddr: "127.0.0.1" }],
    ["with several hosts, of which one answers", { ...where, host: [host, host], port: [1, port] }],
  ])("%s", async (_, conninfo, options) => {
    await using db = await connect(conninfo, options)
    expect(await whoAmI(db)).toEqual([user, database])
  })

  it("by environment variables alone, in a process of its own", async () => {
    const source = fileURLToPath(new URL("../../src/index.ts", import.meta.url))
    const script = `
      import { connect } from ${JSON.stringify(source)}
      await using db = await connect()
      const tuple = await db.one("select current_user, current_database(), current_setting('application_name')", [], { rows: "tuple" })
      process.stdout.write(JSON.stringify(tuple))`
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
      env: {
        PATH: process.env["PATH"],
        PGHOST: host,
        PGPORT: String(port),
        PGUSER: user,
        PGPASSWORD: password,
        PGDATABASE: database,
        PGAPPNAME: "from the environment",
      },
    })
    expect(JSON.parse(stdout)).toEqual([user, database, "from the environment"])
  })

  it("with the password in a password file", async () => {
    const directory = await mkdtemp(join(tmpdir(), "pgline-passfile-"))
    try {
      const passfile = join(directory, "pgpass")
      await writeFile(passfile, `${host}:${port}:*:other:wrong\n${host}:${port}:*:${user}:${password}\n`, {
        mode: 0o600,
      })
      await using db = await connect({ host, port, user, database, passfile })
      expect(await whoAmI(db)).toEqual([user, database])
    } finally {
      await rm(directory, { recursive: true })
    }
  })

  it.each<[string, unknown, RegExp]>([
    ["a scheme that is not ours", "mysql://localhost/x", /./],
    ["a misspelt option", { ...where, hots: "x" }, /hots.*host/],
    ["a port out of range", { ...where, port: 70_000 }, /port/],
    ["an sslmode there is not", { ...where, sslmode: "maybe" }, /sslmode/],
    ["a NUL in the user's name", { ...where, user: "a\0b" }, /user/],
    ["a negative threshold", { ...where, prepareThreshold: -1 }, /prepareThreshold/],
    ["a pooler that is no boolean", { ...where, pooler: "yes" }, /pooler/],
    ["an onNotice that is no function", { ...where, onNotice: "log" }, /onNotice/],
    ["a choice of types there is not", { ...where, types: { int8: "float" } }, /types\.int8/],
  ])("refuses %s before anything is tried", async (_, conninfo, message) => {
    const error = await connect(conninfo as ConnectOptions).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(errors.ConfigError)
    expect((error as Error).message).toMatch(message)
    expect((error as Error).message).not.toContain(password)
  })
})

describe("a unix socket", () => {
  let server: PostgresServer

  beforeAll(async () => {
    server = await startPostgres({ version: testVersion, hba: ["local all all trust"] })
  })

  afterAll(() => server.stop("immediate"))

  it("is found in its directory", async () => {
    const { socketDirectory } = server
    for (const conninfo of [
      { host: socketDirectory, port: server.port, user: server.user, database: server.database },
      `host=${socketDirectory} port=${server.port} user=${server.user} dbname=${server.database}`,
      `postgresql://${server.user}@${encodeURIComponent(socketDirectory)}:${server.port}/${server.database}`,
      `postgresql:///${server.database}?host=${socketDirectory}&port=${server.port}&user=${server.user}&sslmode=require`,
    ]) {
      await using db = await connect(conninfo)
      expect(await whoAmI(db)).toEqual([server.user, server.database])
      expect(db.info).toMatchObject({ host: socketDirectory, port: server.port, tls: undefined })
      expect(await db.value("select inet_client_addr()")).toBeNull()
    }
  })

  it("that is not there is named in the error", async () => {
    const error = await connect({ host: server.socketDirectory, port: 1, user: "x" }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(errors.ConnectionError)
    expect(error).toMatchObject({ safeToRetry: true, message: expect.stringContaining(".s.PGSQL.1") })
  })
})

describe("what a session starts with", () => {
  it("has the application's name and the settings that were asked for", async () => {
    await using db = await connect(url, {
      applicationName: "Ünï täst",
      parameters: { search_path: "pg_catalog, public", statement_timeout: 12_345, enable_seqscan: false },
      options: "-c work_mem=5MB",
    })
    const settings = "search_path statement_timeout enable_seqscan work_mem client_encoding".split(" ")
    const values = await Promise.all(settings.map((name) => db.value("select current_setting($1)", [name])))
    expect(values).toEqual(["pg_catalog, public", "12345ms", "off", "5MB", "UTF8"])
    const name = await db.value<string>("select application_name from pg_stat_activity where pid = pg_backend_pid()")
    // Before version 16 the server replaces each byte beyond ASCII by a question mark, since then by \xnn.
    expect(name).toBe(testVersion < 16 ? "??n?? t??st" : "\\xc3\\x9cn\\xc3\\xaf t\\xc3\\xa4st")
  })

  it("a setting that there is not is the server's error", async () => {
    const error = await connect(url, { parameters: { no_such_setting: "1" } }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(errors.ServerError)
    expect(error).toMatchObject({ code: "42704", severity: "FATAL" })
  })
})

describe("info", () => {
  it("tells where the connection leads and who is there", async () => {
    await using db = await connect(url)
    expect(db.info).toMatchObject({ host, port, user, database, tls: undefined, transactionStatus: "idle" })
    expect(db.info.serverVersion).toMatch(new RegExp(`^${testVersion}\\.`))
    expect(db.info.protocolVersion).toMatch(/^3\.[02]$/)
    expect(db.info.backendPid).toBe(await db.value("select pg_backend_pid()"))
  })

  it("follows the transaction and the reported settings", async () => {
    await using db = await connect(url)
    const { info } = db
    await db.execute("begin")
    expect(info.transactionStatus).toBe("transaction")
    await db.query("select 1/0").catch(() => undefined)
    expect(info.transactionStatus).toBe("failed")
    await db.execute("rollback")
    expect(info.transactionStatus).toBe("idle")
    await db.query("set timezone = 'Asia/Tokyo'")
    expect(info.parameters.get("TimeZone")).toBe("Asia/Tokyo")
    await db.query("begin")
    await db.query("set local application_name = 'for now'")
    expect(info.parameters.get("application_name")).toBe("for now")
    await db.query("rollback")
    expect(info.parameters.get("application_name")).toBe("")
  })
})

describe("notices", () => {
  it("reach the listener, whose failures stay its own", async () => {
    const heard: string[] = []
    await using db = await connect(url, {
      onNotice: (notice) => {
        heard.push(`${notice.severity} ${notice.code} ${notice.message} (${notice.hint})`)
        throw new Error("not the connection's")
      },
    })
    const results = await Promise.all([
      db.value("select 1"),
      db.query(
        "do $$ begin raise notice 'one %', 1 using hint = 'ah'; raise warning 'two' using errcode = '01234'; end $$",
      ),
      db.value("select 2"),
      db.execute("drop table if exists no_such_table"),
    ])
    expect([results[0], results[2]]).toEqual([1, 2])
    expect(heard).toEqual([
      "NOTICE 00000 one 1 (ah)",
      "WARNING 01234 two (undefined)",
      'NOTICE 00000 table "no_such_table" does not exist, skipping (undefined)',
    ])
  })

  it("may be left unheard, in the middle of rows too", async () => {
    await using db = await connect(url)
    await db.execute(`create function pg_temp.loud(i int) returns int language plpgsql as
      $$ begin raise notice 'row %', i; return i; end $$`)
    expect(await db.rows("select pg_temp.loud(i) from generate_series(1, 50) i", [], { rows: "scalar" })).toEqual(
      Array.from({ length: 50 }, (_, i) => i + 1),
    )
  })
})

describe("the end of a connection", () => {
  it("close lets what is under way finish, refuses what comes later and leaves nothing", async () => {
    const applicationName = "pgline close"
    const db = await connect(url, { applicationName })
    const slow = db.value("select 1 from pg_sleep(0.05)")
    const next = db.value("select 2")
    expect(db.isClosed).toBe(false)
    const closed = db.close()
    expect(db.isClosed).toBe(true)
    const refused = db.query("select 3")
    await expect(refused).rejects.toBeInstanceOf(errors.ConnectionError)
    await expect(refused).rejects.toMatchObject({ safeToRetry: true })
    expect(await Promise.all([slow, next])).toEqual([1, 2])
    await closed
    await db.close()
    await expect(db.query("select 4")).rejects.toMatchObject({ safeToRetry: true })
    await expect(db.execute("select 5")).rejects.toBeInstanceOf(errors.ConnectionError)
    expect(await sessions(applicationName)).toBe(0n)
  })

  it("close with a timeout does not wait for longer", async () => {
    const db = await connect(url)
    const slow = db.value("select 1 from pg_sleep(600)").catch((error: unknown) => error)
    await db.close({ timeout: 50 })
    const error = await slow
    expect(error).toBeInstanceOf(errors.ConnectionError)
    expect(error).toMatchObject({ safeToRetry: false })
  })

  it("destroy ends at once, and tells the reason", async () => {
    const applicationName = "pgline destroy"
    const db = await connect(url, { applicationName })
    await db.value("select 1")
    const sent = db.value("select 1 from pg_sleep(0.5)").catch((error: unknown) => error)
    await new Promise((resolve) => setImmediate(resolve))
    const unsent = db.value("select 2").catch((error: unknown) => error)
    const reason = new Error("enough")
    db.destroy(reason)
    db.destroy()
    expect(db.isClosed).toBe(true)
    expect(await sent).toMatchObject({ name: "ConnectionClosedError", cause: reason, safeToRetry: false })
    expect(await unsent).toMatchObject({ name: "ConnectionClosedError", cause: reason, safeToRetry: true })
    await expect(db.query("select 3")).rejects.toMatchObject({ cause: reason, safeToRetry: true })
    await db.close()
    expect(await sessions(applicationName)).toBe(0n)
  })

  it("await using closes, after a failure too", async () => {
    const applicationName = "pgline using"
    const failing = async (): Promise<void> => {
      await using db = await connect(url, { applicationName })
      await db.execute("begin")
      await db.query("select 1/0")
    }
    await expect(failing()).rejects.toBeInstanceOf(errors.DivisionByZero)
    expect(await sessions(applicationName)).toBe(0n)
  })

  it("takes the longest times there are for long", async () => {
    const longest = 2 ** 31 - 1
    const times = { connectTimeout: longest, queryTimeout: longest, cancelTimeout: longest, stallTimeout: longest }
    for (const options of [times, { ...times, connectTimeout: 0 }]) {
      await using connection = await connect(sharedServer.url, options)
      expect(await connection.value`select 1 from pg_sleep(0.02)`).toBe(1)
    }
    await using patient = await connect(`${sharedServer.url}?connect_timeout=${longest}`)
    expect(await patient.value`select 1`).toBe(1)
  })

  it("fifty connections come and go", async () => {
    const applicationName = "pgline fifty"
    const connections = await Promise.all(Array.from({ length: 50 }, () => connect(url, { applicationName })))
    const pids = await Promise.all(connections.map((db) => db.value("select pg_backend_pid()")))
    expect(new Set(pids).size).toBe(50)
    await Promise.all(connections.map((db, i) => (i % 2 ? db.close() : db.destroy())))
    await Promise.all(connections.map((db) => db.close()))
    expect(await sessions(applicationName)).toBe(0n)
  })
})
