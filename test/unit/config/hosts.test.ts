import { describe, expect, test } from "vitest"
import type { HostConfig } from "../../../src/config/config.ts"
import { hostsInOrder, shuffled, socketPath } from "../../../src/config/hosts.ts"
import type { ConninfoOptions } from "../../../src/config/options.ts"
import { resolveConfig } from "../../../src/config/resolve.ts"
import { ConfigError } from "../../../src/errors/client-error.ts"
import { type FakePlatformOptions, fakePlatform } from "./fake-platform.ts"

const hosts = (text: string, platform: FakePlatformOptions = {}) =>
  resolveConfig(text, undefined, { platform: fakePlatform(platform) }).hosts
const brief = (host: HostConfig) =>
  `${host.isUnix ? "unix " : ""}${host.host}${host.hostaddr === undefined ? "" : `(${host.hostaddr})`}:${host.port}`

describe("pairing", () => {
  test.each([
    ["host=a", ["a:5432"]],
    ["host=a,b,c", ["a:5432", "b:5432", "c:5432"]],
    ["host=a,b port=1", ["a:1", "b:1"]],
    ["host=a,b port=1,2", ["a:1", "b:2"]],
    ["host=a,b port=,2", ["a:5432", "b:2"]],
    ["host=a,b port=','", ["a:5432", "b:5432"]],
    ["host=a port=''", ["a:5432"]],
    ["host=a port=' 6000 '", ["a:6000"]],
    ["hostaddr=10.0.0.1", ["10.0.0.1(10.0.0.1):5432"]],
    ["hostaddr=10.0.0.1,::1 host=a,b", ["a(10.0.0.1):5432", "b(::1):5432"]],
    ["hostaddr=,::1 host=a,", ["a:5432", "::1(::1):5432"]],
    ["hostaddr=fe80::1%eth0", ["fe80::1%eth0(fe80::1%eth0):5432"]],
    ["host=/run/sockets", ["unix /run/sockets:5432"]],
    ["host=@abstract", ["unix @abstract:5432"]],
    ["host=/run,b", ["unix /run:5432", "b:5432"]],
    ["hostaddr=::1 host=/run", ["/run(::1):5432"]],
  ])("%s", (text, expected) => {
    expect(hosts(text).map(brief)).toEqual(expected)
  })

  test.each([
    ["host=a,b port=1,2,3", /^port \(from the connection string\): 3 port numbers for 2 hosts/],
    ["host=a port=1,2", /2 port numbers for 1 host$/],
    ["host=a,b hostaddr=::1", /^host .*2 host names for 1 hostaddr values/],
    ["hostaddr=::1,::1 host=a", /1 host names for 2 hostaddr values/],
    ["host=a port=0", /an integer from 1 to 65535/],
    ["host=a port=65536", /an integer from 1 to 65535/],
    ["host=a port=5432x", /an integer from 1 to 65535/],
    ["host=a port=1e3", /an integer from 1 to 65535/],
    ["host=a,b port=1,x", /number 2 must be an integer from 1 to 65535/],
    ["hostaddr=localhost", /number 1 is not an IP address/],
    ["hostaddr=::1,example.org", /number 2 is not an IP address/],
  ])("%s is refused", (text, problem) => {
    expect(() => hosts(text)).toThrow(ConfigError)
    expect(() => hosts(text)).toThrow(problem)
  })
})

