/**
 * When a password or a bearer token may be sent as it is. Without TLS whoever listens can read it, and with sslmode
 * `prefer` whoever is in between decides whether there is TLS: then it takes the caller's word, given by another sslmode
 * or by require_auth.
 */

import type { Config } from "../config/config.ts"
import type { Transport } from "../transport/transport.ts"

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/i

/** Why what this method sends must not be sent as it is; undefined when it may. */
export function cleartextObstacle(
  { tls, address }: Pick<Transport, "tls" | "address">,
  config: Pick<Config, "tls" | "requireAuth">,
  method: "password" | "oauth",
): string | undefined {
  if (tls !== undefined || address.kind === "unix" || LOOPBACK.test(address.address)) return undefined
  if (config.tls.mode !== "prefer" || config.requireAuth?.text.split(",").includes(method)) return undefined
  const secret = method === "oauth" ? "a token" : "it"
  return `without TLS ${secret} is sent only when sslmode is disable or allow, or require_auth names the method ${method}`
}
