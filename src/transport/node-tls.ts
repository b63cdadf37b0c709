/**
 * The upgrade of a node socket to TLS and what is known of the session afterwards. What is verified has been decided
 * before (`config/tls-handshake.ts`); here it is carried out.
 */

import type { Socket } from "node:net"
import * as tls from "node:tls"
import type { TlsHandshake } from "../config/tls-handshake.ts"
import { certificateNameProblem } from "./node-certificate-name.ts"
import type { TlsInfo } from "./transport.ts"

const CLOSED = "the server closed the connection during the TLS handshake"

/** Runs the handshake over a connected socket. Rejects with its failure; the socket is destroyed then. */
export function connectTls(
  socket: Socket,
  handshake: TlsHandshake,
  protocols: readonly string[],
): Promise<tls.TLSSocket> {
  return new Promise((resolve, reject) => {
    if (socket.destroyed) throw new Error(CLOSED) // of such a socket the runtime says nothing more, ever
    const stream = { highWaterMark: socket.writableHighWaterMark }
    const secure = tls.connect({ ...optionsOf(handshake), ...stream, ALPNProtocols: [...protocols], socket })
    const onClose = (): void => fail(new Error(CLOSED))
    const fail = (error: Error): void => {
      secure.off("error", fail)
      secure.off("close", onClose)
      secure.on("error", () => {}) // what follows a failed handshake is no news
      secure.destroy()
      socket.destroy()
      reject(error)
    }
    secure.on("error", fail)
    secure.on("close", onClose)
    secure.once("secureConnect", () => {
      secure.off("error", fail)
      secure.off("close", onClose)
      resolve(secure)
    })
  })
}

/**
 * The details of an established session.
 * @param hasCertificate whether there was a client certificate to send
 */
export function tlsInfoOf(socket: tls.TLSSocket, hasCertificate: boolean): TlsInfo {
  const certificate = socket.getPeerCertificate()
  return {
    protocol: socket.getProtocol() ?? "unknown",
    cipher: socket.getCipher()?.name ?? "unknown",
    alpn: typeof socket.alpnProtocol === "string" ? socket.alpnProtocol : undefined,
    authorized: socket.authorized,
    peerCertificate: certificate?.raw === undefined ? undefined : new Uint8Array(certificate.raw),
    // A getter, for the few who ask: not every runtime can tell. A client learns which signatures it shares with the
    // server from the request for its certificate alone.
    get clientCertificate() {
      if (socket.getSharedSigalgs().length === 0) return "not-requested"
      return hasCertificate ? "sent" : "not-sent"
    },
  }
}

function optionsOf(handshake: TlsHandshake): tls.ConnectionOptions {
  const { verifyName, verifyChain } = handshake
  const given: Record<string, unknown> = {
    ca: handshake.ca === "system" ? systemCertificates() : handshake.ca,
    crl: handshake.crl,
    cert: handshake.cert,
    key: handshake.key,
    passphrase: handshake.passphrase,
    minVersion: handshake.minVersion,
    maxVersion: handshake.maxVersion,
    servername: handshake.servername ?? "",
  }
  const options: tls.ConnectionOptions = {}
  for (const [name, value] of Object.entries(given)) if (value !== undefined) Object.assign(options, { [name]: value })
  const { checkServerIdentity: extraCheck } = handshake.extra as tls.ConnectionOptions
  return {
    ...options,
    ...(handshake.extra as tls.ConnectionOptions),
    // A caller's options may ask for more than sslmode does, never for less.
    rejectUnauthorized: verifyChain,
    checkServerIdentity: (name, certificate) =>
      (verifyName === undefined ? undefined : certificateNameProblem(verifyName, certificate)) ??
      extraCheck?.(name, certificate),
  }
}

/** The system's trusted certificates where the runtime can tell them, else the ones it brings along. */
function systemCertificates(): string[] | undefined {
  return "getCACertificates" in tls ? tls.getCACertificates("system") : undefined
}
