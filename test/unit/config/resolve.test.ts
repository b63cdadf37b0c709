import { describe, expect, test } from "vitest"
import { findKeyword, KEYWORDS } from "../../../src/config/keywords.ts"
import type { ConninfoOptions } from "../../../src/config/options.ts"
import { resolveConfig } from "../../../src/config/resolve.ts"
import { ConfigError } from "../../../src/errors/client-error.ts"
import { POOL_OPTION_NAMES } from "../../../src/pool/options.ts"
import { type FakePlatformOptions, fakePlatform } from "./fake-platform.ts"

const resolve = (
  conninfo?: string | ConninfoOptions,
  options?: ConninfoOptions,
  platform: FakePlatformOptions = {},
  otherKeys?: ReadonlySet<string>,
) => resolveConfig(conninfo, options, { platform: fakePlatform(platform), ...(otherKeys && { otherKeys }) })

describe("defaults", () => {
  test("are libpq's", () => {
    const config = resolve()
    expect(config).toMatchObject({
      loadBalanceHosts: "disable",
      targetSessionAttrs: "any",
      user: "os-user",
      database: "os-user",
      password: undefined,
      connectTimeoutMs: 0,
      requireAuth: undefined,
      channelBinding: "prefer",
      minProtocolVersion: 196608,
      maxProtocolVersion: 196608,
      startupParameters: { client_encoding: "UTF8" },
    })
    expect(config.tls).toMatchObject({ mode: "prefer", negotiation: "postgres", certMode: "allow", sni: true })
    expect(config.tls.minVersion).toBe("TLSv1.2")
    expect(config.keepalives).toEqual({ enabled: true, idleMs: 0, intervalMs: 0, count: 0, tcpUserTimeoutMs: 0 })
  })

  test("the database is named after the user", () => {
    expect(resolve("user=me").database).toBe("me")
    expect(resolve("user=me dbname=''", undefined, { env: { PGDATABASE: "x" } }).database).toBe("me")
    expect(resolve("postgresql://me@/", undefined, { env: { PGDATABASE: "x" } }).database).toBe("x")
  })

  test("a process without a user name has to say who it is", () => {
    expect(() => resolve("", undefined, { userName: undefined })).toThrow(/^user: none is given/)
    expect(resolve("user=me", undefined, { userName: undefined }).user).toBe("me")
  })

  test("a Config cannot be changed", () => {
    const config = resolve("host=a")
    for (const part of [config, config.hosts, config.hosts[0]!, config.tls, config.keepalives, config.oauth]) {
      expect(Object.isFrozen(part)).toBe(true)
    }
    expect(Object.isFrozen(config.startupParameters)).toBe(true)
  })
})

describe("precedence", () => {
  const files = { "/home/me/.pg_service.conf": "[s]\nuser=service\n" }
  const env = { PGUSER: "environment", PGSERVICE: "s" }

  test("options, then string, then service, then environment, then default", () => {
    expect(resolve("user=string", { user: "option" }, { files, env }).user).toBe("option")
    expect(resolve("user=string", {}, { files, env }).user).toBe("string")
    expect(resolve("", {}, { files, env }).user).toBe("service")
    expect(resolve("", {}, { env: { PGUSER: "environment" } }).user).toBe("environment")
    expect(resolve().user).toBe("os-user")
  })

  test("empty and undefined options count as not given", () => {
    expect(resolve("user=string", { user: "" }).user).toBe("string")
    expect(resolve("user=string", { user: undefined }).user).toBe("string")
    expect(resolve({ user: "first" }, { user: undefined }).user).toBe("first")
    expect(resolve({ user: "first" }, { user: "" }).user).toBe("first")
    expect(resolve({ user: "first" }, { user: "second" }).user).toBe("second")
  })

  test("the environment is read", () => {
    const values: Record<string, string> = {
      connect_timeout: "7",
      port: "7",
      hostaddr: "::7",
      host: "/seven",
      require_auth: "md5",
      min_protocol_version: "3.2",
      max_protocol_version: "3.2",
      ssl_max_protocol_version: "TLSv1.3",
      sslmode: "verify-full",
      target_session_attrs: "primary",
    }
    const variables = Object.entries(values).map(([keyword, value]) => [findKeyword(keyword)!.env!, value])
    const config = resolve("", {}, { env: Object.fromEntries(variables) })
    expect(config).toMatchObject({
      connectTimeoutMs: 7000,
      requireAuth: { text: "md5" },
      minProtocolVersion: 196610,
      maxProtocolVersion: 196610,
      targetSessionAttrs: "primary",
      tls: { mode: "verify-full", maxVersion: "TLSv1.3" },
    })
    expect(config.hosts[0]).toMatchObject({ host: "/seven", hostaddr: "::7", port: 7 })
  })

  test("PGREQUIRESSL is the old way to say sslmode=require", () => {
    expect(resolve("", {}, { env: { PGREQUIRESSL: "1" } }).tls.mode).toBe("require")
    expect(resolve("", {}, { env: { PGREQUIRESSL: "0" } }).tls.mode).toBe("prefer")
    expect(resolve("", {}, { env: { PGREQUIRESSL: "1", PGSSLMODE: "disable" } }).tls.mode).toBe("disable")
    expect(resolve("sslmode=allow", {}, { env: { PGREQUIRESSL: "1" } }).tls.mode).toBe("allow")
  })
})

