/**
 * Where a parameter's value comes from and which values are refused, compared with the real libpq: connection string,
 * service file, environment, defaults and password file in random combinations.
 */

import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir, userInfo } from "node:os"
import { join } from "node:path"
import fc from "fast-check"
import { afterAll, beforeAll, expect, test } from "vitest"
import { platform } from "#platform"
import type { Platform } from "../../src/base/platform.ts"
import type { Config } from "../../src/config/config.ts"
import { findKeyword, type Keyword } from "../../src/config/keywords.ts"
import { resolveConfig } from "../../src/config/resolve.ts"
import { ConfigError } from "../../src/errors/client-error.ts"
import { LibpqOracle } from "./libpq-oracle.ts"

const SERVICE_FILE = `# a comment
[first]
user=service-user
dbname=service-db
application_name= with blanks
port=7001
port=7002

[second]
password=service-password
sslmode=allow
require_auth=!password
[broken]
usr=x
[nested]
service=first
[indented]
   user=left
 [first]
user=never
`
const PASSFILE = `# host:port:database:user:password
127.0.0.1:5432:*:alice:by-host
*:7001:service-db:*:by-port
/sockets:*:*:bob:socket
localhost:*:*:*:default-socket
*:*:data\\:base:*:colon
*:*:*:back\\\\slash:b\\:s\\\\
*:*:*:carol:rest:of:line
*:*:*:dave
alice
`

/** For each keyword, values that are worth trying from any source. */
const VALUES: Readonly<Partial<Record<Keyword, readonly string[]>>> = {
  user: ["alice", "bob", "carol", "dave", "back\\slash", ""],
  password: ["given", ""],
  dbname: ["db", "data:base", ""],
  port: ["5432", "7001", " 6000 ", "0", "65536", "x", "1,2", ""],
  sslmode: ["disable", "allow", "prefer", "require", "verify-ca", "verify-full", "Require", "on", ""],
  sslnegotiation: ["postgres", "direct", "x", ""],
  sslrootcert: ["system", "/nonexistent/root.crt", ""],
  sslcertmode: ["disable", "allow", "require", "x", ""],
  ssl_min_protocol_version: ["TLSv1", "tlsV1.3", "TLSv1.2", "SSLv3", ""],
  ssl_max_protocol_version: ["TLSv1.1", "TLSv1.3", "1.3", ""],
  channel_binding: ["disable", "prefer", "require", "x", ""],
  target_session_attrs: ["any", "read-write", "read-only", "primary", "standby", "prefer-standby", "master", ""],
  load_balance_hosts: ["disable", "x", ""],
  gssencmode: ["disable", "prefer", "require", "x", ""],
  min_protocol_version: ["3.0", "3.2", "latest", "3.1", "3", ""],
  max_protocol_version: ["3.0", "3.2", "latest", "2.0", ""],
  require_auth: [
    ...["password", "md5,scram-sha-256", "none", "!none", "!password,!md5", "oauth", "gss,sspi", "!gss,!sspi", ""],
    ...[
      "password,!md5",
      "!password,md5",
      "md5,md5",
      "!md5,!md5",
      "none,none",
      "!none,!none",
      "md5,",
      ",",
      "SCRAM",
      "!",
    ],
  ],
  application_name: ["app", ""],
  fallback_application_name: ["fallback"],
  options: ["-c geqo=off", ""],
  service: ["first", "second", "broken", "nested", "indented", "missing", "fir", ""],
  scram_client_key: [Buffer.alloc(32, 1).toString("base64"), "AAAA", "?", ""],
}
const HOSTS = [
  { hostaddr: "127.0.0.1" },
  { hostaddr: "127.0.0.1", host: "name" },
  { hostaddr: "127.0.0.1,127.0.0.2", host: "one,two" },
  { hostaddr: "127.0.0.1,", host: "one,/sockets" },
  { hostaddr: "127.0.0.1", host: "one,two" },
  { hostaddr: "127.0.0.1,::1", host: "one" },
  { host: "/sockets" },
  { host: "/tmp" },
  { host: "@abstract" },
] as const

type Given = Readonly<Record<string, string>>

const quote = (value: string) => `'${value.replaceAll(/['\\]/g, "\\$&")}'`
const toText = (given: Given) =>
  Object.entries(given)
    .map(([keyword, value]) => `${keyword}=${quote(value)}`)
    .join(" ")

/** A few keywords with values. */
const given = (max: number): fc.Arbitrary<Given> =>
  fc
    .array(
      fc
        .constantFrom(...Object.entries(VALUES))
        .chain(([keyword, values]) => fc.tuple(fc.constant(keyword), fc.constantFrom(...values))),
      { maxLength: max },
    )
    .map((pairs) => Object.fromEntries(pairs))

