/**
 * Certificates of the client: what the rules ask for × the certificate there is × sslcertmode × the TLS version, beside
 * libpq's verdict. With TLS 1.3 a server refuses a certificate only after the handshake.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-SSLCERTMODE
 */

import { chmod, copyFile, writeFile } from "node:fs/promises"
import { beforeAll, describe, expect, it } from "vitest"
import { startBesideLibpq } from "./beside-libpq.ts"
import { conninfo, difference, outcomeOf, type Refusal } from "./outcome.ts"
import { PASSWORD } from "./tls-server.ts"

const USERS = ["by_scram", "by_cert", "by_scram_and_cert"] as const
const CERTIFICATES = ["missing", "clientByCert", "client", "clientExpired", "clientOfOtherCa", "clientRevoked"] as const
const MODES = ["disable", "allow", "require"] as const
const VERSIONS = ["TLSv1.2", "TLSv1.3"] as const

interface Cell {
  readonly user: (typeof USERS)[number]
  readonly certificate: (typeof CERTIFICATES)[number]
  readonly mode: (typeof MODES)[number]
  readonly version: (typeof VERSIONS)[number]
}

const cells: readonly Cell[] = USERS.flatMap((user) =>
  CERTIFICATES.flatMap((certificate) =>
    MODES.flatMap((mode) => VERSIONS.map((version) => ({ user, certificate, mode, version }))),
  ),
)

function expected({ user, certificate, mode, version }: Cell): "tls" | Refusal {
  const isShown = certificate !== "missing" && mode !== "disable"
  const isRefused = isShown && !["clientByCert", "client"].includes(certificate)
  if (isRefused) {
    const is = version === "TLSv1.2" ? "TlsFailure" : "ConnectionError"
    return { is, text: /: (TLS failed: )?the server refused the client certificate \(sslcert\): .*alert/ }
  }
  if (user === "by_cert") {
    if (!isShown) return { is: "28000", text: /connection requires a valid client certificate/ }
    if (certificate !== "clientByCert")
      return { is: "28000", text: /certificate authentication failed for user "by_cert"/ }
  }
  if (user === "by_scram_and_cert" && !isShown) {
    return { is: "28000", text: /connection requires a valid client certificate/ }
  }
  if (mode === "require" && !isShown) {
    return {
      is: "AuthenticationError",
      text: /accepted the connection without a client certificate, and sslcertmode is require/,
    }
  }
  return "tls"
}

const beside = startBesideLibpq("server")

function parametersFor(more: Readonly<Record<string, string>>) {
  return {
    host: beside.tls.server.host,
    port: beside.tls.server.port,
    user: "by_scram",
    password: PASSWORD,
    dbname: "postgres",
    sslmode: "require",
    gssencmode: "disable",
    ...more,
  }
}

describe.each(USERS)("%s", (user) => {
  it("each cell has the outcome and the text it must have, and libpq's outcome", async () => {
    const wrong: string[] = []
    for (const cell of cells.filter((cell) => cell.user === user)) {
      const text = conninfo(
        parametersFor({
          user,
          sslcertmode: cell.mode,
          sslcert: beside.tls.file(`${cell.certificate}.crt`),
          sslkey: beside.tls.file(`${cell.certificate}.key`),
          ssl_min_protocol_version: cell.version,
          ssl_max_protocol_version: cell.version,
        }),
      )
      const outcome = await outcomeOf(text)
      const problem = difference(outcome, expected(cell))
      if (problem !== undefined) wrong.push(`${JSON.stringify(cell)}: ${problem}`)
      const theirs = await beside.oracle.login(text)
      if (typeof theirs !== typeof outcome) wrong.push(`${JSON.stringify(cell)}: libpq says ${JSON.stringify(theirs)}`)
    }
    expect(wrong).toEqual([])
  })
})

describe("sslcertmode=require", () => {
  it("is not met by a server that does not ask for certificates", async () => {
    await beside.tls.server.configure({ ssl_ca_file: "" })
    beside.tls.server.reload()
    const text = conninfo(
      parametersFor({
        sslcertmode: "require",
        sslcert: beside.tls.file("client.crt"),
        sslkey: beside.tls.file("client.key"),
      }),
    )
    const wanted: Refusal = {
      is: "AuthenticationError",
      text: /the server did not ask for a client certificate, and sslcertmode is require/,
    }
    await expect.poll(async () => difference(await outcomeOf(text), wanted)).toBeUndefined()
    expect(await beside.oracle.login(text)).toMatchObject({ error: expect.stringContaining("did not request") })
  })

  it("is not met without TLS", async () => {
    const text = conninfo(parametersFor({ sslcertmode: "require", sslmode: "disable" }))
    const wanted: Refusal = { is: "AuthenticationError", text: /did not ask for a client certificate, and sslcertmode/ }
    expect(difference(await outcomeOf(text), wanted)).toBeUndefined()
    expect(await beside.oracle.login(text)).toMatchObject({ error: expect.stringContaining("did not request") })
  })
})

describe("files that cannot be used", () => {
  const rows: readonly (readonly [string, string, Readonly<Record<string, string>>, Refusal])[] = [
    [
      "a private key that others may read",
      "clientWideOpen.key",
      { sslcert: "client.crt", sslkey: "clientWideOpen.key" },
      { is: "ConfigError", text: /private key file ".*clientWideOpen\.key" has group or world access/ },
    ],
    [
      "a private key of another certificate",
      "clientRevoked.key",
      { sslcert: "client.crt", sslkey: "clientRevoked.key" },
      {
        is: "TlsFailure",
        text: /client certificate or its key cannot be used \(sslcert, sslkey, sslpassword\): key values/,
      },
    ],
    [
      "a certificate that is none",
      "garbage",
      { sslcert: "garbage", sslkey: "client.key" },
      { is: "TlsFailure", text: /client certificate or its key cannot be used .*: no start line/ },
    ],
    [
      "a root certificate that is none",
      "garbage",
      { sslrootcert: "garbage" },
      { is: "ConfigError", text: /sslrootcert: the file ".*garbage" has no certificate/ },
    ],
  ]

  beforeAll(async () => {
    await copyFile(beside.tls.file("client.key"), beside.tls.file("clientWideOpen.key"))
    await chmod(beside.tls.file("clientWideOpen.key"), 0o644)
    await writeFile(beside.tls.file("garbage"), "garbage", { mode: 0o600 })
  })

  const given = (files: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(files).map(([keyword, name]) => [keyword, beside.tls.file(name)]))

  it.each(rows)("%s is told where TLS is required", async (_, name, files, refusal) => {
    const text = conninfo(parametersFor({ ...given(files), sslmode: "require" }))
    expect(difference(await outcomeOf(text), refusal)).toBeUndefined()
    expect(await beside.oracle.login(text)).toMatchObject({ error: expect.stringContaining(name) })
  })

  it.each(rows)("%s leads to no TLS where it is optional", async (_, __, files) => {
    const text = conninfo(parametersFor({ ...given(files), sslmode: "prefer" }))
    expect(await outcomeOf(text)).toBe("none")
    expect(await beside.oracle.login(text)).toBe("none")
  })
})

it("a revocation list that is none is told", async () => {
  const files = { sslrootcert: beside.tls.file("ca.crt"), sslcrl: beside.tls.file("garbage") }
  const wanted: Refusal = {
    is: "TlsFailure",
    text: /a list of revoked certificates cannot be read \(sslcrl, sslcrldir\)/,
  }
  expect(difference(await outcomeOf(conninfo(parametersFor(files))), wanted)).toBeUndefined()
})