describe("options", () => {
  test("have libpq's parameters in camelCase", () => {
    const config = resolve({
      host: ["a", "b"],
      port: [1, "2"],
      database: "db",
      user: "me",
      connectTimeout: 1500,
      applicationName: "app",
      keepalives: false,
      keepalivesIdle: 2500,
      keepalivesInterval: 10,
      keepalivesCount: 3,
      tcpUserTimeout: 4,
      sslmode: "verify-ca",
      sslsni: false,
      sslMinProtocolVersion: "TLSv1.3",
      channelBinding: "require",
      targetSessionAttrs: "prefer-standby",
      loadBalanceHosts: "random",
      maxProtocolVersion: "3.2",
    })
    expect(config).toMatchObject({
      database: "db",
      user: "me",
      connectTimeoutMs: 1500,
      startupParameters: { application_name: "app" },
      keepalives: { enabled: false, idleMs: 2500, intervalMs: 10, count: 3, tcpUserTimeoutMs: 4 },
      tls: { mode: "verify-ca", sni: false, minVersion: "TLSv1.3" },
      channelBinding: "require",
      targetSessionAttrs: "prefer-standby",
      loadBalanceHosts: "random",
      minProtocolVersion: 196608,
      maxProtocolVersion: 196610,
    })
    expect(config.hosts.map(({ host, port }) => `${host}:${port}`)).toEqual(["a:1", "b:2"])
  })

  test("are checked for their type, each naming itself and what it wants", () => {
    const wrong: Record<string, unknown> = {
      text: 5,
      list: { S3CRET: 1 },
      duration: "S3CRET",
      milliseconds: -1,
      integer: 1.5,
      flag: "S3CRET",
      replication: 1,
    }
    for (const { option, kind, keyword } of KEYWORDS) {
      const attempt = () => resolve({ [option]: wrong[kind] } as ConninfoOptions)
      expect(attempt).toThrow(ConfigError)
      expect(attempt).toThrow(new RegExp(`^the option ${option}: must be `))
      expect(attempt).not.toThrow(/S3CRET/)
      expect(attempt).toThrow(expect.objectContaining({ keyword }))
    }
  })

  test("with unknown names are refused, with a suggestion", () => {
    expect(() => resolve({ hots: "x" } as ConninfoOptions)).toThrow('unknown option "hots"; did you mean "host"?')
    expect(() => resolve({ applicationname: "x" } as ConninfoOptions)).toThrow(/did you mean "applicationName"/)
    expect(() => resolve({ something: "x" } as ConninfoOptions)).toThrow(/^unknown option "something"$/)
    expect(() => resolve({ poolSize: 1 } as ConninfoOptions, {}, {}, new Set(["poolSize"]))).not.toThrow()
  })

  test.each<readonly [string, string]>([
    ["connectionString", "a connection string is the first argument"],
    ["ssl", 'use sslmode, such as "verify-full", and tls for what else TLS is to be told'],
    ["username", "use user"],
    ["dbname", "use database"],
    ["application_name", "use applicationName"],
    ["connect_timeout", "use connectTimeout, in milliseconds"],
    ["connectionTimeoutMillis", "use connectTimeout, and for the wait for a pool's connection its acquireTimeout"],
    ["idleTimeoutMillis", "use maxIdle, an option of Pool"],
    ["statement_timeout", "settings of the session belong into the option parameters"],
    ...POOL_OPTION_NAMES.map((name) => [name, "it is an option of Pool"] as const),
  ])("%s is told what to use instead", (name, hint) => {
    expect(() => resolve({ [name]: "S3CRET" } as ConninfoOptions)).toThrow(
      new ConfigError(`unknown option "${name}"; ${hint}`),
    )
  })

  test.each([[5], [null], [[]], ["S3CRET"]])("%j are no options", (value) => {
    expect(() => resolve("", value as never)).toThrow(/^the options must be a plain object, got/)
  })

  test.each([[5], [null], [true]])("%j is neither string nor options", (value) => {
    expect(() => resolve(value as never)).toThrow(/must be a string, a URL or a plain object of options, got/)
  })

  test("scramIterationLimit has to be a count", () => {
    expect(resolve({ scramIterationLimit: 5000 }).scramIterationLimit).toBe(5000)
    expect(resolve().scramIterationLimit).toBe(1_000_000)
    for (const limit of [0, -1, 1.5, Number.NaN, "5"]) {
      expect(() => resolve({ scramIterationLimit: limit as number })).toThrow(/scramIterationLimit/)
    }
  })

  test("SCRAM keys are 32 bytes in base64", () => {
    const key = Buffer.alloc(32, 7).toString("base64")
    const config = resolve({ scramClientKey: key, scramServerKey: key })
    expect(Buffer.from(config.scramClientKey!())).toEqual(Buffer.alloc(32, 7))
    expect(Buffer.from(config.scramServerKey!())).toEqual(Buffer.alloc(32, 7))
    for (const bad of ["AAAA", `${key}=`, "S3CRET", Buffer.alloc(33).toString("base64")]) {
      expect(() => resolve({ scramClientKey: bad })).toThrow(/^scram_client_key .* must be 32 bytes in base64$/)
    }
  })

  test("OAuth's are passed on", () => {
    const token = () => "token"
    const config = resolve("oauth_issuer=https://i oauth_client_id=c oauth_scope='a b' oauth_client_secret=s", {
      oauthToken: token,
    })
    expect(config.oauth).toMatchObject({ issuer: "https://i", clientId: "c", scope: "a b", token })
    expect(config.oauth.clientSecret!()).toBe("s")
    expect(() => resolve({ oauthToken: "S3CRET" as never })).toThrow(/oauthToken: must be a function, got a string of/)
  })
})