let home: string
let oracle: LibpqOracle

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "pgline-resolution-"))
  await writeFile(join(home, ".pg_service.conf"), SERVICE_FILE)
  await writeFile(join(home, ".pgpass"), PASSFILE, { mode: 0o600 })
  await writeFile(join(home, "open"), "*:*:*:*:open", { mode: 0o600 })
  await chmod(join(home, "open"), 0o640)
  await writeFile(join(home, "closed"), "*:*:*:*:closed", { mode: 0o600 })
  oracle = await LibpqOracle.start(18, { HOME: home, PGSYSCONFDIR: home })
})
afterAll(async () => {
  await oracle.stop()
  await rm(home, { recursive: true })
})

/** The real platform with an environment of the test's own. */
function platformWith(env: Readonly<Record<string, string>>): Platform {
  const all: Readonly<Record<string, string>> = { HOME: home, PGSYSCONFDIR: home, ...env }
  return { ...platform, env: (name) => all[name] }
}

/** The part of our Config that libpq tells too. */
async function summary(config: Config): Promise<Given> {
  return {
    user: config.user,
    dbname: config.database,
    sslmode: config.tls.mode,
    sslnegotiation: config.tls.negotiation,
    sslcertmode: config.tls.certMode,
    channel_binding: config.channelBinding,
    target_session_attrs: config.targetSessionAttrs,
    load_balance_hosts: config.loadBalanceHosts,
    require_auth: config.requireAuth?.text ?? "",
    application_name: config.startupParameters["application_name"] ?? "",
    options: config.startupParameters["options"] ?? "",
    port: String(config.hosts[0]!.port),
    password: (await config.password?.()) || config.hosts[0]!.passfilePassword?.() || "",
  }
}

function libpqSummary(values: Given): Given {
  const names = [
    "user",
    "dbname",
    "sslmode",
    "sslnegotiation",
    "sslcertmode",
    "channel_binding",
    "target_session_attrs",
  ]
  return {
    ...Object.fromEntries(names.map((name) => [name, values[name] ?? ""])),
    load_balance_hosts: values["load_balance_hosts"] ?? "",
    require_auth: values["require_auth"] ?? "",
    application_name: values["application_name"] || values["fallback_application_name"] || "",
    options: values["options"] ?? "",
    port: String(Number(values["port"]?.split(",")[0] || 5432)),
    password: values["PASSWORD"] ?? "",
  }
}

test("agrees with libpq 18 on what is used and what is refused", async () => {
  const passfiles = fc.constantFrom("open", "closed", "missing", undefined, undefined)
  const scenario = fc.tuple(given(4), given(3), fc.constantFrom(...HOSTS), passfiles)
  const outcomes = { accepted: 0, refused: 0 }
  await fc.assert(
    fc.asyncProperty(scenario, async ([string, environment, hosts, passfile]) => {
      const text = toText({
        ...hosts,
        ...string,
        ...(passfile === undefined ? {} : { passfile: join(home, passfile) }),
      })
      const env: Record<string, string> = {}
      for (const [keyword, value] of Object.entries(environment)) {
        const name = findKeyword(keyword)?.env
        if (name !== undefined) env[name] = value
      }
      for (const [name, value] of Object.entries(env)) oracle.setEnv(name, value)
      const answer = await oracle.resolve(text)
      for (const name of Object.keys(env)) oracle.setEnv(name, undefined)

      let config: Config | undefined
      let refusal: unknown
      try {
        config = resolveConfig(text, undefined, { platform: platformWith(env) })
      } catch (error) {
        refusal = error
      }
      if (answer.values === undefined) {
        outcomes.refused++
        expect(refusal, `libpq refused: ${answer.error}`).toBeInstanceOf(ConfigError)
      } else {
        outcomes.accepted++
        expect(refusal).toBeUndefined()
        expect(await summary(config!)).toEqual(libpqSummary(answer.values))
      }
    }),
    { numRuns: 4000 },
  )
  expect(outcomes.accepted).toBeGreaterThan(800)
  expect(outcomes.refused).toBeGreaterThan(800)
})

test("takes the operating system's user name when nobody gives one", async () => {
  const answer = await oracle.resolve("host=/sockets")
  expect(answer.values?.["user"]).toBe(userInfo().username)
  expect(resolveConfig("host=/sockets", undefined, { platform: platformWith({}) }).user).toBe(userInfo().username)
})
