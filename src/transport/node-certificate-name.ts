/**
 * Whether a server's certificate is for the host that was asked for, as libpq judges it: the alternative names decide
 * and the common name only where there are none; a wildcard stands for exactly one whole label; addresses count as
 * addresses. `tls.checkServerIdentity` is more lenient and only asked for the words of a refusal.
 *
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html#LIBQ-SSL-CERTIFICATES
 */

import { X509Certificate } from "node:crypto"
import { isIP } from "node:net"
import { checkServerIdentity, type PeerCertificate } from "node:tls"

/** The refusal, undefined when the certificate is for that name or address. */
export function certificateNameProblem(name: string, certificate: PeerCertificate): Error | undefined {
  const parsed = new X509Certificate(certificate.raw)
  if (isIP(name) !== 0 ? isForAddress(name, parsed) : isForName(name, parsed)) return undefined
  const problem = new Error(`the name "${name}" is not among those of the certificate`)
  return checkServerIdentity(name, certificate) ?? Object.assign(problem, { code: "ERR_TLS_CERT_ALTNAME_INVALID" })
}

/** OpenSSL would take a name that begins with a dot for any name below. */
function isForName(name: string, certificate: X509Certificate): boolean {
  return !name.startsWith(".") && certificate.checkHost(name, { partialWildcards: false }) !== undefined
}

/** Without alternative names the address may stand where the name does. */
function isForAddress(address: string, certificate: X509Certificate): boolean {
  if (certificate.checkIP(address) !== undefined) return true
  return certificate.subjectAltName === undefined && certificate.checkHost(address) !== undefined
}
