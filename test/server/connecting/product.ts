/**
 * Every cell of certificate × sslmode × sslnegotiation × trust × method × require_auth × channel_binding, and what has to
 * come out of it by the manual's words: first the parameters, then each attempt with its TLS, the server's rules and the
 * client's demands on authentication. Nothing here knows how the driver is written.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html
 */

import type { Refusal } from "./outcome.ts"

export const CERTIFICATES = [
  "none",
  "server",
  "serverExpired",
  "serverWrongName",
  "serverOfOtherCa",
  "serverRevoked",
] as const
export const MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const
export const NEGOTIATIONS = ["postgres", "direct"] as const
const TRUSTS = ["nothing", "ca", "ca and crl"] as const
const METHODS = ["none", "password", "md5", "scram-sha-256", "cert", "reject"] as const
const REQUIREMENTS = ["", "scram-sha-256", "!password", "password,md5", "none", "!none"] as const
const BINDINGS = ["disable", "prefer", "require"] as const

/** One way to connect to one kind of server. */
export interface Cell {
  readonly certificate: (typeof CERTIFICATES)[number]
  readonly sslmode: (typeof MODES)[number]
  readonly sslnegotiation: (typeof NEGOTIATIONS)[number]
  readonly trust: (typeof TRUSTS)[number]
  readonly method: (typeof METHODS)[number]
  readonly requireAuth: (typeof REQUIREMENTS)[number]
  readonly channelBinding: (typeof BINDINGS)[number]
}

/** The cells of one group: the whole product of what is left open. */
export function cellsOf(group: Pick<Cell, "certificate" | "sslmode" | "sslnegotiation">): Cell[] {
  return TRUSTS.flatMap((trust) =>
    METHODS.flatMap((method) =>
      REQUIREMENTS.flatMap((requireAuth) =>
        BINDINGS.map((channelBinding) => ({ ...group, trust, method, requireAuth, channelBinding })),
      ),
    ),
  )
}

type Encryption = "tls" | "none"

/** What becomes of one attempt. A refusal by the server's rules may depend on the encryption, so another may follow. */
interface Failure {
  readonly refusal: Refusal
  readonly cause: "no tls" | "rules" | "demands"
}

const SERVER = String.raw`server "localhost" \(127\.0\.0\.1\), port \d+`

/** What must come out of a cell, on a server of this version. */
export function expectedOf(cell: Cell, version: number): Encryption | Refusal {
  const misfit = misfitOf(cell)
  if (misfit !== undefined) return misfit
  let told: Failure | undefined
  for (const encryption of attemptsOf(cell)) {
    const outcome = attempt(cell, encryption, version)
    if (typeof outcome === "string") return outcome
    told = moreTelling(told, outcome)
    // Our own demands fail whatever the encryption; and `allow` has had its answer when there was no rule against us.
    if (outcome.cause === "demands") break
  }
  return told!.refusal
}

/** Parameters that contradict each other, or need a file that is not there, are refused before anything is sent. */
function misfitOf({ sslmode, sslnegotiation, trust }: Cell): Refusal | undefined {
  if (sslnegotiation === "direct" && !["require", "verify-ca", "verify-full"].includes(sslmode)) {
    const allowed = 'must be "require", "verify-ca" or "verify-full" with sslnegotiation=direct'
    return { is: "ConfigError", text: new RegExp(`sslmode .*${allowed}`) }
  }
  if (sslmode.startsWith("verify") && trust === "nothing") {
    const text = new RegExp(`sslmode=${sslmode} needs a root certificate, but the file ".*" does not exist`)
    return { is: "ConfigError", text }
  }
  return undefined
}

/** The table of the manual's section on sslmode: allow tries without TLS first, prefer with it. */
function attemptsOf({ sslmode }: Cell): readonly Encryption[] {
  switch (sslmode) {
    case "disable":
      return ["none"]
    case "allow":
      return ["none", "tls"]
    case "prefer":
      return ["tls", "none"]
    default:
      return ["tls"]
  }
}

