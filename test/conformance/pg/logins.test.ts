/**
 * Logging in with pgline's face of `pg` and with `pg` itself: every method that the server may ask for, over TLS and
 * without, with each kind of `ssl` in the config, with passwords right and wrong. The outcome must be the same: the
 * session's encryption, or the error.
 */

import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { PASSWORD, TlsServer } from "../../server/connecting/tls-server.ts"
import { describeValue } from "./describe-value.ts"
import { type Face, faces } from "./face.ts"

const users = [
  "by_trust",
  "by_password",
  "by_md5",
  "by_scram",
  "by_reject",
  "by_cert",
  "only_tls",
  "only_plain",
  "nobody",
] as const

/** What is given as `ssl`, by name. */
type SslName =
  | "none"
  | "true"
  | "text"
  | "no-verify"
  | "unverified"
  | "ca"
  | "other ca"
  | "ca and certificate"
  | "direct"

const sslNames: readonly SslName[] = [
  "none",
  "true",
  "text",
  "no-verify",
  "unverified",
  "ca",
  "other ca",
  "ca and certificate",
  "direct",
]
const passwords: Readonly<Record<string, unknown>> = {
  right: PASSWORD,
  wrong: "wrong",
  none: undefined,
  "by function": () => Promise.resolve(PASSWORD),
}

let tls: TlsServer
let clientKey: { cert: string; key: string }

beforeAll(async () => {
  tls = await TlsServer.start()
  clientKey = await tls.certificates.authority.issue({ commonName: "by_cert" })
})

afterAll(() => tls.stop())

function sslOf(name: SslName): object {
  const { ca, otherCa } = tls.certificates
  switch (name) {
    case "none":
      return {}
    case "true":
      return { ssl: true }
    case "text":
      return { ssl: "true" }
    case "no-verify":
      return { ssl: "no-verify" }
    case "unverified":
      return { ssl: { rejectUnauthorized: false } }
    case "ca":
      return { ssl: { ca } }
    case "other ca":
      return { ssl: { ca: otherCa } }
    case "ca and certificate":
      return { ssl: { ca, ...clientKey } }
    case "direct":
      return { ssl: { ca }, sslnegotiation: "direct" }
  }
}

async function login(face: Face, config: object): Promise<unknown> {
  const { host, port } = tls.server
  const client = new face.Client({ host, port, database: "postgres", ...config })
  client.on("error", () => {})
  try {
    await client.connect()
    const { rows } = await client.query("select ssl, current_user from pg_stat_ssl where pid = pg_backend_pid()")
    return [rows, client.connection.stream.constructor.name]
  } catch (error) {
    // OpenSSL tells where in its own source something was found.
    return describeValue(error, 2)
  } finally {
    await client.end()
  }
}

async function compare(config: object): Promise<unknown> {
  const theirs = await login(faces.pg, config)
  expect(await login(faces.pgline, config)).toEqual(theirs)
  return theirs
}

describe.each(["server", "none"] as const)("to a server with the certificate %s", (certificate) => {
  beforeAll(() => tls.show(certificate))

  it.each(users)("as %s", async (user) => {
    const outcomes = new Set<string>()
    for (const name of sslNames) {
      for (const password of Object.values(passwords)) {
        outcomes.add(JSON.stringify(await compare({ user, password, ...sslOf(name) })))
      }
    }
    expect(outcomes.size).toBeGreaterThan(1)
  })
})

it("with channel binding, and with fewer iterations than the server asks for", async () => {
  await tls.show("server")
  const ssl = sslOf("ca")
  const bound = await compare({ user: "by_scram", password: PASSWORD, enableChannelBinding: true, ...ssl })
  expect(bound).toEqual([[{ ssl: true, current_user: "by_scram" }], "TLSSocket"])
  await compare({ user: "by_scram", password: PASSWORD, enableChannelBinding: true })
  await compare({ user: "by_scram", password: PASSWORD, scramMaxIterations: 100 })
  await compare({ user: "by_scram", password: PASSWORD, scramMaxIterations: 0, ...ssl })
  await compare({ user: "by_scram", password: "" })
  await compare({ user: "by_scram", password: () => undefined })
})

it("by a connection string", async () => {
  await tls.show("server")
  const { host, port } = tls.server
  for (const query of ["", "?sslmode=disable", "?sslmode=require", "?sslmode=no-verify", "?ssl=true"]) {
    for (const more of [
      "",
      `sslrootcert=${tls.file("ca.crt")}`,
      `uselibpqcompat=true&sslrootcert=${tls.file("ca.crt")}`,
    ]) {
      const text = query + (more && (query === "" ? "?" : "&")) + more
      await compare({ connectionString: `postgres://by_scram:${PASSWORD}@${host}:${port}/postgres${text}` })
    }
  }
})
