import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Connection, type ConnectOptions, connect, errors } from "../../src/index.ts"
import { makeCertificates } from "../generate/certificates.ts"
import { type BrokenProxy, startBrokenProxy } from "../support/broken-proxy.ts"
import type { TestServer } from "../support/server-source.ts"
import { startOwnServer, testVersion } from "../support/test-server.ts"

async function failure(promise: Promise<Connection>): Promise<unknown> {
  return promise.then(
    async (db) => {
      await db.close()
      throw new Error("should have failed")
    },
    (error: unknown) => error,
  )
}

describe("methods", () => {
  let server: TestServer
  let proxy: BrokenProxy

  const users: Readonly<Record<string, string>> = {
    trusted: "trust",
    clear: "password",
    hashed: "md5",
    salted: "scram-sha-256",
    shut: "reject",
  }

  beforeAll(async () => {
    const rules = Object.entries(users).map(([name, method]) => `host all ${name} all ${method}`)
    server = await startOwnServer({ hba: [...rules, "host all all all scram-sha-256"] })
    proxy = await startBrokenProxy({ host: server.host, port: server.port })
    await using db = await connect(server.url)
    for (const name of Object.keys(users)) {
      const encryption = name === "hashed" ? "md5" : "scram-sha-256"
      await db.execute(`set password_encryption = '${encryption}'; create role ${name} login password 'pass ${name}'`)
    }
    // SASLprep: two spellings of one password, composed and decomposed, and a space that is not U+0020.
    await db.execute(
      `create role prepared login password 'caf\u00e9\u00a0x'; create role "Ünï cødé" login password 'p'`,
    )
  })

  afterAll(async () => {
    await proxy[Symbol.asyncDispose]()
    await server.stop()
  })

  function as(user: string, options: ConnectOptions = {}): ConnectOptions {
    const { host, port, database } = server
    return { host, port, database, user, password: `pass ${user}`, ...options }
  }

  it.each(["trusted", "clear", "hashed", "salted"])("%s gets in", async (user) => {
    await using db = await connect(as(user))
    expect(await db.value("select current_user::text")).toBe(user)
    expect(db.info.user).toBe(user)
  })

  it("a trusted one needs no password", async () => {
    await using db = await connect(as("trusted", { password: undefined }))
    expect(await db.value("select current_user::text")).toBe("trusted")
  })

  it("names and passwords may be in any script", async () => {
    for (const password of ["caf\u00e9\u00a0x", "cafe\u0301 x", "caf\u00e9 x"]) {
      await using db = await connect(as("prepared", { password }))
      expect(db.info.user).toBe("prepared")
    }
    await using db = await connect(as("Ünï cødé", { password: "p" }))
    expect(await db.value("select current_user::text")).toBe("Ünï cødé")
  })

  it.each(["clear", "hashed", "salted"])(
    "%s with a wrong password is refused by the server, asked once",
    async (user) => {
      const before = proxy.connections.length
      const error = await failure(connect(as(user, { host: proxy.host, port: proxy.port, password: "not this one" })))
      expect(error).toBeInstanceOf(errors.InvalidPassword)
      expect(error).toMatchObject({ code: "28P01", severity: "FATAL", transient: false })
      expect(String((error as Error).stack)).not.toContain("not this one")
      expect(proxy.connections.length - before).toBe(1)
    },
  )

  it.each(["clear", "hashed", "salted"])("%s without a password is told that one is needed", async (user) => {
    const error = await failure(connect(as(user, { password: undefined, passfile: "/nonexistent" })))
    expect(error).toBeInstanceOf(errors.AuthenticationError)
    expect((error as Error).message).toMatch(/password/)
  })

  it("a password function's failure is the connect's", async () => {
    const reason = new Error("vault is shut")
    const error = await failure(
      connect(
        as("salted", {
          password: () => {
            throw reason
          },
        }),
      ),
    )
    const message = expect.stringContaining("the password function failed: vault is shut")
    expect(error).toMatchObject({
      name: "ConnectionError",
      cause: reason,
      safeToRetry: true,
      transient: false,
      message,
    })
  })

  it.each<[string, unknown, boolean]>([
    ["an error that calls itself transient", Object.assign(new Error("busy"), { transient: true }), true],
    ["one of ours that is", new errors.TimeoutError("too late"), true],
    ["one of ours that is not", new errors.ConfigError("no vault is named"), false],
    ["one of another server", new errors.InvalidPassword({ code: "28P01", severity: "FATAL", message: "no" }), false],
    ["nothing at all", undefined, false],
  ])("a password function's failure is as transient as it says: %s", async (_name, reason, transient) => {
    const error = await failure(connect(as("salted", { password: () => Promise.reject(reason) })))
    expect(error).toMatchObject({ name: "ConnectionError", safeToRetry: true, transient })
    expect((error as Error).cause).toBe(reason)
  })

  it("users whom the rules or the roles refuse are refused with the server's words", async () => {
    expect(await failure(connect(as("shut")))).toMatchObject({ code: "28000", severity: "FATAL" })
    expect(await failure(connect(as("nobody")))).toMatchObject({ code: "28P01" })
  })

  it.each([
    ["clear", "scram-sha-256"],
    ["hashed", "scram-sha-256"],
    ["trusted", "scram-sha-256"],
    ["salted", "!scram-sha-256"],
  ])("%s is refused by us when requireAuth is %s", async (user, requireAuth) => {
    const error = await failure(connect(as(user, { requireAuth })))
    expect(error).toBeInstanceOf(errors.AuthenticationError)
    expect((error as Error).message).not.toContain("pass ")
  })

  it.each([
    ["clear", "password"],
    ["hashed", "md5"],
    ["salted", "scram-sha-256"],
    ["trusted", "none"],
  ])("%s gets in when requireAuth is %s", async (user, requireAuth) => {
    await using db = await connect(as(user, { requireAuth }))
    expect(db.info.user).toBe(user)
  })

  it("channel binding cannot be had without TLS", async () => {
    const error = await failure(connect(as("salted", { channelBinding: "require" })))
    expect(error).toBeInstanceOf(errors.AuthenticationError)
  })

  it("a database that there is not is the server's error", async () => {
    const error = await failure(connect(as("salted", { database: "no such database" })))
    expect(error).toBeInstanceOf(errors.InvalidCatalogName)
    expect(error).toMatchObject({ code: "3D000", message: 'database "no such database" does not exist' })
  })

  it("TLS that the server does not offer is an error only where it is required", async () => {
    for (const sslmode of ["disable", "allow", "prefer"] as const) {
      await using db = await connect(as("salted", { sslmode }))
      expect(db.info.tls).toBeUndefined()
    }
    for (const sslmode of ["require", "verify-full"] as const) {
      const error = await failure(connect(as("salted", { sslmode, tls: { ca: "" } })))
      expect(error).toBeInstanceOf(errors.PglineError)
      expect(error).not.toBeInstanceOf(errors.ServerError)
    }
  })
})

