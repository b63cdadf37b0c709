/**
 * Which of the SASL mechanisms a server offers is used, by libpq's rules: SCRAM-SHA-256-PLUS whenever TLS is in use and
 * channel_binding doesn't forbid it, else SCRAM-SHA-256, else OAUTHBEARER. A server that offers -PLUS without TLS is
 * an impostor's doing and refused.
 *
 * @see https://www.postgresql.org/docs/current/sasl-authentication.html
 */

import type { ChannelBinding } from "../config/config.ts"
import { endPointBinding } from "./channel-binding.ts"
import { OAUTHBEARER } from "./oauth.ts"
import { SCRAM_SHA_256, SCRAM_SHA_256_PLUS, type ScramBinding } from "./scram.ts"

/** What the choice depends on. */
export interface SaslCircumstances {
  readonly channelBinding: ChannelBinding
  readonly sslInUse: boolean
  readonly serverCertificate?: Uint8Array | undefined
}

/** The mechanism to use, or why there is none. */
export interface SaslChoice {
  readonly mechanism: string
  readonly binding: ScramBinding
  readonly problem?: undefined
}

const NO_BINDING: ScramBinding = { kind: "none" }

/** Chooses from the body of AuthenticationSASL: names with terminators, and one more terminator. */
export function chooseMechanism(
  body: Uint8Array,
  { channelBinding, sslInUse, serverCertificate }: SaslCircumstances,
): SaslChoice | { readonly problem: string } {
  const offered = readNames(body)
  if (offered === undefined) return { problem: "the server's list of SASL mechanisms is malformed" }
  if (channelBinding === "require" && !sslInUse) {
    return { problem: "channel_binding is require, but TLS is not in use" }
  }
  const plus = offered.includes(SCRAM_SHA_256_PLUS)
  if (plus && !sslInUse) return { problem: `the server offers ${SCRAM_SHA_256_PLUS} without TLS` }

  let obstacle = "the server does not offer it"
  if (plus && channelBinding !== "disable") {
    const bound = serverCertificate && endPointBinding(serverCertificate)
    if (bound?.data) return { mechanism: SCRAM_SHA_256_PLUS, binding: { kind: "used", data: bound.data } }
    obstacle = bound?.problem ?? "the server's certificate is not known"
  }
  if (channelBinding === "require") return { problem: `channel_binding is require, but ${obstacle}` }
  if (offered.includes(SCRAM_SHA_256)) {
    // "unoffered" makes the server refuse when it did offer: then somebody between us took the offer away.
    const couldBind = sslInUse && channelBinding !== "disable" && !plus
    return { mechanism: SCRAM_SHA_256, binding: couldBind ? { kind: "unoffered" } : NO_BINDING }
  }
  if (offered.includes(OAUTHBEARER)) return { mechanism: OAUTHBEARER, binding: NO_BINDING }
  return { problem: "the server offers no SASL mechanism that is supported" }
}

function readNames(body: Uint8Array): string[] | undefined {
  const names: string[] = []
  let start = 0
  for (;;) {
    const end = body.indexOf(0, start)
    if (end < 0) return undefined
    if (end === start) return end === body.length - 1 ? names : undefined
    names.push(String.fromCharCode(...body.subarray(start, end)))
    start = end + 1
  }
}
