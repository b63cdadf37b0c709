/**
 * One attempt at one address: dial, negotiate TLS, start the session, all within the connect timeout. With sslmode
 * `allow` and `prefer` it is up to two transports, with and without TLS, in libpq's order.
 *
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-SSLMODE-STATEMENTS
 */

import { platform } from "#platform"
import { openSocket } from "#transport"
import { Authenticator } from "../auth/authenticator.ts"
import type { ScramKeyCache } from "../auth/scram-keys.ts"
import type { Config, HostConfig } from "../config/config.ts"
import { passwordFor } from "../config/password.ts"
import { tlsHandshake } from "../config/tls-handshake.ts"
import {
  AuthenticationError,
  ConnectionError,
  PglineError,
  ProtocolError,
  TimeoutError,
} from "../errors/client-error.ts"
import { ServerError } from "../errors/server-error.ts"
import type { Transport, TransportAddress } from "../transport/transport.ts"
import { Link, type LinkListener } from "./link.ts"
import { requestTls } from "./negotiate-tls.ts"

/** What every attempt to connect has in common. */
export interface AttemptContext {
  readonly config: Config
  readonly listener: LinkListener
  /** Shared by the connections of a pool, so that PBKDF2 is paid once. */
  readonly scramKeyCache: ScramKeyCache
  readonly signal: AbortSignal | undefined
  readonly cancelTimeoutMs: number | undefined
}

/** Where an attempt goes: the host as it was given and one of its addresses. */
export interface Target {
  readonly host: HostConfig
  readonly address: TransportAddress
}

/** Connects to one address. Rejects with the reason; nothing is left open then. */
export async function attempt(target: Target, context: AttemptContext): Promise<Link> {
  const { connectTimeoutMs } = context.config
  const stop = new AbortController()
  const onAbort = (): void => stop.abort(context.signal?.reason)
  context.signal?.throwIfAborted()
  context.signal?.addEventListener("abort", onAbort, { once: true })
  const timer =
    connectTimeoutMs === 0
      ? undefined
      : setTimeout(() => {
          const seconds = `${connectTimeoutMs / 1000} s`
          stop.abort(
            new TimeoutError(`${describeTarget(target)}: no connection within ${seconds}`, { safeToRetry: true }),
          )
        }, connectTimeoutMs)
  try {
    return await attemptWays(target, context, stop.signal)
  } finally {
    clearTimeout(timer)
    context.signal?.removeEventListener("abort", onAbort)
  }
}

/** The target as messages name it. */
export function describeTarget({ host, address }: Target): string {
  if (address.kind === "unix") return `socket "${address.path}"`
  const numeric = host.host === address.address ? "" : ` (${address.address})`
  return `server "${host.host}"${numeric}, port ${address.port}`
}

/** PostgreSQL's name among application protocols. */
const ALPN = "postgresql"

/** With TLS, without, or offered by the server: how a transport is to be made. */
type Way = "plain" | "tls" | "tls-if-offered"

async function attemptWays(target: Target, context: AttemptContext, signal: AbortSignal): Promise<Link> {
  const [way, otherwise] = waysOf(target, context.config)
  let transport: Transport | undefined
  try {
    transport = await reach(target, way, context.config, signal)
    return await open(transport, target, context, signal)
  } catch (error) {
    const wasPlain = transport !== undefined && transport.tls === undefined
    if (otherwise === undefined || signal.aborted || (wasPlain && otherwise === "plain")) throw error
    if (!mayTryOtherwise(error, way)) throw error
    return await open(await reach(target, otherwise, context.config, signal), target, context, signal)
  }
}

function waysOf({ address }: Target, { tls }: Config): [first: Way, second?: Way] {
  if (address.kind === "unix") return ["plain"]
  switch (tls.mode) {
    case "disable":
      return ["plain"]
    case "allow":
      return ["plain", "tls"]
    case "prefer":
      return ["tls-if-offered", "plain"]
    default:
      return ["tls"]
  }
}

/** A refusal by a server that was reached may depend on the encryption; what broke the protocol may not be tried again. */
function mayTryOtherwise(error: unknown, way: Way): boolean {
  if (error instanceof ProtocolError || error instanceof AuthenticationError) return false
  if (error instanceof ServerError) return true
  return way === "tls-if-offered" && error instanceof TlsFailure
}

