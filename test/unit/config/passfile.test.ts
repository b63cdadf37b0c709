import { describe, expect, test } from "vitest"
import {
  defaultPassfile,
  findPassword,
  type PassfileKey,
  passfileKey,
  readPassfile,
} from "../../../src/config/passfile.ts"
import { passwordFor } from "../../../src/config/password.ts"
import { resolveConfig } from "../../../src/config/resolve.ts"
import { type FakeFile, fakePlatform } from "./fake-platform.ts"

const KEY: PassfileKey = { host: "db.example.org", port: 5432, database: "app", user: "me" }

describe("a line", () => {
  test.each<[string, string | undefined]>([
    ["db.example.org:5432:app:me:secret", "secret"],
    ["*:*:*:*:secret", "secret"],
    ["db.example.org:*:app:*:secret", "secret"],
    ["db.example.org:5432:app:me:", ""],
    ["db.example.org:5432:app:me", undefined],
    ["db.example.org:5432:app:you:secret", undefined],
    ["db.example.org:5433:app:me:secret", undefined],
    ["db.example:5432:app:me:secret", undefined],
    ["db.example.org.:5432:app:me:secret", undefined],
    ["*.example.org:5432:app:me:secret", undefined],
    ["**:*:*:*:secret", undefined],
    ["", undefined],
    ["#*:*:*:*:secret", undefined],
    // A blank before the comment sign makes it a host name.
    [" #*:*:*:*:secret", undefined],
    ["*:*:*:*:se\\:cr\\\\et", "se:cr\\et"],
    ["*:*:*:*:secret:rest", "secret"],
    ["*:*:*:*:secret\\", "secret\\"],
    ["*:*:*:*:secret\r", "secret"],
    ["*:*:*:*:with blanks ", "with blanks "],
    ["*:*:a\\pp:me:secret", "secret"],
  ])("%j", (line, expected) => {
    expect(findPassword(line, KEY)).toBe(expected)
  })

  test("escaped colons and backslashes match those in names", () => {
    const key = { ...KEY, host: "::1", user: "a\\b" }
    expect(findPassword("\\:\\:1:*:*:a\\\\b:secret", key)).toBe("secret")
    // libpq forgives a bare colon where the name has one.
    expect(findPassword("::1:*:*:a\\\\b:secret", key)).toBe("secret")
    expect(findPassword("::1:*:*:a\\b:secret", key)).toBeUndefined()
  })

  test("the first that matches wins, not the best", () => {
    expect(findPassword("*:*:*:*:first\ndb.example.org:5432:app:me:second\n", KEY)).toBe("first")
    expect(findPassword("x:*:*:*:first\r\n*:*:*:me:second\r\n", KEY)).toBe("second")
  })
})

test("sockets in a default directory are looked up as localhost, others by their path", () => {
  const key = (host: string) => {
    const config = resolveConfig(`host=${host} user=u`, undefined, { platform: fakePlatform() })
    return passfileKey(config.hosts[0]!, "db", "u").host
  }
  expect(key("/tmp")).toBe("localhost")
  expect(key("/var/run/postgresql")).toBe("localhost")
  expect(key("/srv/sockets")).toBe("/srv/sockets")
  expect(key("localhost")).toBe("localhost")
})

describe("the file", () => {
  const read = (file: FakeFile, isWindows = false) =>
    readPassfile("/pass", fakePlatform({ files: { "/pass": file }, isWindows }))

  test("is not needed", () => {
    expect(readPassfile("/none", fakePlatform())).toEqual({ text: undefined, problem: undefined })
  })

  test.each([0o600, 0o400, 0o700])("is read with mode %o", (mode) => {
    expect(read({ text: "x", status: { mode } })).toEqual({ text: "x", problem: undefined })
  })

  test.each([0o640, 0o604, 0o610, 0o602, 0o666])("is not used with mode %o", (mode) => {
    const { text, problem } = read({ text: "x", status: { mode } })
    expect(text).toBeUndefined()
    expect(problem).toMatch(/"\/pass" has group or world access/)
  })

  test("is not used unless it is a plain file", () => {
    expect(read({ status: { isFile: false } }).problem).toMatch(/not a plain file/)
  })

  test("that cannot be read is told without the system's reason", () => {
    expect(read({ unreadable: true })).toEqual({ text: undefined, problem: 'password file "/pass" cannot be read' })
  })

  test("has no permissions to check on Windows", () => {
    expect(read({ text: "x", status: { mode: 0o666 } }, true).text).toBe("x")
  })
})

test("the default place", () => {
  expect(defaultPassfile(fakePlatform({ env: { HOME: "/h" } }))).toBe("/h/.pgpass")
  expect(defaultPassfile(fakePlatform())).toBe("/home/me/.pgpass")
  expect(defaultPassfile(fakePlatform({ home: undefined }))).toBeUndefined()
  expect(defaultPassfile(fakePlatform({ isWindows: true, env: { APPDATA: "C:\\A" } }))).toBe(
    "C:\\A/postgresql/pgpass.conf",
  )
})

describe("in a Config", () => {
  const files = { "/home/me/.pgpass": "one:*:*:*:for one\ntwo:*:*:*:for two\n", "/other": "*:*:*:*:from other" }
  const resolve = (text: string, env: Record<string, string> = {}) =>
    resolveConfig(text, undefined, { platform: fakePlatform({ files, env }) })
  const passwords = async (text: string, env?: Record<string, string>) => {
    const config = resolve(text, env)
    return await Promise.all(config.hosts.map((host) => passwordFor(config, host)()))
  }

  test("each host has its own password", async () => {
    expect(await passwords("host=one,two,three user=u")).toEqual(["for one", "for two", undefined])
  })

  test("a password from anywhere else comes first; an empty one does not count", async () => {
    expect(await passwords("host=one password=given user=u")).toEqual(["given"])
    expect(await passwords("host=one user=u", { PGPASSWORD: "env" })).toEqual(["env"])
    expect(await passwords("host=one user=u password=''", { PGPASSWORD: "env" })).toEqual(["for one"])
  })

  test("the file can be named", async () => {
    expect(await passwords("host=one user=u passfile=/other")).toEqual(["from other"])
    expect(await passwords("host=one user=u", { PGPASSFILE: "/other" })).toEqual(["from other"])
    expect(await passwords("host=one user=u passfile=''", { PGPASSFILE: "/other" })).toEqual(["for one"])
    expect(await passwords("host=one user=u passfile=/missing")).toEqual([undefined])
  })

  test("is not even looked at when there is a password", () => {
    expect(resolve("host=one password=x user=u").passfile).toBeUndefined()
    expect(resolve("host=one user=u").passfile).toBe("/home/me/.pgpass")
  })

  test("the reason for not using it is kept for the error", () => {
    const open = fakePlatform({ files: { "/home/me/.pgpass": { text: "*:*:*:*:x", status: { mode: 0o644 } } } })
    const config = resolveConfig("host=one user=u", undefined, { platform: open })
    expect(config.passfileProblem).toMatch(/group or world access/)
    expect(config.hosts[0]!.passfilePassword).toBeUndefined()
  })

  test("a password function is asked each time", async () => {
    let count = 0
    const config = resolveConfig({ host: "one", password: async () => `token ${++count}` }, undefined, {
      platform: fakePlatform({ files }),
    })
    const ask = passwordFor(config, config.hosts[0]!)
    expect([await ask(), await ask()]).toEqual(["token 1", "token 2"])
  })
})
