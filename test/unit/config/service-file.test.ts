import { describe, expect, test } from "vitest"
import { resolveConfig } from "../../../src/config/resolve.ts"
import { ConfigError } from "../../../src/errors/client-error.ts"
import { type FakePlatformOptions, fakePlatform } from "./fake-platform.ts"

const FILE = `
# comment
[plain]
host=from-service
user=service-user
dbname=service-db
application_name = spaced
`.replace("application_name = spaced\n", "application_name= spaced \n")

const resolve = (text: string, platform: FakePlatformOptions) =>
  resolveConfig(text, undefined, { platform: fakePlatform(platform) })
const withFile = (text: string, file: string) => resolve(text, { files: { "/home/me/.pg_service.conf": file } })

describe("the file", () => {
  test.each<[string, string, FakePlatformOptions]>([
    ["in the home directory", "service=plain", { files: { "/home/me/.pg_service.conf": FILE } }],
    ["in $HOME", "service=plain", { env: { HOME: "/h" }, files: { "/h/.pg_service.conf": FILE } }],
    ["named by PGSERVICEFILE", "service=plain", { env: { PGSERVICEFILE: "/f" }, files: { "/f": FILE } }],
    ["named by servicefile", "service=plain servicefile=/f", { env: { PGSERVICEFILE: "/g" }, files: { "/f": FILE } }],
    [
      "in PGSYSCONFDIR",
      "service=plain",
      { env: { PGSYSCONFDIR: "/etc/x" }, files: { "/etc/x/pg_service.conf": FILE } },
    ],
    ["service by PGSERVICE", "", { env: { PGSERVICE: "plain" }, files: { "/home/me/.pg_service.conf": FILE } }],
    [
      "in AppData",
      "service=plain",
      { isWindows: true, env: { APPDATA: "C:/A" }, files: { "C:/A/postgresql/.pg_service.conf": FILE } },
    ],
    [
      "of the system, when one's own lacks the service",
      "service=plain",
      {
        env: { PGSYSCONFDIR: "/etc/x" },
        files: { "/home/me/.pg_service.conf": "[other]\nhost=x", "/etc/x/pg_service.conf": FILE },
      },
    ],
  ])("%s", (_name, text, platform) => {
    const config = resolve(text, platform)
    expect(config.hosts[0]!.host).toBe("from-service")
    expect(config.user).toBe("service-user")
    // Blanks after the sign belong to the value, those at the end of the line don't.
    expect(config.startupParameters["application_name"]).toBe(" spaced")
  })

  test.each<[string, string, FakePlatformOptions, RegExp]>([
    ["none at all", "service=plain", {}, /no service file has a section/],
    ["without the section", "service=other", { files: { "/home/me/.pg_service.conf": FILE } }, /no service file/],
    ["named but missing", "service=plain", { env: { PGSERVICEFILE: "/none" } }, /"\/none" cannot be read/],
    ["an empty name", "service=''", { files: { "/home/me/.pg_service.conf": FILE } }, /no service file/],
  ])("%s is an error", (_name, text, platform, problem) => {
    expect(() => resolve(text, platform)).toThrow(ConfigError)
    expect(() => resolve(text, platform)).toThrow(problem)
  })

  test("is not read when no service is wanted", () => {
    const platform = { files: { "/home/me/.pg_service.conf": { unreadable: true } } }
    expect(resolve("host=h", platform).hosts[0]!.host).toBe("h")
  })
})

describe("the section", () => {
  test("gives way to the string and goes before the environment", () => {
    const config = resolve("service=plain user=me", {
      env: { PGUSER: "env-user", PGDATABASE: "env-db", PGPORT: "6000" },
      files: { "/home/me/.pg_service.conf": FILE },
    })
    expect([config.user, config.database, config.hosts[0]!.port]).toEqual(["me", "service-db", 6000])
  })

  test("is the first of that name, and ends at the next heading", () => {
    expect(withFile("service=a", "[a]\nuser=one\n[b]\nuser=two\n[a]\nuser=three\ndbname=x").database).toBe("one")
  })

  test("the first of two equal names in it wins", () => {
    expect(withFile("service=a", "[a]\nport=1\nport=2").hosts[0]!.port).toBe(1)
  })

  test("may be indented and end in CRLF", () => {
    expect(withFile("service=a", "  [a]\r\n\tuser=u\r\n  # no\r\n").user).toBe("u")
  })

  test("what follows its name in the heading is ignored", () => {
    expect(withFile("service=a", "[a] # mine\nuser=u").user).toBe("u")
  })

  test.each([
    ["user", /line 2: missing "="/],
    ["user =x", /line 2: unknown keyword/],
    ["S3CRET=x", /line 2: unknown keyword/],
    ["service=b", /line 2: a service cannot name another service/],
    ["servicefile=/x", /line 2: a service cannot name another service/],
    ["ldap://S3CRET/", /line 2: LDAP look-ups are not supported/],
    [`user=${"x".repeat(1100)}`, /line 2: the line is too long/],
    ["port=x", /^port \(from service file "\/home\/me\/.pg_service.conf", line 2\)/],
  ])("%s is refused", (line, problem) => {
    expect(() => withFile("service=a", `[a]\n${line}\n`)).toThrow(problem)
    expect(() => withFile("service=a", `[a]\n${line}\n`)).not.toThrow(/S3CRET/)
  })

  test("lines of other sections are not looked at", () => {
    expect(withFile("service=a", "[b]\nnonsense\n[a]\nuser=u").user).toBe("u")
  })
})