describe("what is no host's name", () => {
  const url = /URL: that is connect's first argument$/
  const at = /must not contain "@": .* is written %40$/
  const separator = /parameters are separated by spaces$/
  const port = /must not contain the port, which is a parameter of its own$/

  test.each<[string | ConninfoOptions, RegExp]>([
    [{ host: "postgres://u:S3CRET@db.example/x" }, url],
    [{ host: ["a", "https://S3CRET"] }, url],
    ["host=postgresql://u:S3CRET@db.example/x", url],
    ["postgresql://app:p@S3CRET!@db.example/x", at],
    ["postgresql://app:p@@S3CRET@db.example/x", at],
    ["postgresql://app:p@a,S3CRET@db.example/x", at],
    [{ host: "app:S3CRET@db.example" }, at],
    [{ host: "app:S3CRET@db.example", hostaddr: "10.0.0.1" }, at],
    ["host=x;password=S3CRET;dbname=y", separator],
    ["host=x,password=S3CRET", separator],
    ["host='x password S3CRET'", /must not contain spaces$/],
    ["host=' x'", /must not contain spaces$/],
    ["host=x\\\tS3CRET", /must not contain spaces$/],
    ["host=127.0.0.1:5432", port],
    [{ host: "localhost:5432" }, port],
    [{ host: ["a", "[::1]:5432"] }, port],
    [{ host: "[::1]" }, /must not have brackets/],
  ])("%j", (conninfo, problem) => {
    const attempt = () => resolveConfig(conninfo, undefined, { platform: fakePlatform() })
    expect(attempt).toThrow(problem)
    expect(attempt).not.toThrow(/S3CRET/)
    expect(attempt).toThrow(expect.objectContaining({ code: "PGLINE_CONFIG", keyword: "host" }))
    expect(attempt).toThrow(/^host \(from the (connection string|option host)\): /)
  })

  test("names and sockets that look a little like it are accepted", () => {
    expect(hosts("host=::1,fe80::1%eth0,@a=b;c,/with@at/and space".replace(" ", "\\ ")).map(brief)).toEqual([
      "::1:5432",
      "fe80::1%eth0:5432",
      "unix @a=b;c:5432",
      "unix /with@at/and space:5432",
    ])
    expect(hosts("postgresql://app:p%40ss@[::1]:1/x").map(brief)).toEqual(["::1:1"])
    expect(hosts("host='C:\\\\a b'", { isWindows: true }).map(brief)).toEqual(["unix C:\\a b:5432"])
  })
})

describe("without a host", () => {
  test.each<[string, FakePlatformOptions, string]>([
    ["the distribution's directory", { files: { "/var/run/postgresql/x": "" } }, "unix /var/run/postgresql:5432"],
    ["PostgreSQL's own, if a socket is there", { files: { "/tmp/.s.PGSQL.5432": "" } }, "unix /tmp:5432"],
    ["TCP otherwise", {}, "localhost:5432"],
    ["TCP on Windows", { isWindows: true, files: { "/var/run/postgresql/x": "" } }, "localhost:5432"],
  ])("it is %s", (_name, platform, expected) => {
    expect(hosts("", platform).map(brief)).toEqual([expected])
  })

  test("the socket in /tmp is looked for under the port that is wanted", () => {
    expect(hosts("port=6000", { files: { "/tmp/.s.PGSQL.5432": "" } }).map(brief)).toEqual(["localhost:6000"])
  })

  test("an empty element of a list is the default too", () => {
    expect(hosts("host=a,,b").map(brief)).toEqual(["a:5432", "localhost:5432", "b:5432"])
  })
})

test("paths of Windows are directories of sockets only there", () => {
  expect(hosts("host=C:\\\\run", { isWindows: true }).map(brief)).toEqual(["unix C:\\run:5432"])
  expect(hosts("host=C:\\\\run").map(brief)).toEqual(["C:\\run:5432"])
})

test("certificates are checked against the name, not the address", () => {
  expect(hosts("host=a,,/s hostaddr=::1,::2,").map((host) => host.certificateName)).toEqual(["a", undefined, undefined])
  expect(hosts("host=10.0.0.1")[0]!.certificateName).toBe("10.0.0.1")
})

test("the socket's path", () => {
  const [directory, abstract] = hosts("host=/run/sockets,@name port=6000")
  expect(socketPath(directory!)).toBe("/run/sockets/.s.PGSQL.6000")
  expect(socketPath(abstract!)).toBe("\0name/.s.PGSQL.6000")
})

describe("order", () => {
  const config = (text: string) => resolveConfig(text, undefined, { platform: fakePlatform() })

  test("is as given without load balancing", () => {
    expect(hostsInOrder(config("host=a,b,c"), () => 0).map(brief)).toEqual(["a:5432", "b:5432", "c:5432"])
  })

  test("is shuffled anew each time with load_balance_hosts=random", () => {
    const balanced = config("host=a,b,c load_balance_hosts=random")
    expect(hostsInOrder(balanced, () => 0).map(brief)).toEqual(["b:5432", "c:5432", "a:5432"])
    expect(hostsInOrder(balanced, () => 0.999).map(brief)).toEqual(["a:5432", "b:5432", "c:5432"])
    expect(balanced.hosts.map(brief)).toEqual(["a:5432", "b:5432", "c:5432"])
  })

  test("every permutation comes about equally often", () => {
    // A generator of our own makes the counts the same in each run.
    let state = 1
    const random = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return state / 2 ** 32
    }
    const counts = new Map<string, number>()
    for (let i = 0; i < 6000; i++) {
      const order = shuffled(["a", "b", "c"], random).join("")
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    expect(counts.size).toBe(6)
    for (const count of counts.values()) expect(count).toBeGreaterThan(850)
  })
})