describe("TLS", () => {
  let server: TestServer
  let ca: string
  let otherCa: string

  beforeAll(async () => {
    const certificates = await makeCertificates()
    ca = certificates.ca
    otherCa = certificates.otherCa
    server = await startOwnServer({
      tls: { ...certificates.server, ca },
      hba: [
        "hostssl all encrypted all scram-sha-256",
        "hostnossl all bare all scram-sha-256",
        "host all postgres all scram-sha-256",
      ],
    })
    await using db = await connect(server.url)
    await db.execute("create role encrypted login password 'p'; create role bare login password 'p'")
  })

  afterAll(() => server.stop())

  function to(options: ConnectOptions): ConnectOptions {
    const { host, port, database, user, password } = server
    return { host, port, database, user, password, ...options }
  }

  it("is used by default when the server offers it", async () => {
    await using db = await connect(to({}))
    expect(db.info.tls).toMatchObject({ protocol: "TLSv1.3", authorized: false })
    expect(await db.one("select ssl, version from pg_stat_ssl where pid = pg_backend_pid()")).toEqual({
      ssl: true,
      version: "TLSv1.3",
    })
  })

  it.each<[ConnectOptions, encrypted: boolean]>([
    [{ sslmode: "disable" }, false],
    [{ sslmode: "allow" }, false],
    [{ sslmode: "prefer" }, true],
    [{ sslmode: "require" }, true],
    [{ sslmode: "allow", user: "encrypted", password: "p" }, true],
    [{ sslmode: "prefer", user: "bare", password: "p" }, false],
    [{ sslmode: "prefer", user: "encrypted", password: "p", channelBinding: "require" }, true],
  ])("%o", async (options, encrypted) => {
    await using db = await connect(to(options))
    expect(db.info.tls !== undefined).toBe(encrypted)
    expect(await db.value("select ssl from pg_stat_ssl where pid = pg_backend_pid()")).toBe(encrypted)
  })

  it.each<ConnectOptions>([
    { sslmode: "disable", user: "encrypted", password: "p" },
    { sslmode: "require", user: "bare", password: "p" },
  ])("the rules' refusal is told: %o", async (options) => {
    expect(await failure(connect(to(options)))).toMatchObject({ code: "28000" })
  })

  it("verifies the chain and the name when asked to", async () => {
    for (const sslmode of ["verify-ca", "verify-full"] as const) {
      await using db = await connect(to({ sslmode, tls: { ca } }))
      expect(db.info.tls).toMatchObject({ authorized: true })
      const error = await failure(connect(to({ sslmode, tls: { ca: otherCa } })))
      expect(error).toBeInstanceOf(errors.ConnectionError)
      expect((error as Error).message).toMatch(/TLS|certificate/)
    }
    const misnamed = { host: "elsewhere.example", hostaddr: "127.0.0.1", tls: { ca } }
    await using db = await connect(to({ ...misnamed, sslmode: "verify-ca" }))
    expect(db.info.tls).toMatchObject({ authorized: true })
    expect(await failure(connect(to({ ...misnamed, sslmode: "verify-full" })))).toBeInstanceOf(errors.ConnectionError)
  })

  it("carries large and many things, both ways", async () => {
    await using db = await connect(to({ sslmode: "require" }))
    const text = "é".repeat(3_000_000)
    const values = await Promise.all(
      Array.from({ length: 10 }, (_, i) => db.value("select $1::text || $2", [text, String(i)])),
    )
    values.forEach((value, i) => {
      expect(value === text + i).toBe(true)
    })
    const numbers = Array.from({ length: 2000 }, (_, i) => i)
    expect(await Promise.all(numbers.map((n) => db.value("select $1::int4", [n])))).toEqual(numbers)
  })

  it("can begin without asking, where the server knows that", async () => {
    const options = to({ sslmode: "require", sslnegotiation: "direct" })
    if (testVersion < 17) {
      expect(await failure(connect(options))).toBeInstanceOf(errors.ConnectionError)
      return
    }
    await using db = await connect(options)
    expect(db.info.tls).toMatchObject({ alpn: "postgresql" })
  })
})