/** The handshake failed: with sslmode `prefer` that is a reason to go on without. */
class TlsFailure extends ConnectionError {
  override readonly code: string = "PGLINE_TLS"
}

/** Starts the session. */
async function open(transport: Transport, target: Target, context: AttemptContext, signal: AbortSignal): Promise<Link> {
  const { config } = context
  const onAbort = (): void => transport.destroy()
  signal.addEventListener("abort", onAbort, { once: true })
  try {
    signal.throwIfAborted()
    const link = new Link(transport, {
      listener: context.listener,
      cancelTimeoutMs: context.cancelTimeoutMs,
      dialCancel: (stop) => reach(target, transport.tls === undefined ? "plain" : "tls", config, stop),
    })
    await link.start({
      version: config.maxProtocolVersion,
      minVersion: config.minProtocolVersion,
      parameters: { user: config.user, database: config.database, ...config.startupParameters },
      authenticator: authenticatorFor(transport, target, context),
    })
    return link
  } catch (error) {
    transport.destroy()
    if (signal.aborted) throw signal.reason
    throw told(error as Error, target)
  } finally {
    signal.removeEventListener("abort", onAbort)
  }
}

/** Connects and, when that is the way, negotiates TLS. */
async function reach(target: Target, way: Way, config: Config, signal: AbortSignal): Promise<Transport> {
  const transport = await dial(target, config, signal)
  if (way === "plain") return transport
  const onAbort = (): void => transport.destroy()
  signal.addEventListener("abort", onAbort, { once: true })
  try {
    await secure(transport, target, way, config)
    return transport
  } catch (error) {
    transport.destroy()
    if (signal.aborted) throw signal.reason
    throw told(error as Error, target)
  } finally {
    signal.removeEventListener("abort", onAbort)
  }
}

async function dial(target: Target, { keepalives }: Config, signal: AbortSignal): Promise<Transport> {
  try {
    return await openSocket(
      target.address,
      { keepAlive: keepalives.enabled, keepAliveIdleMs: keepalives.idleMs },
      signal,
    )
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw told(error as Error, target)
  }
}

async function secure(transport: Transport, target: Target, way: Way, config: Config): Promise<void> {
  const handshake = tlsHandshake(config.tls, target.host, platform)
  if (config.tls.negotiation === "postgres" && !(await requestTls(transport))) {
    if (way === "tls-if-offered") return
    throw new ConnectionError(`the server does not support TLS, and sslmode is ${config.tls.mode}`)
  }
  try {
    await transport.startTls(handshake, [ALPN])
  } catch (error) {
    throw new TlsFailure(`TLS failed: ${(error as Error).message}`, { cause: error })
  }
  // Without it a server of another protocol might have been led to answer.
  if (config.tls.negotiation === "direct" && transport.tls?.alpn !== ALPN) {
    throw new TlsFailure(`the server did not agree on the protocol "${ALPN}" (ALPN), which direct negotiation needs`)
  }
}

function authenticatorFor(transport: Transport, target: Target, context: AttemptContext): Authenticator {
  const { config } = context
  return new Authenticator({
    user: config.user,
    password: passwordFor(config, target.host),
    requireAuth: config.requireAuth,
    channelBinding: config.channelBinding,
    sslInUse: transport.tls !== undefined,
    serverCertificate: transport.tls?.peerCertificate,
    scramIterationLimit: config.scramIterationLimit,
    scramClientKey: config.scramClientKey,
    scramServerKey: config.scramServerKey,
    oauth: config.oauth,
    hostLabel: describeTarget(target),
    scramKeyCache: context.scramKeyCache,
    passwordHint: config.passfileProblem,
  })
}

/** Says where it failed. What the server itself has said stays as it is. */
function told(error: Error, target: Target): Error {
  if (error instanceof ServerError || error instanceof AuthenticationError) return error
  const place = describeTarget(target)
  const message = error.message.startsWith(place) ? error.message : `${place}: ${error.message}`
  if (error instanceof ProtocolError) return new ProtocolError(message, { cause: error })
  if (error instanceof TlsFailure) return new TlsFailure(message, { cause: error.cause, safeToRetry: true })
  if (error instanceof PglineError && !(error instanceof ConnectionError)) return error
  return new ConnectionError(message, { cause: error, safeToRetry: true })
}