describe("values", () => {
  test.each([
    ["connect_timeout=10", 10_000],
    ["connect_timeout=1", 1000],
    ["connect_timeout=0", 0],
    ["connect_timeout=-5", 0],
    ["connect_timeout=' 3 '", 3000],
    // As long as a timer can wait: one that is to wait longer goes off at once.
    ["connect_timeout=2147483647", 2 ** 31 - 1],
  ])("%s", (text, expected) => {
    expect(resolve(text).connectTimeoutMs).toBe(expected)
  })

  test.each([
    ["connect_timeout=x", "connect_timeout", /must be an integer/],
    ["connect_timeout=3000000000", "connect_timeout", /must be an integer/],
    ["connect_timeout=1.5", "connect_timeout", /must be an integer/],
    ["keepalives=x", "keepalives", /must be an integer/],
    ["keepalives_count=''", "keepalives_count", /must be an integer/],
    ["sslmode=on", "sslmode", /must be one of disable, allow, prefer, require, verify-ca, verify-full/],
    ["sslmode=''", "sslmode", /must be one of/],
    ["sslnegotiation=quick", "sslnegotiation", /must be one of postgres, direct/],
    ["channel_binding=yes", "channel_binding", /must be one of disable, prefer, require/],
    ["target_session_attrs=master", "target_session_attrs", /must be one of any, read-write/],
    ["load_balance_hosts=1", "load_balance_hosts", /must be one of disable, random/],
    ["gssencmode=require", "gssencmode", /GSSAPI is not supported/],
    ["gssencmode=maybe", "gssencmode", /must be one of/],
    ["min_protocol_version=3.1", "min_protocol_version", /must be 3.0, 3.2 or latest/],
    ["min_protocol_version=3.2 max_protocol_version=3.0", "min_protocol_version", /exceeds/],
    ["sslkeylogfile=/x", "sslkeylogfile", /not supported/],
    ["requirepeer=postgres host=/run", "requirepeer", /not supported/],
  ])("%s is refused", (text, keyword, problem) => {
    expect(() => resolve(text)).toThrow(ConfigError)
    expect(() => resolve(text)).toThrow(problem)
    expect(() => resolve(text)).toThrow(expect.objectContaining({ keyword, safeToRetry: true, transient: false }))
  })

  test.each([
    ["min_protocol_version=3.2", [196610, 196610]],
    ["max_protocol_version=latest", [196608, 196610]],
    ["min_protocol_version=3.0 max_protocol_version=3.0", [196608, 196608]],
  ])("%s", (text, versions) => {
    const { minProtocolVersion, maxProtocolVersion } = resolve(text)
    expect([minProtocolVersion, maxProtocolVersion]).toEqual(versions)
  })

  test("what is only offered by C libraries is passed over", () => {
    expect(() => resolve("gssencmode=prefer krbsrvname=x gsslib=y gssdelegation=1 sslcompression=1")).not.toThrow()
    expect(() => resolve("requirepeer=postgres host=a")).not.toThrow()
  })

  test("the place of a bad value is named", () => {
    const service = { "/home/me/.pg_service.conf": "[s]\nport=x\n" }
    expect(() => resolve("port=x")).toThrow(/^port \(from the connection string\)/)
    expect(() => resolve({ port: "x" })).toThrow(/^port \(from the option port\)/)
    expect(() => resolve("", {}, { env: { PGPORT: "x" } })).toThrow(/^port \(from environment variable PGPORT\)/)
    expect(() => resolve("service=s", {}, { files: service })).toThrow(/^port \(from service file ".*", line 2\)/)
  })
})

