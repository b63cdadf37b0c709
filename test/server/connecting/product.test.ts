/**
 * A walk through the whole product: certificate × sslmode × sslnegotiation × trust × method × require_auth ×
 * channel_binding. Every dimension's values are met with each other; the walk takes one cell in many, always the same
 * ones. The rules for each cell are put together from the parts: first the parameters, then TLS, then authentication.
 */

import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { LibpqOracle } from "../../conformance/libpq-oracle.ts"
import { testVersion } from "../../support/test-server.ts"
import { conninfo, describeOutcome, outcomeOf } from "./outcome.ts"
import { PASSWORD, TlsServer } from "./tls-server.ts"

const CERTIFICATES = ["none", "server", "serverExpired", "serverWrongName", "serverOfOtherCa", "serverRevoked"] as const
const MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const
const NEGOTIATIONS = ["postgres", "direct"] as const
const TRUSTS = ["nothing", "ca", "ca and crl"] as const
const METHODS = ["none", "password", "md5", "scram-sha-256", "reject"] as const
const REQUIREMENTS = ["", "scram-sha-256", "!password", "password,md5", "none", "!none"] as const
const BINDINGS = ["disable", "prefer", "require"] as const

/** Shares no factor with any dimension's size or product, so that the walk meets them all evenly. */
const STRIDE = 37

interface Cell {
  readonly certificate: (typeof CERTIFICATES)[number]
  readonly sslmode: (typeof MODES)[number]
  readonly sslnegotiation: (typeof NEGOTIATIONS)[number]
  readonly trust: (typeof TRUSTS)[number]
  readonly method: (typeof METHODS)[number]
  readonly requireAuth: (typeof REQUIREMENTS)[number]
  readonly channelBinding: (typeof BINDINGS)[number]
}

function cellsOf(certificate: Cell["certificate"]): Cell[] {
  const dimensions = [MODES, NEGOTIATIONS, TRUSTS, METHODS, REQUIREMENTS, BINDINGS] as const
  const count = dimensions.reduce((product, { length }) => product * length, 1)
  return Array.from({ length: Math.floor(count / STRIDE) }, (_, i) => {
    let rest = (i * STRIDE + CERTIFICATES.indexOf(certificate) * 7) % count
    const pick = <T>(values: readonly T[]): T => {
      const value = values[rest % values.length]!
      rest = Math.floor(rest / values.length)
      return value
    }
    return {
      certificate,
      sslmode: pick(MODES),
      sslnegotiation: pick(NEGOTIATIONS),
      trust: pick(TRUSTS),
      method: pick(METHODS),
      requireAuth: pick(REQUIREMENTS),
      channelBinding: pick(BINDINGS),
    }
  })
}

/** What ends an attempt: a word for the part of the rules that does. */
type Verdict = "tls" | "none" | "parameters" | "handshake" | "no tls" | "rejected" | "authentication"

const TEXTS: Readonly<Record<Exclude<Verdict, "tls" | "none">, RegExp>> = {
  parameters: /^ConfigError: (sslmode .*sslnegotiation=direct|sslmode=verify-\w+ needs a root certificate)/,
  handshake: /^TlsFailure: server "localhost" .*TLS failed: /,
  "no tls": /^ConnectionError: server "localhost" .*does not support TLS/,
  rejected: /^28000: pg_hba\.conf rejects connection/,
  authentication:
    /^AuthenticationError: authentication at server "localhost" .*(require_auth=.* is not met|channel_binding is require)/,
}

