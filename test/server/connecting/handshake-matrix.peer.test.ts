/**
 * Every way to make a TLS connection: sslmode × sslnegotiation × the server's certificate × what the client trusts. What
 * must come out of each cell is worked out here from the manual's words, and is what the real libpq makes of the same
 * cell.
 *
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-SSLMODE-STATEMENTS
 */

import { describe, expect, it } from "vitest"
import type { LibpqOracle } from "../../conformance/libpq-oracle.ts"
import { testVersion } from "../../support/test-server.ts"
import { startBesideLibpq } from "./beside-libpq.ts"
import { conninfo, difference, type Outcome, outcomeOf, type Refusal } from "./outcome.ts"
import { type CertificateName, PASSWORD } from "./tls-server.ts"

const MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const
const NEGOTIATIONS = ["postgres", "direct"] as const
/** No root certificate; the one that signed; that and the list of what it has taken back; another of the same name. */
const TRUSTS = ["nothing", "ca", "ca and crl", "other ca"] as const

interface Cell {
  readonly sslmode: (typeof MODES)[number]
  readonly sslnegotiation: (typeof NEGOTIATIONS)[number]
  readonly trust: (typeof TRUSTS)[number]
}

const cells: readonly Cell[] = MODES.flatMap((sslmode) =>
  NEGOTIATIONS.flatMap((sslnegotiation) => TRUSTS.map((trust) => ({ sslmode, sslnegotiation, trust }))),
)

/** What each certificate is worth to a client, and what a refusal of it has to say. */
interface Worth {
  readonly chain: Readonly<Record<Cell["trust"], RegExp | undefined>>
  readonly name: RegExp | undefined
}

const FOREIGN = /certificate does not come from an authority that is trusted \(sslmode=[\w-]+, sslrootcert=.*\)/
const EXPIRED = /certificate has expired \(sslmode=[\w-]+, sslrootcert=.*\)/
/** Wrong in two ways: OpenSSL tells the one it finds first. */
const EITHER = new RegExp(`${FOREIGN.source}|${EXPIRED.source}`)
const trusted = { nothing: undefined, ca: undefined, "ca and crl": undefined, "other ca": FOREIGN }

const WORTH: Readonly<Record<Exclude<CertificateName, "none">, Worth | undefined>> = {
  server: { chain: trusted, name: undefined },
  serverExpired: {
    chain: { nothing: undefined, ca: EXPIRED, "ca and crl": EXPIRED, "other ca": EITHER },
    name: undefined,
  },
  serverWrongName: { chain: trusted, name: /is for another name, which sslmode=verify-full does not allow/ },
  serverWildcard: { chain: trusted, name: /is for another name, which sslmode=verify-full does not allow/ },
  serverCommonNameOnly: { chain: trusted, name: undefined },
  serverAddressOnly: undefined, // a matter of names: see server-name.peer.test.ts
  serverWithoutAddress: { chain: trusted, name: undefined },
  serverOfOtherCa: {
    chain: { nothing: undefined, ca: FOREIGN, "ca and crl": FOREIGN, "other ca": undefined },
    name: undefined,
  },
  serverRevoked: {
    chain: { ...trusted, "ca and crl": /certificate has been revoked, as a list says that sslcrl or sslcrldir names/ },
    name: undefined,
  },
  serverOfIntermediate: {
    chain: { ...trusted, "ca and crl": /whether .* has been revoked cannot be told \(sslcrl, sslcrldir\)/ },
    name: undefined,
  },
  serverRsa: { chain: trusted, name: undefined },
  serverEd25519: undefined, // its chain is that of serverOfIntermediate
  serverSha384: undefined,
  client: undefined,
  clientExpired: undefined,
  clientOfOtherCa: undefined,
  clientRevoked: undefined,
}

function expected(certificate: CertificateName, cell: Cell): "tls" | "none" | Refusal {
  const { sslmode, sslnegotiation, trust } = cell
  const requires = sslmode === "require" || sslmode === "verify-ca" || sslmode === "verify-full"
  const verifies = sslmode === "verify-ca" || sslmode === "verify-full"
  if (sslnegotiation === "direct" && !requires) {
    return {
      is: "ConfigError",
      text: /sslmode .*must be "require", "verify-ca" or "verify-full" with sslnegotiation=direct/,
    }
  }
  if (sslmode === "disable" || sslmode === "allow") return "none" // the rules let both kinds in
  if (verifies && trust === "nothing") {
    return {
      is: "ConfigError",
      text: new RegExp(`sslmode=${sslmode} needs a root certificate, but the file ".*" does not exist`),
    }
  }
  const failed = (text: RegExp): "none" | Refusal => (requires ? { is: "TlsFailure", text } : "none")
  if (sslnegotiation === "direct" && (certificate === "none" || testVersion < 17)) {
    return failed(
      /server "localhost" \(127\.0\.0\.1\), port \d+: TLS failed: .*sslnegotiation=direct needs PostgreSQL 17/,
    )
  }
  if (certificate === "none") {
    if (!requires) return "none"
    const text = new RegExp(`^ConnectionError: server "localhost" .*does not support TLS, and sslmode is ${sslmode}$`)
    return { is: "ConnectionError", text }
  }
  const worth = WORTH[certificate]!
  const distrust = worth.chain[trust] ?? (sslmode === "verify-full" ? worth.name : undefined)
  return distrust === undefined ? "tls" : failed(distrust)
}

/** libpq's outcome in our words. */
function agrees(ours: Outcome, theirs: Awaited<ReturnType<LibpqOracle["login"]>>): boolean {
  return typeof theirs === "string" ? ours === theirs : typeof ours !== "string"
}

const beside = startBesideLibpq()

function parametersFor({ trust, ...modes }: Cell, user = "by_scram") {
  const root = { nothing: "missing.crt", ca: "ca.crt", "ca and crl": "ca.crt", "other ca": "otherCa.crt" }[trust]
  return conninfo({
    ...modes,
    host: "localhost",
    hostaddr: "127.0.0.1",
    port: beside.tls.server.port,
    user,
    password: PASSWORD,
    dbname: "postgres",
    sslrootcert: beside.tls.file(root),
    sslcrl: beside.tls.file(trust === "ca and crl" ? "ca.crl" : "missing.crl"),
    gssencmode: "disable",
  })
}

const shown: readonly CertificateName[] = [
  "none",
  ...(Object.keys(WORTH) as (keyof typeof WORTH)[]).filter((name) => WORTH[name] !== undefined),
]

describe.each(shown)("the server's certificate: %s", (certificate) => {
  it(`each of ${cells.length} cells has the outcome and the text it must have, and libpq's outcome`, async () => {
    await beside.tls.show(certificate)
    const wrong: string[] = []
    for (const cell of cells) {
      const text = parametersFor(cell)
      const outcome = await outcomeOf(text)
      const problem = difference(outcome, expected(certificate, cell))
      if (problem !== undefined) wrong.push(`${JSON.stringify(cell)}: ${problem}`)
      const theirs = await beside.oracle.login(text)
      if (!agrees(outcome, theirs)) wrong.push(`${JSON.stringify(cell)}: libpq says ${JSON.stringify(theirs)}`)
    }
    expect(wrong).toEqual([])
  })
})
