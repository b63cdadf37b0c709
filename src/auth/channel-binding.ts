/**
 * The data of the channel binding type `tls-server-end-point`: a hash of the server's certificate, made with the hash of
 * the certificate's own signature, where MD5 and SHA-1 give way to SHA-256. Signatures without a hash of their own
 * (Ed25519, ML-DSA, …) have no such data; then there is a name for the error instead.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5929#section-4.1
 */

import { hashBytes } from "#platform"

/** The binding data, or what stands in its way. */
export type EndPointBinding =
  | { readonly data: Uint8Array<ArrayBuffer>; readonly problem?: undefined }
  | { readonly data?: undefined; readonly problem: string }

/** Signature algorithms that determine a hash, and hash algorithms as RSASSA-PSS names them. */
const HASHES: ReadonlyMap<string, string> = new Map([
  ["1.2.840.113549.1.1.4", "md5"],
  ["1.2.840.113549.1.1.5", "sha1"],
  ["1.2.840.113549.1.1.11", "sha256"],
  ["1.2.840.113549.1.1.12", "sha384"],
  ["1.2.840.113549.1.1.13", "sha512"],
  ["1.2.840.113549.1.1.14", "sha224"],
  ["1.2.840.113549.1.1.15", "sha512-224"],
  ["1.2.840.113549.1.1.16", "sha512-256"],
  ["1.2.840.10045.4.1", "sha1"],
  ["1.2.840.10045.4.3.1", "sha224"],
  ["1.2.840.10045.4.3.2", "sha256"],
  ["1.2.840.10045.4.3.3", "sha384"],
  ["1.2.840.10045.4.3.4", "sha512"],
  ["1.2.840.10040.4.3", "sha1"],
  ["2.16.840.1.101.3.4.3.1", "sha224"],
  ["2.16.840.1.101.3.4.3.2", "sha256"],
  ["2.16.840.1.101.3.4.3.3", "sha384"],
  ["2.16.840.1.101.3.4.3.4", "sha512"],
  ["2.16.840.1.101.3.4.3.9", "sha3-224"],
  ["2.16.840.1.101.3.4.3.10", "sha3-256"],
  ["2.16.840.1.101.3.4.3.11", "sha3-384"],
  ["2.16.840.1.101.3.4.3.12", "sha3-512"],
  ["2.16.840.1.101.3.4.3.13", "sha3-224"],
  ["2.16.840.1.101.3.4.3.14", "sha3-256"],
  ["2.16.840.1.101.3.4.3.15", "sha3-384"],
  ["2.16.840.1.101.3.4.3.16", "sha3-512"],
  ["1.3.14.3.2.26", "sha1"],
  ["2.16.840.1.101.3.4.2.1", "sha256"],
  ["2.16.840.1.101.3.4.2.2", "sha384"],
  ["2.16.840.1.101.3.4.2.3", "sha512"],
  ["2.16.840.1.101.3.4.2.4", "sha224"],
])
const RSASSA_PSS = "1.2.840.113549.1.1.10"
const NAMES: ReadonlyMap<string, string> = new Map([
  ["1.3.101.112", "Ed25519"],
  ["1.3.101.113", "Ed448"],
  ["2.16.840.1.101.3.4.3.17", "ML-DSA-44"],
  ["2.16.840.1.101.3.4.3.18", "ML-DSA-65"],
  ["2.16.840.1.101.3.4.3.19", "ML-DSA-87"],
])

const SEQUENCE = 0x30
const OBJECT_IDENTIFIER = 0x06
const CONTEXT_0 = 0xa0

/** Computes the binding data of a certificate in DER. */
export function endPointBinding(certificate: Uint8Array): EndPointBinding {
  const algorithm = signatureAlgorithm(certificate)
  if (algorithm === undefined) return { problem: "the server's certificate cannot be parsed" }
  const hash = HASHES.get(algorithm.oid === RSASSA_PSS ? (algorithm.pssHash ?? "") : algorithm.oid)
  if (hash === undefined) {
    const name = algorithm.oid === RSASSA_PSS ? "RSASSA-PSS with an unknown hash" : NAMES.get(algorithm.oid)
    const signature = name ?? `the algorithm ${algorithm.oid}`
    return { problem: `the server's certificate is signed with ${signature}, for which channel binding is not defined` }
  }
  return { data: hashBytes(hash === "md5" || hash === "sha1" ? "sha256" : hash, certificate) }
}

interface Algorithm {
  readonly oid: string
  /** The hash inside the parameters of RSASSA-PSS. */
  readonly pssHash: string | undefined
}

/** Certificate ::= SEQUENCE { tbsCertificate SEQUENCE, signatureAlgorithm SEQUENCE { OID, parameters }, … } */
function signatureAlgorithm(der: Uint8Array): Algorithm | undefined {
  const certificate = readElement(der, 0, der.length, SEQUENCE)
  const tbs = certificate && readElement(der, certificate.start, certificate.end, SEQUENCE)
  const algorithm = tbs && readElement(der, tbs.end, certificate.end, SEQUENCE)
  const oid = algorithm && readElement(der, algorithm.start, algorithm.end, OBJECT_IDENTIFIER)
  if (!oid) return undefined
  const parameters = readElement(der, oid.end, algorithm.end, SEQUENCE)
  return { oid: formatOid(der, oid), pssHash: parameters && pssHash(der, parameters) }
}

/** RSASSA-PSS-params ::= SEQUENCE { [0] hashAlgorithm DEFAULT sha1, … } */
function pssHash(der: Uint8Array, parameters: Element): string | undefined {
  const tagged = readElement(der, parameters.start, parameters.end, CONTEXT_0)
  if (!tagged) return "1.3.14.3.2.26"
  const algorithm = readElement(der, tagged.start, tagged.end, SEQUENCE)
  const oid = algorithm && readElement(der, algorithm.start, algorithm.end, OBJECT_IDENTIFIER)
  return oid && formatOid(der, oid)
}

interface Element {
  readonly start: number
  readonly end: number
}

/** The contents of the DER element at `offset`, undefined unless it has this tag and fits. */
function readElement(der: Uint8Array, offset: number, limit: number, tag: number): Element | undefined {
  if (offset + 2 > limit || der[offset] !== tag) return undefined
  let length = der[offset + 1]!
  let start = offset + 2
  if (length >= 0x80) {
    const count = length & 0x7f
    if (count === 0 || count > 4 || start + count > limit) return undefined
    length = 0
    for (let i = 0; i < count; i++) length = length * 256 + der[start + i]!
    start += count
  }
  return start + length <= limit ? { start, end: start + length } : undefined
}

function formatOid(der: Uint8Array, { start, end }: Element): string {
  const arcs: number[] = []
  let arc = 0
  for (let i = start; i < end; i++) {
    const byte = der[i]!
    arc = arc * 128 + (byte & 0x7f)
    if (byte >= 0x80) continue
    if (arcs.length === 0) {
      const first = Math.min(Math.floor(arc / 40), 2)
      arcs.push(first, arc - first * 40)
    } else arcs.push(arc)
    arc = 0
  }
  return arcs.join(".")
}
