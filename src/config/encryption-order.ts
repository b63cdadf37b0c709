/**
 * With and without TLS: which kinds of connection sslmode permits at a host, in the order of trying. libpq goes on to
 * the second kind in these cases only:
 *
 *     allow    the server refused the plain connection (an ErrorResponse before authentication was done)
 *     prefer   the TLS handshake failed, or the server refused the connection after it; a server without TLS ('N')
 *              is spoken to in plain on the same socket
 *
 * and never after an ErrorResponse to SSLRequest or after bytes that came too early: those are an attacker's.
 *
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION
 */

import type { HostConfig, SslMode } from "./config.ts"

/** One way to connect. */
export type Encryption = "tls" | "plain"

/** The ways to try at one address; sslmode does not apply to unix sockets. */
export function encryptionOrder(mode: SslMode, host: HostConfig): readonly Encryption[] {
  if (host.isUnix) return ["plain"]
  switch (mode) {
    case "disable":
      return ["plain"]
    case "allow":
      return ["plain", "tls"]
    case "prefer":
      return ["tls", "plain"]
    default:
      return ["tls"]
  }
}
