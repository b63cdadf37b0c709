/**
 * Certificates for the TLS tests, made when they are needed so that none expires in the repository: an authority, what
 * it signs, and everything that must be refused. All as PEM text; `writeCertificates` puts them into files.
 */

import "reflect-metadata" // the certificate library wants it before itself
import type { webcrypto } from "node:crypto"
import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import * as x509 from "@peculiar/x509"

/** A certificate and its private key, PEM. */
export interface KeyPair {
  /** The certificate, followed by the authorities between it and the root where there are any. */
  readonly cert: string
  /** PKCS #8. */
  readonly key: string
}

/** What a certificate says and how it is signed. */
export interface CertificateOptions {
  readonly commonName: string
  /** DNS names in the subjectAltName; none with no addresses either leaves the extension out. */
  readonly names?: readonly string[]
  /** IP addresses in the subjectAltName. */
  readonly addresses?: readonly string[]
  /** Default: a year ago to a year from now. */
  readonly validUntil?: Date
  readonly isAuthority?: boolean
  /** The key's kind, default `ecdsa`. */
  readonly keyType?: KeyType
  /** The hash of the authority's signature, default SHA-256. */
  readonly hash?: "SHA-256" | "SHA-384" | "SHA-512"
}

export type KeyType = "ecdsa" | "rsa" | "ed25519"

const dayMs = 86_400_000

function generateKey(type: KeyType): Promise<webcrypto.CryptoKeyPair> {
  const algorithm = {
    ecdsa: { name: "ECDSA", namedCurve: "P-256" },
    rsa: { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" },
    ed25519: { name: "Ed25519" },
  }[type]
  return crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]) as Promise<webcrypto.CryptoKeyPair>
}

/** How a key of its kind signs. */
function signature(key: CryptoKey, hash: string): { name: string; hash?: string } {
  return key.algorithm.name === "Ed25519" ? { name: "Ed25519" } : { name: key.algorithm.name, hash }
}

async function privatePem(key: CryptoKey): Promise<string> {
  return `${x509.PemConverter.encode(await crypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY")}\n`
}

/** Signs certificates and lists of those taken back. */
export class CertificateAuthority implements KeyPair {
  readonly cert: string
  readonly key: string
  readonly #certificate: x509.X509Certificate
  readonly #keys: webcrypto.CryptoKeyPair
  /** The certificates between the root and this authority, PEM, nearest first; empty for a root. */
  readonly #chain: string

  private constructor(certificate: x509.X509Certificate, keys: webcrypto.CryptoKeyPair, key: string, chain: string) {
    this.#certificate = certificate
    this.#keys = keys
    this.#chain = chain
    this.cert = `${certificate.toString("pem")}\n`
    this.key = key
  }

  /** A root, or with `issuer` an authority in between. */
  static async create(
    commonName: string,
    issuer?: CertificateAuthority,
    keyType: KeyType = "ecdsa",
  ): Promise<CertificateAuthority> {
    const keys = await generateKey(keyType)
    const certificate = await CertificateAuthority.#sign({ commonName, isAuthority: true }, keys, issuer)
    const chain = issuer ? `${certificate.toString("pem")}\n${issuer.#chain}` : ""
    return new CertificateAuthority(certificate, keys, await privatePem(keys.privateKey), chain)
  }

  static #sign(
    options: CertificateOptions,
    keys: webcrypto.CryptoKeyPair,
    issuer: CertificateAuthority | undefined,
  ): Promise<x509.X509Certificate> {
    const end = options.validUntil ?? new Date(Date.now() + 365 * dayMs)
    const subject = `CN=${options.commonName}`
    const signingKey = issuer ? issuer.#keys.privateKey : keys.privateKey
    const isAuthority = options.isAuthority ?? false
    const usages = isAuthority ? x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign : undefined
    const names: x509.JsonGeneralNames = [
      ...(options.names ?? []).map((value) => ({ type: "dns", value }) as const),
      ...(options.addresses ?? []).map((value) => ({ type: "ip", value }) as const),
    ]
    return x509.X509CertificateGenerator.create({
      serialNumber: Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString("hex"),
      subject,
      issuer: issuer ? issuer.#certificate.subject : subject,
      notBefore: new Date(end.getTime() - 730 * dayMs),
      notAfter: end,
      publicKey: keys.publicKey,
      signingKey,
      signingAlgorithm: signature(signingKey, options.hash ?? "SHA-256"),
      extensions: [
        new x509.BasicConstraintsExtension(isAuthority, undefined, true),
        ...(usages === undefined ? [] : [new x509.KeyUsagesExtension(usages, true)]),
        ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
      ],
    })
  }

  /** A certificate for a server or a client, with a new key. */
  async issue(options: CertificateOptions): Promise<KeyPair> {
    const keys = await generateKey(options.keyType ?? "ecdsa")
    const certificate = await CertificateAuthority.#sign(options, keys, this)
    return { cert: `${certificate.toString("pem")}\n${this.#chain}`, key: await privatePem(keys.privateKey) }
  }

  /** The list that takes these certificates back, PEM. */
  async revoke(...pairs: readonly KeyPair[]): Promise<string> {
    const entries = pairs.map((pair) => ({
      serialNumber: new x509.X509Certificate(pair.cert).serialNumber,
      revocationDate: new Date(Date.now() - dayMs),
    }))
    const list = await x509.X509CrlGenerator.create({
      issuer: this.#certificate.subject,
      thisUpdate: new Date(Date.now() - dayMs),
      nextUpdate: new Date(Date.now() + 365 * dayMs),
      entries,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: signature(this.#keys.privateKey, "SHA-256"),
    })
    return `${x509.PemConverter.encode(list.rawData, "X509 CRL")}\n`
  }
}

