/**
 * The interface of a duplex of bytes, and its contract. It knows nothing of PostgreSQL.
 *
 * - The handler is called for every chunk until the close, then once for the close, then never again.
 * - A chunk is valid only during the call; the next read goes into the same buffer.
 * - Errors are not events: the close carries the reason.
 */

import type { ByteSource } from "../base/byte-source.ts"
import type { KeepalivesConfig } from "../config/config.ts"
import type { TlsHandshake } from "../config/tls-handshake.ts"

/** Who is told what happens on a transport. */
export interface TransportHandler {
  /** Bytes came; they stand in `source` from `start` up to `end`. */
  onData(source: ByteSource, start: number, end: number): void
  /** Where the next bytes should be read to, when the handler has a place for many of them; then `onRead` is called. */
  readTarget?(): Uint8Array | undefined
  /** So many bytes were read to the target that was given last. */
  onRead?(count: number): void
  /** The peer takes bytes again after `congested` was true. */
  onDrain(): void
  /** The transport is gone, with the reason when it was not asked for. Called exactly once. */
  onClose(error: Error | undefined): void
}

/** Where a transport leads. */
export type TransportAddress =
  | { readonly kind: "tcp"; readonly address: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string }

/** How a socket is to be set up. */
export interface TransportOptions {
  /** How the operating system probes an idle peer, as far as the runtime can tell it. */
  readonly keepalives: KeepalivesConfig
}

/** A TLS session's details. */
export interface TlsInfo {
  /** The protocol version, such as `TLSv1.3`. */
  readonly protocol: string
  /** The cipher's name. */
  readonly cipher: string
  /** The application protocol agreed on, when one was. */
  readonly alpn: string | undefined
  /** Whether the server's certificate chain was verified. */
  readonly authorized: boolean
  /** The server's certificate in DER, for channel binding. */
  readonly peerCertificate: Uint8Array | undefined
  /** Whether the server asked for a client certificate, and got one. */
  readonly clientCertificate: "not-requested" | "not-sent" | "sent"
}

/** A duplex of bytes. */
export interface Transport {
  /** Who gets the bytes. Whoever takes a transport over sets it at once. */
  handler: TransportHandler
  /** The TLS session, once there is one. */
  readonly tls: TlsInfo | undefined
  /** The peer's address as it was dialled. */
  readonly address: TransportAddress
  /** True while more is queued than the peer takes; when `onDrain` tells the end, the system has all that was written. */
  readonly congested: boolean
  /** Sends bytes. True when the system took them all, so that their buffer may be reused at once. */
  write(bytes: Uint8Array): boolean
  /** Stops and starts the reading. */
  pause(): void
  resume(): void
  /**
   * Turns the connection into a TLS one. Rejects with the reason when the handshake fails.
   * @param protocols the application protocols to offer (ALPN)
   */
  startTls(handshake: TlsHandshake, protocols: readonly string[]): Promise<void>
  /** Closes after what was written has gone out. */
  end(): void
  /** Closes at once. */
  destroy(): void
  /** Whether the open transport keeps the process alive. */
  setReferenced(referenced: boolean): void
}
