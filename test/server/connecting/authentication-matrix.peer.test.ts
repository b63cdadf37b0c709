/**
 * Every way to be let in: the method the rules ask for × require_auth × channel_binding × with and without TLS. What
 * must come out of each cell is worked out here from the manual's words, and is what the real libpq makes of the cell.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-REQUIRE-AUTH
 */

import { describe, expect, it } from "vitest"
import { startBesideLibpq } from "./beside-libpq.ts"
import { conninfo, difference, outcomeOf, type Refusal } from "./outcome.ts"
import { PASSWORD, USER_OF } from "./tls-server.ts"

const METHODS = ["none", "password", "md5", "scram-sha-256", "cert", "reject"] as const
const REQUIREMENTS = [
  ...["", "none", "!none", "password", "md5", "scram-sha-256", "password,md5", "md5,scram-sha-256,none"],
  ...["!password", "!password,!md5", "!scram-sha-256", "!none,!password,!md5", "gss,sspi", "oauth"],
] as const
const BINDINGS = ["disable", "prefer", "require"] as const

type Method = (typeof METHODS)[number]

interface Cell {
  readonly method: Method
  readonly requireAuth: string
  readonly channelBinding: (typeof BINDINGS)[number]
  readonly encrypted: boolean
}

const cells: readonly Cell[] = METHODS.flatMap((method) =>
  REQUIREMENTS.flatMap((requireAuth) =>
    BINDINGS.flatMap((channelBinding) =>
      [false, true].map((encrypted) => ({ method, requireAuth, channelBinding, encrypted })),
    ),
  ),
)

/** What the server asks for on the wire: a certificate has been shown before, so nothing more. */
function asked(method: Method): string {
  return method === "cert" ? "none" : method
}

function permits(requireAuth: string, method: string): boolean {
  if (requireAuth === "") return true
  const names = requireAuth.split(",")
  return requireAuth.startsWith("!") ? !names.includes(`!${method}`) : names.includes(method)
}

const ASKED: Readonly<Record<string, string>> = {
  none: "the server did not ask for any authentication",
  password: "the server requested a cleartext password",
  md5: "the server requested an MD5-hashed password",
  "scram-sha-256": "the server requested SCRAM-SHA-256(-PLUS)? authentication",
}

function expected({ method, requireAuth, channelBinding, encrypted }: Cell): "tls" | "none" | Refusal {
  const refused = (text: string): Refusal => ({
    is: "AuthenticationError",
    text: new RegExp(`authentication at server "127\\.0\\.0\\.1", port \\d+ failed: ${text}`),
  })
  if (method === "reject") return { is: "28000", text: /pg_hba\.conf rejects connection for host "127\.0\.0\.1"/ }
  if (method === "cert") {
    if (!encrypted) return { is: "28000", text: /no pg_hba\.conf entry for host "127\.0\.0\.1", user "by_cert"/ }
  }
  const wanted = asked(method)
  const unbound = channelBinding === "require" && !(method === "scram-sha-256" && encrypted)
  if (unbound && method === "scram-sha-256") return refused("channel_binding is require, but TLS is not in use")
  if (!permits(requireAuth, wanted)) {
    const list = requireAuth.replaceAll(/[!]/g, "\\$&")
    return refused(`require_auth=${list} is not met: ${ASKED[wanted]}`)
  }
  if (unbound) return refused("channel_binding is require, but the server (asks for|authenticated without)")
  return encrypted ? "tls" : "none"
}

const beside = startBesideLibpq("server")

describe.each(METHODS)("the rules ask for %s", (method) => {
  const own = cells.filter((cell) => cell.method === method)

  it(`each of ${own.length} cells has the outcome and the text it must have, and libpq's outcome`, async () => {
    const wrong: string[] = []
    for (const cell of own) {
      const withCertificate = method === "cert" && cell.encrypted
      const text = conninfo({
        host: "127.0.0.1",
        port: beside.tls.server.port,
        user: USER_OF[method],
        password: PASSWORD,
        dbname: "postgres",
        sslmode: cell.encrypted ? "require" : "disable",
        sslrootcert: beside.tls.file("ca.crt"),
        sslcert: beside.tls.file(withCertificate ? "clientByCert.crt" : "missing.crt"),
        sslkey: beside.tls.file(withCertificate ? "clientByCert.key" : "missing.key"),
        gssencmode: "disable",
        require_auth: cell.requireAuth,
        channel_binding: cell.channelBinding,
      })
      const outcome = await outcomeOf(text)
      const problem = difference(outcome, expected(cell))
      if (problem !== undefined) wrong.push(`${JSON.stringify(cell)}: ${problem}`)
      const theirs = await beside.oracle.login(text)
      if (typeof theirs === "string" ? outcome !== theirs : typeof outcome === "string") {
        wrong.push(`${JSON.stringify(cell)}: libpq says ${JSON.stringify(theirs)}`)
      }
    }
    expect(wrong).toEqual([])
  })
})