/** The usual set. Servers are for `localhost`, 127.0.0.1 and ::1 unless their name says otherwise. */
export interface Certificates {
  readonly authority: CertificateAuthority
  /** The authority's certificate: what a client trusts. */
  readonly ca: string
  /** Another authority, of the same name, that signed nothing below but `serverOfOtherCa` and `clientOfOtherCa`. */
  readonly otherCa: string
  /** Takes back `serverRevoked` and `clientRevoked`. */
  readonly crl: string
  readonly server: KeyPair
  readonly serverExpired: KeyPair
  /** For `other.example` only. */
  readonly serverWrongName: KeyPair
  /** For `*.wild.example`. */
  readonly serverWildcard: KeyPair
  /** Common name `localhost`, without a subjectAltName. */
  readonly serverCommonNameOnly: KeyPair
  /** Common name `127.0.0.1`, without a subjectAltName. */
  readonly serverAddressOnly: KeyPair
  /** Names only, no addresses. */
  readonly serverWithoutAddress: KeyPair
  readonly serverOfOtherCa: KeyPair
  readonly serverRevoked: KeyPair
  /** Signed by an authority in between, whose certificate comes along. */
  readonly serverOfIntermediate: KeyPair
  readonly serverRsa: KeyPair
  /** Key and signature Ed25519, by an authority in between: a signature without a hash to bind a channel with. */
  readonly serverEd25519: KeyPair
  /** Signed with SHA-384, which the channel binding then hashes with. */
  readonly serverSha384: KeyPair
  /** Common name `postgres`, as the superuser's. */
  readonly client: KeyPair
  readonly clientExpired: KeyPair
  readonly clientOfOtherCa: KeyPair
  readonly clientRevoked: KeyPair
}

async function makeAll(): Promise<Certificates> {
  const [authority, other] = await Promise.all([
    CertificateAuthority.create("pgline test authority"),
    CertificateAuthority.create("pgline test authority"),
  ])
  const intermediate = await CertificateAuthority.create("pgline test authority in between", authority)
  const ed25519 = await CertificateAuthority.create("pgline test authority with Ed25519", authority, "ed25519")
  const here = { commonName: "localhost", names: ["localhost"], addresses: ["127.0.0.1", "::1"] }
  const past = { validUntil: new Date(Date.now() - dayMs) }
  const client = { commonName: "postgres" }
  const [serverRevoked, clientRevoked] = await Promise.all([authority.issue(here), authority.issue(client)])
  const named = (name: string): CertificateOptions => ({ commonName: name, names: [name] })
  return {
    authority,
    ca: authority.cert,
    otherCa: other.cert,
    crl: await authority.revoke(serverRevoked, clientRevoked),
    server: await authority.issue(here),
    serverExpired: await authority.issue({ ...here, ...past }),
    serverWrongName: await authority.issue(named("other.example")),
    serverWildcard: await authority.issue(named("*.wild.example")),
    serverCommonNameOnly: await authority.issue({ commonName: "localhost" }),
    serverAddressOnly: await authority.issue({ commonName: "127.0.0.1" }),
    serverWithoutAddress: await authority.issue(named("localhost")),
    serverOfOtherCa: await other.issue(here),
    serverRevoked,
    serverOfIntermediate: await intermediate.issue(here),
    serverRsa: await authority.issue({ ...here, keyType: "rsa" }),
    serverEd25519: await ed25519.issue({ ...here, keyType: "ed25519" }),
    serverSha384: await authority.issue({ ...here, hash: "SHA-384" }),
    client: await authority.issue(client),
    clientExpired: await authority.issue({ ...client, ...past }),
    clientOfOtherCa: await other.issue(client),
    clientRevoked,
  }
}

let made: Promise<Certificates> | undefined

/** The usual set, made once in a process. */
export function makeCertificates(): Promise<Certificates> {
  made ??= makeAll()
  return made
}

/** Writes the set into a directory: `<name>.crt` and `<name>.key` (for its owner alone), `ca.crt`, `otherCa.crt`, `ca.crl`. */
export async function writeCertificates(certificates: Certificates, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true })
  const { authority: _, ca, otherCa, crl, ...pairs } = certificates
  await writeFile(join(directory, "ca.crt"), ca)
  await writeFile(join(directory, "otherCa.crt"), otherCa)
  await writeFile(join(directory, "ca.crl"), crl)
  for (const [name, pair] of Object.entries(pairs)) {
    await writeFile(join(directory, `${name}.crt`), pair.cert)
    await writeFile(join(directory, `${name}.key`), pair.key, { mode: 0o600 })
  }
}
