/**
 * TLS by the rules and in the words of `pg`: what the server's answer to the request means, and the options of the
 * handshake.
 */

import { isAddress, type TlsOptions } from "./node-runtime.ts"
import type { SocketLike } from "./stream-transport.ts"

/** Why the server's answer does not lead to TLS, if it does not. */
export function tlsRefusal(answer: Uint8Array): Error | undefined {
  // Exactly one byte: whatever came with it was not encrypted, and may be anybody's.
  const told = String.fromCharCode(...answer.subarray(0, 2))
  if (told === "S") return undefined
  return new Error(
    told === "N" ? "The server does not support SSL connections" : "There was an error establishing an SSL connection",
  )
}

/** How to secure a stream to this host. */
export function tlsOptions(
  socket: SocketLike,
  host: string | undefined,
  ssl: unknown,
  negotiation: string,
): TlsOptions {
  const options: TlsOptions = { socket }
  // For addresses, which have no server name, the certificate is checked against the host.
  if (host !== undefined) options.host = host
  if (typeof ssl === "object" && ssl !== null) {
    Object.assign(options, ssl)
    if ("key" in ssl) options.key = ssl.key as string
  }
  if (negotiation === "direct") options.ALPNProtocols = ["postgresql"]
  if (host !== undefined && !isAddress(host)) options.servername = host
  return options
}