function attempt(cell: Cell, encryption: Encryption, version: number): Encryption | Failure {
  const distrust = encryption === "tls" ? distrustOf(cell, version) : undefined
  if (distrust !== undefined) return { refusal: distrust, cause: "no tls" }
  const rejection = rejectionOf(cell, encryption)
  if (rejection !== undefined) return { refusal: { is: "28000", text: rejection }, cause: "rules" }
  const unmet = unmetDemand(cell, encryption)
  if (unmet !== undefined) {
    const text = new RegExp(`: authentication at ${SERVER} failed: ${unmet}`)
    return { refusal: { is: "AuthenticationError", text }, cause: "demands" }
  }
  return encryption
}

/** Why there is no TLS with this server. A root certificate that exists is used even where sslmode does not ask for it. */
function distrustOf({ certificate, sslmode, sslnegotiation, trust }: Cell, version: number): Refusal | undefined {
  const failed = (text: string): Refusal => ({ is: "TlsFailure", text: new RegExp(`: ${SERVER}: TLS failed: ${text}`) })
  if (sslnegotiation === "direct" && (certificate === "none" || version < 17)) {
    return failed(".*sslnegotiation=direct needs PostgreSQL 17")
  }
  if (certificate === "none") {
    const text = new RegExp(`: ${SERVER}: the server does not support TLS, and sslmode is ${sslmode}$`)
    return { is: "ConnectionError", text }
  }
  if (trust === "nothing") return undefined
  const governedBy = String.raw`\(sslmode=${sslmode}, sslrootcert=.*ca\.crt\)`
  switch (certificate) {
    case "serverExpired":
      return failed(`the server's certificate has expired ${governedBy}`)
    case "serverOfOtherCa":
      return failed(`the server's certificate does not come from an authority that is trusted ${governedBy}`)
    case "serverRevoked":
      if (trust === "ca") return undefined
      return failed("the server's certificate has been revoked, as a list says that sslcrl or sslcrldir names")
    case "serverWrongName":
      if (sslmode !== "verify-full") return undefined
      return failed("the server's certificate is for another name, which sslmode=verify-full does not allow")
    case "server":
      return undefined
  }
}

/** What the server's own rules say to the user of this method: those of `tls-server.ts`. */
function rejectionOf({ method }: Cell, encryption: Encryption): RegExp | undefined {
  const over = encryption === "tls" ? "SSL encryption" : "no encryption"
  if (method === "reject") {
    return new RegExp(`pg_hba\\.conf rejects connection for host "127\\.0\\.0\\.1", user "by_reject".*, ${over}$`)
  }
  // The rule for certificates is for TLS only.
  if (method === "cert" && encryption === "none") {
    return new RegExp(`no pg_hba\\.conf entry for host "127\\.0\\.0\\.1", user "by_cert".*, ${over}$`)
  }
  return undefined
}

const ASKED: Readonly<Record<string, string>> = {
  none: "the server did not ask for any authentication",
  password: "the server requested a cleartext password",
  md5: "the server requested an MD5-hashed password",
  "scram-sha-256": "the server requested SCRAM-SHA-256(-PLUS)? authentication",
}

/** Which of require_auth and channel_binding is not met. Only SCRAM over TLS can bind to the channel. */
function unmetDemand({ method, requireAuth, channelBinding }: Cell, encryption: Encryption): string | undefined {
  // A client certificate belongs to TLS; afterwards the server asks for nothing, which require_auth calls none.
  const asked = method === "cert" ? "none" : method
  if (channelBinding === "require" && asked === "scram-sha-256" && encryption === "none") {
    return "channel_binding is require, but TLS is not in use"
  }
  if (!permits(requireAuth, asked)) return `require_auth=${requireAuth} is not met: ${ASKED[asked]}`
  if (channelBinding !== "require" || asked === "scram-sha-256") return undefined
  const problem = asked === "none" ? "authenticated without channel binding" : "asks for a method that cannot do it"
  return `channel_binding is require, but the server ${problem}`
}

function permits(requireAuth: string, method: string): boolean {
  if (requireAuth === "") return true
  const names = requireAuth.split(",")
  return requireAuth.startsWith("!") ? !names.includes(`!${method}`) : names.includes(method)
}

const RANKS: readonly Failure["cause"][] = ["no tls", "rules", "demands"]

/** Of two attempts the one that came further is told, else the first. */
function moreTelling(first: Failure | undefined, second: Failure): Failure {
  return first !== undefined && RANKS.indexOf(first.cause) >= RANKS.indexOf(second.cause) ? first : second
}
