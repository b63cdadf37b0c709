import { describe, expect, test } from "vitest"
import type { ConninfoOptions } from "../../../src/config/options.ts"
import { resolveConfig } from "../../../src/config/resolve.ts"
import { ConfigError } from "../../../src/errors/client-error.ts"
import { fakePlatform } from "./fake-platform.ts"

const resolve = (conninfo: string | ConninfoOptions, env: Record<string, string> = {}) =>
  resolveConfig(conninfo, undefined, { platform: fakePlatform({ env }) }).startupParameters

describe("what is sent", () => {
  test.each<[string | ConninfoOptions, Record<string, string>, Record<string, string>]>([
    ["", {}, {}],
    ["application_name=a fallback_application_name=b", {}, { application_name: "a" }],
    ["fallback_application_name=b", {}, { application_name: "b" }],
    ["fallback_application_name=b", { PGAPPNAME: "env" }, { application_name: "env" }],
    ["application_name=''", { PGAPPNAME: "env" }, {}],
    ["options='-c geqo=off'", { PGOPTIONS: "-x" }, { options: "-c geqo=off" }],
    ["replication=database", {}, { replication: "database" }],
    [{ replication: true }, {}, { replication: "true" }],
    [{ replication: "database" }, {}, { replication: "database" }],
    ["", { PGDATESTYLE: "ISO", PGTZ: "UTC", PGGEQO: "off" }, { datestyle: "ISO", timezone: "UTC", geqo: "off" }],
    ["", { PGDATESTYLE: "Default", PGTZ: "DEFAULT", PGGEQO: "" }, { geqo: "" }],
    [
      { parameters: { search_path: "app", statement_timeout: 5000, jit: false } },
      {},
      { search_path: "app", statement_timeout: "5000", jit: "false" },
    ],
    [{ parameters: { TimeZone: "Asia/Tokyo" } }, { PGTZ: "UTC" }, { TimeZone: "Asia/Tokyo" }],
    [
      { applicationName: "option", parameters: { application_name: "parameter" } },
      {},
      { application_name: "parameter" },
    ],
    [{ parameters: { "my.setting": "" } }, {}, { "my.setting": "" }],
    [{ parameters: { client_encoding: "utf-8" } }, {}, {}],
  ])("%j with %j", (conninfo, env, expected) => {
    expect(resolve(conninfo, env)).toEqual({ client_encoding: "UTF8", ...expected })
  })

  test("hostile names of settings are nothing special", () => {
    const parameters = JSON.parse('{"__proto__": "x", "constructor": "y"}')
    expect(Object.entries(resolve({ parameters }))).toContainEqual(["__proto__", "x"])
  })
})

describe("the client encoding", () => {
  test.each(["UTF8", "utf-8", "Unicode", "auto", ""])("may be called %j", (name) => {
    expect(resolve(`client_encoding='${name}'`)).toEqual({ client_encoding: "UTF8" })
  })

  test("cannot be another, except that the environment is ignored", () => {
    expect(() => resolve("client_encoding=LATIN1")).toThrow(/^client_encoding .*only UTF8/)
    expect(() => resolve({ clientEncoding: "SQL_ASCII" })).toThrow(/only UTF8/)
    expect(() => resolve({ parameters: { Client_Encoding: "LATIN1" } })).toThrow(/only UTF8/)
    expect(resolve("", { PGCLIENTENCODING: "LATIN1" })).toEqual({ client_encoding: "UTF8" })
  })
})

describe("what cannot be sent", () => {
  test.each([
    [{ user: "x" }, /"user": belongs into the option user/],
    [{ database: "x" }, /belongs into the option database/],
    [{ replication: "x" }, /belongs into the option replication/],
    [{ OPTIONS: "x" }, /belongs into the option options/],
    [{ "": "x" }, /name/],
    [{ "_pq_.x": "x" }, /name/],
    [{ "a\0b": "x" }, /name/],
    [{ a: "S3CRET\0" }, /"a": must not contain a zero byte/],
    [{ a: Number.NaN }, /"a": must be a string, a finite number or a boolean, got NaN/],
    [{ a: null }, /got null/],
    [{ a: { S3CRET: 1 } }, /got an object/],
  ])("%j", (parameters, problem) => {
    expect(() => resolve({ parameters: parameters as never })).toThrow(ConfigError)
    expect(() => resolve({ parameters: parameters as never })).toThrow(problem)
    expect(() => resolve({ parameters: parameters as never })).not.toThrow(/S3CRET/)
  })
})