function verdictOf(cell: Cell): Verdict {
  const required = !["disable", "allow", "prefer"].includes(cell.sslmode)
  const verified = cell.sslmode.startsWith("verify")
  if (cell.sslnegotiation === "direct" && !required) return "parameters"
  if (verified && cell.trust === "nothing") return "parameters"
  let encrypted = cell.sslmode === "prefer" || required
  if (encrypted && cell.sslnegotiation === "direct" && (cell.certificate === "none" || testVersion < 17)) {
    return "handshake"
  }
  if (encrypted && cell.certificate === "none") {
    if (required) return "no tls"
    encrypted = false
  }
  if (encrypted && !isTrusted(cell)) {
    if (required) return "handshake"
    encrypted = false
  }
  // A rejection is the server's, and comes before any of our rules about methods.
  if (cell.method === "reject") {
    // The second attempt of sslmode=allow asks for TLS, which is then refused in its own way: the first one's words count.
    return "rejected"
  }
  const bound = encrypted && cell.method === "scram-sha-256" && cell.channelBinding !== "disable"
  if (cell.channelBinding === "require" && !bound) return "authentication"
  const names = cell.requireAuth.replaceAll("!", "").split(",")
  const listed = names.includes(cell.method)
  if (cell.requireAuth !== "" && listed === cell.requireAuth.startsWith("!")) return "authentication"
  return encrypted ? "tls" : "none"
}

function isTrusted({ certificate, trust, sslmode }: Cell): boolean {
  if (trust === "nothing") return true
  if (certificate === "serverExpired" || certificate === "serverOfOtherCa") return false
  if (certificate === "serverRevoked") return trust !== "ca and crl"
  return certificate !== "serverWrongName" || sslmode !== "verify-full"
}

const USERS: Readonly<Record<Cell["method"], string>> = {
  none: "by_trust",
  password: "by_password",
  md5: "by_md5",
  "scram-sha-256": "by_scram",
  reject: "by_reject",
}

let tls: TlsServer
let oracle: LibpqOracle

beforeAll(async () => {
  tls = await TlsServer.start()
  oracle = await LibpqOracle.start(18, { HOME: "/nonexistent" })
})

afterAll(async () => {
  await oracle.stop()
  await tls.stop()
})

describe.each(CERTIFICATES)("the server's certificate: %s", (certificate) => {
  const cells = cellsOf(certificate)

  it(`each of ${cells.length} cells has the outcome and the text it must have, and libpq's outcome`, async () => {
    await tls.show(certificate)
    const wrong: string[] = []
    for (const cell of cells) {
      const text = conninfo({
        host: "localhost",
        hostaddr: "127.0.0.1",
        port: tls.server.port,
        user: USERS[cell.method],
        password: PASSWORD,
        dbname: "postgres",
        gssencmode: "disable",
        sslmode: cell.sslmode,
        sslnegotiation: cell.sslnegotiation,
        sslrootcert: tls.file(cell.trust === "nothing" ? "missing.crt" : "ca.crt"),
        sslcrl: tls.file(cell.trust === "ca and crl" ? "ca.crl" : "missing.crl"),
        require_auth: cell.requireAuth,
        channel_binding: cell.channelBinding,
      })
      const outcome = await outcomeOf(text)
      const told = describeOutcome(outcome)
      const verdict = verdictOf(cell)
      const matches = verdict === "tls" || verdict === "none" ? told === verdict : TEXTS[verdict].test(told)
      if (!matches) wrong.push(`${JSON.stringify(cell)}: expected ${verdict}, got ${told}`)
      const theirs = await oracle.login(text)
      if (typeof theirs === "string" ? outcome !== theirs : typeof outcome === "string") {
        wrong.push(`${JSON.stringify(cell)}: libpq says ${JSON.stringify(theirs)}`)
      }
    }
    expect(wrong).toEqual([])
  })
})

it("the walk meets every two values of every two dimensions", () => {
  const cells = CERTIFICATES.flatMap(cellsOf)
  const sizes: Readonly<Record<keyof Cell, number>> = {
    certificate: CERTIFICATES.length,
    sslmode: MODES.length,
    sslnegotiation: NEGOTIATIONS.length,
    trust: TRUSTS.length,
    method: METHODS.length,
    requireAuth: REQUIREMENTS.length,
    channelBinding: BINDINGS.length,
  }
  const names = Object.keys(sizes) as (keyof Cell)[]
  for (const one of names) {
    for (const other of names.filter((name) => name > one)) {
      const met = new Set(cells.map((cell) => `${cell[one]} ${cell[other]}`))
      expect(met.size, `${one} and ${other}`).toBe(sizes[one] * sizes[other])
    }
  }
})
