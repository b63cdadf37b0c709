/**
 * From the TLS part of a Config and a host to the plain options of one handshake, with the files read: anew for each
 * connection, so that renewed certificates are picked up. The rules about default files, permissions and what is
 * verified are libpq's; whoever shakes hands only has to obey.
 *
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html
 */

import type { Platform } from "../base/platform.ts"
import { ConfigError } from "../errors/client-error.ts"
import type { HostConfig, TlsConfig, TlsExtraOptions, TlsVersion } from "./config.ts"

/** What a TLS client needs to know. */
export interface TlsHandshake {
  /** The server name to indicate, undefined for none. */
  readonly servername: string | undefined
  /** Whether the server's certificate must come from one of `ca`. */
  readonly verifyChain: boolean
  /** The name or address that the certificate has to be for; undefined when it may be for any. */
  readonly verifyName: string | undefined
  /** Trusted certificates in PEM; `"system"` for the ones the system trusts. */
  readonly ca: readonly Uint8Array[] | "system" | undefined
  readonly crl: readonly Uint8Array[] | undefined
  /** The client's certificate chain and key in PEM. */
  readonly cert: Uint8Array | undefined
  readonly key: Uint8Array | undefined
  readonly passphrase: string | undefined
  /** True when there is a client certificate to send, from here or in `extra`. */
  readonly hasClientCertificate: boolean
  readonly minVersion: TlsVersion | undefined
  readonly maxVersion: TlsVersion | undefined
  /** The caller's own options; what stands there comes first, except where `verifyChain` and `verifyName` decide. */
  readonly extra: TlsExtraOptions
}

/** Reads the files and decides what is verified. @throws ConfigError when a file is missing or must not be used. */
export function tlsHandshake(tls: TlsConfig, host: HostConfig, platform: Platform): TlsHandshake {
  const extra = tls.extra?.() ?? {}
  const trust = readTrust(tls, extra, platform)
  const client = readClientCertificate(tls, extra, platform)
  const name = host.certificateName
  if (tls.mode === "verify-full" && name === undefined) {
    throw new ConfigError("sslmode=verify-full needs a host name besides hostaddr", { keyword: "host" })
  }
  return {
    servername: tls.sni && name !== undefined && isHostName(name) ? name : undefined,
    verifyChain: trust.verifyChain || extra["rejectUnauthorized"] === true,
    verifyName: tls.mode === "verify-full" ? name : undefined,
    ca: trust.ca,
    crl: trust.crl,
    ...client,
    passphrase: tls.keyPassword?.(),
    minVersion: tls.minVersion,
    maxVersion: tls.maxVersion,
    extra,
  }
}

interface Trust {
  readonly verifyChain: boolean
  readonly ca: TlsHandshake["ca"]
  readonly crl: TlsHandshake["crl"]
}

/** As in libpq, a root certificate that is there makes every sslmode verify the chain. */
function readTrust(tls: TlsConfig, extra: TlsExtraOptions, platform: Platform): Trust {
  if (tls.rootCert === "system") return { verifyChain: true, ca: "system", crl: readRevocations(tls, platform) }
  if (extra.ca !== undefined || extra["secureContext"] !== undefined) {
    return { verifyChain: true, ca: undefined, crl: readRevocations(tls, platform) }
  }
  const path = tls.rootCert ?? defaultPath("root.crt", platform)
  if (path !== undefined && platform.fileStatus(path) !== undefined) {
    return { verifyChain: true, ca: [readAuthorities(path, platform)], crl: readRevocations(tls, platform) }
  }
  if (tls.mode === "verify-ca" || tls.mode === "verify-full") {
    const what = path === undefined ? "there is no home directory to find it in" : `the file "${path}" does not exist`
    throw new ConfigError(
      `sslmode=${tls.mode} needs a root certificate, but ${what}; set sslrootcert to a file or to "system"`,
      { keyword: "sslrootcert" },
    )
  }
  return { verifyChain: false, ca: undefined, crl: undefined }
}

/** OpenSSL would pass over a file without certificates in silence, and trust nobody. */
function readAuthorities(path: string, platform: Platform): Uint8Array {
  const bytes = readFile(path, "sslrootcert", platform)
  if (/-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----/.test(new TextDecoder().decode(bytes))) return bytes
  throw new ConfigError(`sslrootcert: the file "${path}" has no certificate (PEM)`, { keyword: "sslrootcert" })
}