describe("CVE-2022-21724, CVE-2020-13692: an untrusted string", () => {
  const allowedKeywords = ["host", "port", "user", "password", "dbname"]

  test("can have allowed keywords only", () => {
    expect(resolve("postgresql://u:p@h:1/db", { allowedKeywords }).user).toBe("u")
    for (const text of ["postgresql://h?sslcert=/etc/passwd", "service=x", "host=h passfile=/x", "sslkey=engine:x"]) {
      expect(() => resolve(text, { allowedKeywords })).toThrow(/allowedKeywords does not list it/)
    }
  })

  test("options are the program's own and not restricted", () => {
    expect(resolve("host=h", { allowedKeywords, sslmode: "require" }).tls.mode).toBe("require")
  })

  test("the list itself has to make sense", () => {
    expect(() => resolve("host=h", { allowedKeywords: ["database"] })).toThrow(
      /allowedKeywords: must be an array of libpq's keywords/,
    )
  })
})

describe("zero bytes (pgx: a NUL in application_name changed the login role)", () => {
  test("are refused in every option", () => {
    for (const { option, kind } of KEYWORDS) {
      if (kind !== "text" && kind !== "list" && kind !== "replication") continue
      const attempt = () => resolve({ [option]: "S3CRET\0user\0admin" } as ConninfoOptions)
      expect(attempt).toThrow(new RegExp(`^the option ${option}: must not contain a zero byte`))
    }
  })

  test("are refused in strings, URIs, services and the environment", () => {
    expect(() => resolve("application_name='x\0user\0admin'")).toThrow(/zero bytes are not allowed/)
    expect(() => resolve("postgresql:///?application_name=x%00user%00admin")).toThrow(/zero byte/)
    const env = { PGAPPNAME: "x\0user\0admin" }
    expect(() => resolve("", {}, { env })).toThrow(/^application_name .*must not contain a zero byte/)
    expect(() => resolve("", {}, { env: { PGTZ: "x\0user\0admin" } })).toThrow(/PGTZ must not contain a zero byte/)
    const files = { "/home/me/.pg_service.conf": "[s]\napplication_name=x\0user\0admin\n" }
    expect(() => resolve("service=s", {}, { files })).toThrow(/^application_name .*must not contain a zero byte/)
  })
})
