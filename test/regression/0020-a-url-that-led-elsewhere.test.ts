/** A URL object was read as options without any, as were a Map or a promise: the way led to a default server. */

import { runInNewContext } from "node:vm"
import { describe, expect, it } from "vitest"
import { type ConnectOptions, connect, errors, Pool } from "../../src/index.ts"
import { sharedServer } from "../support/test-server.ts"

const url = new URL(sharedServer.url)
const nowhere: ConnectOptions = { host: "127.0.0.1", port: 1 }

describe("a URL", () => {
  it("is a place to connect to", async () => {
    await using db = await connect(url)
    expect(db.info).toMatchObject({ host: url.hostname, port: Number(url.port), user: sharedServer.user })
    await using named = await connect(url, { applicationName: "by URL" })
    expect(await named.value("show application_name")).toBe("by URL")
  })

  it("is one for a pool", async () => {
    await using pool = new Pool(url, { max: 1 })
    expect(await pool.value("select 1")).toBe(1)
  })

  it("goes where it says, not where the environment says", async () => {
    const elsewhere = new URL(sharedServer.url)
    elsewhere.port = "1"
    await expect(connect(elsewhere)).rejects.toThrow("port 1")
  })

  it("of another kind of server is refused", async () => {
    await expect(connect(new URL("https://db.example.org/shop"))).rejects.toBeInstanceOf(errors.ConfigError)
  })
})

describe("what says nothing", () => {
  class Settings {
    get host(): string {
      return "db.example.org"
    }
  }

  it.each<[string, unknown]>([
    ["a Map", new Map([["host", "db.example.org"]])],
    ["a Date", new Date()],
    ["a promise", Promise.resolve(nowhere)],
    ["URL parameters", new URLSearchParams("host=db.example.org")],
    ["an instance that has getters alone", new Settings()],
    ["an object that inherits all", Object.create(nowhere)],
    ["a function", () => nowhere],
  ])("%s is refused", async (_name, given) => {
    const expected = /must be a string, a URL or a plain object of options, got an? (object|Date|function)/
    await expect(connect(given as ConnectOptions)).rejects.toThrow(expected)
    expect(() => new Pool(given as ConnectOptions)).toThrow(errors.ConfigError)
    await expect(connect(url, given as ConnectOptions)).rejects.toThrow(/^the options must be a plain object, got/)
    const parameters = given as Record<string, string>
    await expect(connect(url, { parameters })).rejects.toThrow(/^the option parameters: must be a plain object/)
  })

  it("a URL in the place of the options is refused", async () => {
    await expect(connect(sharedServer.url, url as ConnectOptions)).rejects.toThrow(/^the options must be/)
  })
})

describe("options", () => {
  class Settings {
    readonly host = nowhere.host
    readonly port = nowhere.port
  }

  it.each<[string, ConnectOptions]>([
    ["without a prototype", Object.assign(Object.create(null), nowhere)],
    ["of another realm", runInNewContext("({ host: '127.0.0.1', port: 1 })")],
    ["of a class", new Settings()],
  ])("%s are options", async (_name, given) => {
    await expect(connect(given)).rejects.toThrow("port 1")
    await expect(connect(url, given)).rejects.toThrow("port 1")
  })

  it("may be empty", async () => {
    for (const empty of [{}, Object.create(null), runInNewContext("({})")]) {
      await using db = await connect(url, empty)
      expect(await db.value("select 1")).toBe(1)
    }
  })
})