/** Revocation lists count when they exist. A directory holds files named by hash, as c_rehash makes them. */
function readRevocations(tls: TlsConfig, platform: Platform): readonly Uint8Array[] | undefined {
  const lists: Uint8Array[] = []
  const useDefault = tls.crlPath === undefined && tls.crlDirectory === undefined && tls.rootCert !== "system"
  const path = useDefault ? defaultPath("root.crl", platform) : tls.crlPath
  if (path !== undefined && platform.fileStatus(path) !== undefined) lists.push(readFile(path, "sslcrl", platform))
  const directory = tls.crlDirectory
  if (directory !== undefined && platform.fileStatus(directory) !== undefined) {
    for (const name of platform.readDirectory(directory)) {
      if (/^[0-9a-f]{8}\.r[0-9]+$/.test(name)) lists.push(readFile(`${directory}/${name}`, "sslcrldir", platform))
    }
  }
  return lists.length === 0 ? undefined : lists
}

interface ClientCertificate {
  readonly cert: Uint8Array | undefined
  readonly key: Uint8Array | undefined
  readonly hasClientCertificate: boolean
}

function readClientCertificate(tls: TlsConfig, extra: TlsExtraOptions, platform: Platform): ClientCertificate {
  const none = { cert: undefined, key: undefined }
  if (tls.certMode === "disable") return { ...none, hasClientCertificate: false }
  if (extra.cert !== undefined || extra["pfx"] !== undefined || extra["secureContext"] !== undefined) {
    return { ...none, hasClientCertificate: true }
  }
  const certPath = tls.certPath ?? defaultPath("postgresql.crt", platform)
  if (certPath === undefined || platform.fileStatus(certPath) === undefined) {
    return { ...none, hasClientCertificate: false }
  }
  const cert = readFile(certPath, "sslcert", platform)
  if (extra.key !== undefined) return { cert, key: undefined, hasClientCertificate: true }
  const keyPath = tls.keyPath ?? defaultPath("postgresql.key", platform)
  return { cert, key: readKey(keyPath, certPath, platform), hasClientCertificate: true }
}

function readKey(path: string | undefined, certPath: string, platform: Platform): Uint8Array {
  const refuse = (problem: string) => new ConfigError(problem, { keyword: "sslkey" })
  const status = path === undefined ? undefined : platform.fileStatus(path)
  if (path === undefined || status === undefined) {
    throw refuse(
      `there is a certificate "${certPath}" but no private key file${path === undefined ? "" : ` "${path}"`}`,
    )
  }
  if (!status.isFile) throw refuse(`private key file "${path}" is not a plain file`)
  const self = platform.effectiveUserId()
  if (!platform.isWindows && self !== undefined) {
    if (status.uid !== self && status.uid !== 0) {
      throw refuse(`private key file "${path}" must be owned by the current user or root`)
    }
    const forbidden = status.uid === self ? 0o077 : 0o037
    if ((status.mode & forbidden) !== 0) {
      throw refuse(
        `private key file "${path}" has group or world access; it must have permissions u=rw (0600) or less, ` +
          "or u=rw,g=r (0640) or less if root owns it",
      )
    }
  }
  return readFile(path, "sslkey", platform)
}

function readFile(path: string, keyword: string, platform: Platform): Uint8Array {
  try {
    return platform.readFile(path)
  } catch {
    throw new ConfigError(`${keyword}: the file "${path}" cannot be read`, { keyword })
  }
}

/** libpq's folder for certificates, which may not exist; undefined without a home directory. */
function defaultPath(name: string, platform: Platform): string | undefined {
  if (platform.isWindows) {
    const data = platform.env("APPDATA")
    return data && `${data}/postgresql/${name}`
  }
  const home = platform.env("HOME") || platform.homeDirectory()
  return home && `${home}/.postgresql/${name}`
}

/** Server names are indicated for names only, never for addresses (RFC 6066). */
function isHostName(host: string): boolean {
  return !/^[0-9.]*$/.test(host) && !host.includes(":")
}
