/** The name check of sslmode=verify-full: names and addresses against certificates of all kinds, with libpq's verdict. */

import { expect, it } from "vitest"
import { startBesideLibpq } from "./beside-libpq.ts"
import { conninfo, difference, outcomeOf } from "./outcome.ts"
import { type CertificateName, PASSWORD } from "./tls-server.ts"

const beside = startBesideLibpq()

const HOSTS = [
  ...["localhost", "LOCALHOST", "localhost.", "127.0.0.1", "::1", "0:0:0:0:0:0:0:1", "127.0.0.2"],
  ...["other.example", "Other.Example", "elsewhere.example", "example", "xother.example"],
  ...["a.wild.example", "wild.example", "b.a.wild.example", ".wild.example", "*.wild.example"],
] as const

/** For each certificate the hosts it is good for; the wildcard is good for itself, which resolves nowhere. */
const GOOD: Readonly<Partial<Record<CertificateName, readonly (typeof HOSTS)[number][]>>> = {
  server: ["localhost", "LOCALHOST", "127.0.0.1", "::1", "0:0:0:0:0:0:0:1"],
  serverWithoutAddress: ["localhost", "LOCALHOST"],
  serverCommonNameOnly: ["localhost", "LOCALHOST"],
  serverWrongName: ["other.example", "Other.Example"],
  serverWildcard: ["a.wild.example", "*.wild.example"],
  serverAddressOnly: ["127.0.0.1"],
}

it.each(Object.keys(GOOD) as (keyof typeof GOOD)[])("%s", async (certificate) => {
  await beside.tls.show(certificate)
  const wrong: string[] = []
  for (const host of HOSTS) {
    const text = conninfo({
      host,
      hostaddr: "127.0.0.1",
      port: beside.tls.server.port,
      user: "by_scram",
      password: PASSWORD,
      dbname: "postgres",
      sslmode: "verify-full",
      sslrootcert: beside.tls.file("ca.crt"),
      gssencmode: "disable",
    })
    const isGood = GOOD[certificate]!.includes(host)
    const refusal = /is for another name, which sslmode=verify-full does not allow/
    const problem = difference(await outcomeOf(text), isGood ? "tls" : { is: "TlsFailure", text: refusal })
    if (problem !== undefined) wrong.push(`${host}: ${problem}`)
    const theirs = (await beside.oracle.login(text)) === "tls"
    if (theirs !== isGood) wrong.push(`${host}: libpq says ${theirs}`)
  }
  expect(wrong).toEqual([])
})
