import { existsSync } from "node:fs"
import { stat } from "node:fs/promises"
import pg from "pg"
import { describe, expect, it } from "vitest"
import { startPostgres } from "../../support/postgres-server.ts"
import { testVersion } from "../../support/test-server.ts"

/** Runs one query over a connection of its own. */
async function ask(config: string | pg.ClientConfig, text: string): Promise<unknown> {
  const client = new pg.Client(config)
  await client.connect()
  try {
    const result = await client.query({ text, rowMode: "array" })
    return result.rows[0]?.[0]
  } finally {
    await client.end()
  }
}

describe("startPostgres", () => {
  it("gives a server of the version asked for, over TCP with SCRAM and over its unix socket", async () => {
    await using server = await startPostgres({ version: testVersion })
    expect(await ask(server.url, "select current_setting('server_version_num')::int / 10000")).toBe(testVersion)
    const socket = { host: server.socketDirectory, port: server.port, user: server.user, database: "postgres" }
    expect(await ask({ ...socket, password: server.password }, "select inet_server_addr() is null")).toBe(true)
    await expect(ask({ ...socket, password: "wrong" }, "select 1")).rejects.toMatchObject({ code: "28P01" })
  })

  it("takes settings, access rules, and the superuser's name and password", async () => {
    await using server = await startPostgres({
      version: testVersion,
      user: "some-One é",
      password: "p@ss:wörd/'",
      settings: { application_name: "it's quoted", work_mem: "5MB" },
      hba: ["host all all 127.0.0.1/32 scram-sha-256", "local all all trust"],
    })
    expect(await ask(server.url, "select current_user || ',' || current_setting('work_mem')")).toBe("some-One é,5MB")
    const trusted = { host: server.socketDirectory, port: server.port, user: "some-One é", database: "postgres" }
    expect(await ask(trusted, "select current_setting('application_name')")).toBe("it's quoted")
  })

  it("keeps port and data over a restart and over a kill, and starts no second server", async () => {
    await using server = await startPostgres({ version: testVersion })
    const { url, pid } = server
    await ask(url, "create table kept as select 42 as answer")
    await server.restart()
    expect(server.pid).not.toBe(pid)
    expect(await ask(url, "select answer from kept")).toBe(42)
    await server.kill()
    expect(server.pid).toBeUndefined()
    await expect(ask(url, "select 1")).rejects.toMatchObject({ code: "ECONNREFUSED" })
    await server.start()
    expect(await ask(url, "select answer from kept")).toBe(42)
    await expect(server.start()).rejects.toThrow("runs already")
  })

  it("reads settings added later on reload", async () => {
    await using server = await startPostgres({ version: testVersion })
    await server.configure({ work_mem: "7MB" })
    server.reload()
    await expect.poll(() => ask(server.url, "show work_mem")).toBe("7MB")
  })

  it("makes a standby and promotes it", async () => {
    await using primary = await startPostgres({ version: testVersion })
    await using standby = await startPostgres({ standbyOf: primary })
    await ask(primary.url, "create table streamed as select 1 as one")
    await expect.poll(() => ask(standby.url, "select to_regclass('streamed') is not null")).toBe(true)
    expect(await ask(standby.url, "select pg_is_in_recovery()")).toBe(true)
    await standby.promote()
    expect(await ask(standby.url, "select pg_is_in_recovery()")).toBe(false)
    await ask(standby.url, "create table written as select 1 as one")
  })

  it("leaves no file and no process behind, whatever way it stops", async () => {
    for (const mode of ["smart", "fast", "immediate"] as const) {
      const server = await startPostgres({ version: testVersion })
      const { pid, socketDirectory } = server
      await server.stop(mode)
      await server.stop(mode)
      expect(existsSync(socketDirectory)).toBe(false)
      expect(() => process.kill(pid ?? 0, 0)).toThrow("ESRCH")
    }
  })

  it("does not run as root", async () => {
    await using server = await startPostgres({ version: testVersion })
    expect((await stat(server.dataDirectory)).uid).not.toBe(0)
  })

  it("rejects with the server's own log when it cannot start, and leaves nothing", async () => {
    const start = startPostgres({ version: testVersion, settings: { shared_buffers: "lots" } })
    await expect(start).rejects.toThrow(/invalid value for parameter "shared_buffers"/)
  })
})
