/**
 * From an address to a transport on which the first message can be sent: dial and, when that is the way, TLS. The
 * main connection and the one that cancels for it go the same way.
 *
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-SSLMODE-STATEMENTS
 */

import { platform } from "#platform"
import { openSocket } from "#transport"
import { FunctionFailure } from "../auth/callers-function.ts"
import type { Config, HostConfig } from "../config/config.ts"
import { tlsHandshake } from "../config/tls-handshake.ts"
import { AuthenticationError, ConnectionError, PglineError, ProtocolError } from "../errors/client-error.ts"
import { ServerError } from "../errors/server-error.ts"
import type { Transport, TransportAddress } from "../transport/transport.ts"
import { requestTls } from "./negotiate-tls.ts"
import { certificateRefusal, handshakeFailure, TlsFailure } from "./tls-failure.ts"

/** Where an attempt goes: the host as it was given and one of its addresses. */
export interface Target {
  readonly host: HostConfig
  readonly address: TransportAddress
}

/** With TLS, without, or offered by the server: how a transport is to be made. */
export type Way = "plain" | "tls" | "tls-if-offered"

/** PostgreSQL's name among application protocols. */
const ALPN = "postgresql"

/** Connects and, when that is the way, negotiates TLS. Rejects with the reason; nothing is left open then. */
export async function reach(target: Target, way: Way, config: Config, signal: AbortSignal): Promise<Transport> {
  const transport = await dial(target, config, signal)
  if (way === "plain") return transport
  return await guarded(transport, target, signal, async () => {
    await secure(transport, target, way, config)
    return transport
  })
}

/** Works on a transport until the signal aborts. When that fails, the transport is destroyed and the place is told. */
export async function guarded<T>(
  transport: Transport,
  target: Target,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const onAbort = (): void => transport.destroy()
  signal.addEventListener("abort", onAbort, { once: true })
  try {
    signal.throwIfAborted()
    return await work()
  } catch (error) {
    transport.destroy()
    if (signal.aborted) throw signal.reason
    throw told(error as Error, target)
  } finally {
    signal.removeEventListener("abort", onAbort)
  }
}

/** The target as messages name it. */
export function describeTarget({ host, address }: Target): string {
  if (address.kind === "unix") return `socket "${address.path}"`
  const numeric = host.host === address.address ? "" : ` (${address.address})`
  return `server "${host.host}"${numeric}, port ${address.port}`
}

async function dial(target: Target, { keepalives }: Config, signal: AbortSignal): Promise<Transport> {
  try {
    return await openSocket(target.address, { keepalives }, signal)
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw told(error as Error, target)
  }
}

async function secure(transport: Transport, target: Target, way: Way, config: Config): Promise<void> {
  const { tls } = config
  const isOptional = way === "tls-if-offered"
  // Where TLS is optional, files that cannot be used are none of our business before it is offered.
  const required = isOptional ? undefined : tlsHandshake(tls, target.host, platform)
  if (tls.negotiation === "postgres" && !(await requestTls(transport))) {
    if (isOptional) return
    throw new ConnectionError(`the server does not support TLS, and sslmode is ${tls.mode}`, { transient: false })
  }
  try {
    await transport.startTls(required ?? tlsHandshake(tls, target.host, platform), [ALPN])
  } catch (error) {
    throw handshakeFailure(error as Error, tls)
  }
  // Without it a server of another protocol might have been led to answer.
  if (tls.negotiation === "direct" && transport.tls?.alpn !== ALPN) {
    throw new TlsFailure(`the server did not agree on the protocol "${ALPN}" (ALPN), which sslnegotiation=direct needs`)
  }
}

/** Says where it failed. What the server itself has said stays as it is. */
function told(error: Error, target: Target): Error {
  if (error instanceof ServerError || error instanceof AuthenticationError) return error
  const place = describeTarget(target)
  const reason = error instanceof TlsFailure ? error.message : (certificateRefusal(error.cause) ?? error.message)
  const message = reason.startsWith(place) ? reason : `${place}: ${reason}`
  if (error instanceof ProtocolError) return new ProtocolError(message, { cause: error })
  const transient = !(error instanceof ConnectionError) || error.transient
  if (error instanceof TlsFailure) return new TlsFailure(message, { cause: error.cause, safeToRetry: true, transient })
  if (error instanceof PglineError && !(error instanceof ConnectionError)) return error
  const cause = error instanceof FunctionFailure ? error.cause : error
  return new ConnectionError(message, { cause, safeToRetry: true, transient })
}
