/**
 * Why TLS was not to be had, in words that name the check that failed and the option that governs it. OpenSSL's codes
 * are told apart here; what it says itself stays in the message.
 *
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html
 */

import type { TlsConfig } from "../config/config.ts"
import { ConnectionError } from "../errors/client-error.ts"

/** TLS is not to be had with this server: with sslmode `prefer` that is a reason to go on without. */
export class TlsFailure extends ConnectionError {
  override readonly code: string = "PGLINE_TLS"
}

/** The codes of certificates that stay as they are until somebody replaces them, or trusts them. */
const REFUSED_CERTIFICATE = /^(CERT_(?!NOT_YET)|ERR_TLS_CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|INVALID_CA)/

/** A failed handshake, told by what failed. */
export function handshakeFailure(error: Error, tls: TlsConfig): TlsFailure {
  const transient = !REFUSED_CERTIFICATE.test(codeOf(error))
  return new TlsFailure(`TLS failed: ${explain(error, tls)}`, { cause: error, transient })
}

/** What a server says about our certificate, undefined for all other errors. With TLS 1.3 it comes after the handshake. */
export function certificateRefusal(error: unknown): string | undefined {
  const code = codeOf(error)
  if (!/^ERR_SSL_.*ALERT_.*(CERTIFICATE|UNKNOWN_CA|DECRYPT_ERROR)/.test(code)) return undefined
  const problem = code.endsWith("_CERTIFICATE_REQUIRED")
    ? "the server asks for a client certificate, and sslcert gives none"
    : "the server refused the client certificate (sslcert)"
  return `${problem}: ${reasonOf(error as Error)}`
}

function explain(error: Error, tls: TlsConfig): string {
  const message = reasonOf(error)
  switch (codeOf(error)) {
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return `the server's certificate is for another name, which sslmode=${tls.mode} does not allow: ${message}`
    case "CERT_HAS_EXPIRED":
      return refused("has expired", tls)
    case "CERT_NOT_YET_VALID":
      return refused("is not valid yet", tls)
    case "CERT_REVOKED":
      return "the server's certificate has been revoked, as a list says that sslcrl or sslcrldir names"
    case "UNABLE_TO_GET_CRL":
    case "CRL_HAS_EXPIRED":
    case "CRL_NOT_YET_VALID":
    case "CRL_SIGNATURE_FAILURE":
      return `whether the server's certificate has been revoked cannot be told (sslcrl, sslcrldir): ${message}`
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "CERT_SIGNATURE_FAILURE":
    case "CERT_UNTRUSTED":
    case "INVALID_CA":
      return `${refused("does not come from an authority that is trusted", tls)}: ${message}`
  }
  const refusal = certificateRefusal(error)
  if (refusal !== undefined) return refusal
  if (/ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW/.test(codeOf(error))) {
    return `no protocol version in common (ssl_min_protocol_version, ssl_max_protocol_version): ${message}`
  }
  if (message === "Failed to parse CRL") return "a list of revoked certificates cannot be read (sslcrl, sslcrldir)"
  if (codeOf(error).startsWith("ERR_OSSL_")) {
    return `the client certificate or its key cannot be used (sslcert, sslkey, sslpassword): ${message}`
  }
  if (tls.negotiation === "direct") return `${message}; sslnegotiation=direct needs PostgreSQL 17 or newer`
  return message
}

function refused(reason: string, tls: TlsConfig): string {
  const trust = tls.rootCert === undefined ? "sslrootcert" : `sslrootcert=${tls.rootCert}`
  return `the server's certificate ${reason} (sslmode=${tls.mode}, ${trust})`
}

/** OpenSSL's reason without the places in its sources, where there is one. */
function reasonOf(error: Error & { readonly reason?: unknown }): string {
  return /^ERR_O?SSL_/.test(codeOf(error)) && typeof error.reason === "string" ? error.reason : error.message
}

function codeOf(error: unknown): string {
  return String((error as { readonly code?: unknown } | undefined)?.code ?? "")
}
