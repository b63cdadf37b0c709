/**
 * One attempt at one address, within the connect timeout: reach it, start the session, see whether it is of the wanted
 * kind. It takes several transports where libpq would: with sslmode `allow` and `prefer` one with TLS and one without,
 * and one more with protocol 3.0 where a peer does not even know how to negotiate a newer version.
 *
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-SSLMODE-STATEMENTS
 */

import { Authenticator } from "../auth/authenticator.ts"
import type { ScramKeyCache } from "../auth/scram-keys.ts"
import { LONGEST_DELAY_MS } from "../base/clock.ts"
import type { Config, TargetSessionAttrs } from "../config/config.ts"
import { passwordFor } from "../config/password.ts"
import { AuthenticationError, ConnectionError, TimeoutError } from "../errors/client-error.ts"
import { createServerError } from "../errors/create-server-error.ts"
import { ServerError } from "../errors/server-error.ts"
import { PROTOCOL_3_0 } from "../protocol/codes.ts"
import type { Transport } from "../transport/transport.ts"
import { cleartextObstacle } from "./cleartext.ts"
import { Link } from "./link.ts"
import { DEFAULT_STALL_TIMEOUT_MS, type LinkListener } from "./options.ts"
import { describeTarget, guarded, reach, type Target, type Way } from "./reach.ts"
import { requireSessionAttrs } from "./session-attrs.ts"
import { TlsFailure } from "./tls-failure.ts"

/** What every attempt to connect has in common. */
export interface AttemptContext {
  readonly config: Config
  readonly listener: LinkListener
  /** Shared by many connections, so that PBKDF2 is paid once. */
  readonly scramKeyCache: ScramKeyCache
  readonly signal: AbortSignal | undefined
  readonly cancelTimeoutMs: number | undefined
  readonly stallTimeoutMs: number | undefined
}

/** Connects to one address. Rejects with the reason; nothing is left open then. */
export async function attempt(target: Target, wanted: TargetSessionAttrs, context: AttemptContext): Promise<Link> {
  const { connectTimeoutMs } = context.config
  const stop = new AbortController()
  const onAbort = (): void => stop.abort(context.signal?.reason)
  context.signal?.throwIfAborted()
  context.signal?.addEventListener("abort", onAbort, { once: true })
  const timer =
    connectTimeoutMs === 0
      ? undefined
      : setTimeout(() => {
          const problem = `no connection within ${connectTimeoutMs / 1000} s (connect_timeout)`
          stop.abort(new TimeoutError(`${describeTarget(target)}: ${problem}`, { safeToRetry: true }))
        }, connectTimeoutMs)
  try {
    return await attemptWays({ target, wanted, context, stop })
  } finally {
    clearTimeout(timer)
    context.signal?.removeEventListener("abort", onAbort)
  }
}

/** One attempt, as its parts need it. */
interface Attempt {
  readonly target: Target
  readonly wanted: TargetSessionAttrs
  readonly context: AttemptContext
  /** Ends it all, from whatever side. */
  readonly stop: AbortController
}

/** How far a transport has come. */
interface Trace {
  /** Whether TLS was in use when the session was asked for; undefined before that. */
  encrypted: boolean | undefined
  isUnderstood: boolean
  isAccepted: boolean
}

async function attemptWays(attempt: Attempt): Promise<Link> {
  const [way, otherwise] = waysOf(attempt)
  const trace = newTrace()
  try {
    return await attemptVersions(attempt, way, trace)
  } catch (error) {
    if (otherwise === undefined || attempt.stop.signal.aborted || !mayTryOtherwise(error, way, trace)) throw error
    try {
      return await attemptVersions(attempt, otherwise, newTrace())
    } catch (second) {
      if (attempt.stop.signal.aborted) throw second
      throw moreTelling(error as Error, second as Error)
    }
  }
}

function newTrace(): Trace {
  return { encrypted: undefined, isUnderstood: false, isAccepted: false }
}

function waysOf({ target, context }: Attempt): [first: Way, second?: Way] {
  if (target.address.kind === "unix") return ["plain"]
  switch (context.config.tls.mode) {
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

/**
 * As in libpq: a refusal before we were authenticated may depend on the encryption, and with `prefer` a failed handshake
 * is as good as no TLS. What broke the protocol, closed the connection or answered the request for TLS with an error
 * might be an attacker's doing and is not rewarded with an unencrypted attempt.
 */
function mayTryOtherwise(error: unknown, way: Way, trace: Trace): boolean {
  if (way === "tls-if-offered") {
    return error instanceof TlsFailure || (trace.encrypted === true && isRefusal(error, trace))
  }
  return isRefusal(error, trace)
}

/** The server said no to us; not that it is starting up or shutting down (57P03). */
function isRefusal(error: unknown, trace: Trace): boolean {
  return error instanceof ServerError && !trace.isAccepted && error.code !== "57P03"
}

/** Of the failures with and without TLS the one to throw: what the server said, a wrong password above all. */
function moreTelling(first: Error, second: Error): Error {
  const [told, other] = rankOf(second) > rankOf(first) ? [second, first] : [first, second]
  told.cause ??= other
  return told
}

function rankOf(error: Error): number {
  if (error instanceof ServerError) return error.code === "28P01" ? 3 : 1
  return error instanceof AuthenticationError ? 2 : 0
}

/** Poolers and servers that do not know how to negotiate a version refuse a new one, or just close. */
async function attemptVersions(attempt: Attempt, way: Way, trace: Trace): Promise<Link> {
  const { maxProtocolVersion, minProtocolVersion } = attempt.context.config
  try {
    return await openSession(attempt, way, maxProtocolVersion, trace)
  } catch (error) {
    const mayGoDown = maxProtocolVersion > PROTOCOL_3_0 && minProtocolVersion <= PROTOCOL_3_0
    if (!mayGoDown || attempt.stop.signal.aborted || !isVersionRefusal(error, trace)) throw error
    trace.encrypted = undefined
    return await openSession(attempt, way, PROTOCOL_3_0, trace)
  }
}

function isVersionRefusal(error: unknown, trace: Trace): boolean {
  if (trace.encrypted === undefined || trace.isUnderstood) return false
  if (error instanceof ServerError) return error.code.startsWith("08") || error.code.startsWith("0A")
  return error instanceof ConnectionError
}

async function openSession(attempt: Attempt, way: Way, version: number, trace: Trace): Promise<Link> {
  const { target, wanted, context } = attempt
  const { config } = context
  const { signal } = attempt.stop
  const transport = await reachInTime(attempt, way)
  const encrypted = transport.tls !== undefined
  let usesPassfile = false
  try {
    return await guarded(transport, target, signal, async () => {
      const link = new Link(transport, {
        listener: context.listener,
        place: { "server.address": target.host.host, "server.port": target.host.port },
        cancelTimeoutMs: context.cancelTimeoutMs,
        stallTimeoutMs: context.stallTimeoutMs,
        dialProbe: (stop) => reach(target, "plain", config, stop),
        dialCancel: (stop) => reach(target, encrypted ? "tls" : "plain", config, stop),
      })
      trace.encrypted = encrypted
      await link.start({
        version,
        minVersion: config.minProtocolVersion,
        parameters: { user: config.user, database: config.database, ...config.startupParameters },
        authenticator: authenticatorFor(transport, attempt, () => {
          usesPassfile = true
        }),
        progress: trace,
      })
      await requireSessionAttrs(link, wanted)
      return link
    })
  } catch (error) {
    throw usesPassfile ? namingPassfile(error, config) : error
  }
}

/**
 * Without a connect timeout, a peer that is silent before the session begins is given up as one that falls silent later
 * is: then the stall timeout counts.
 */
async function reachInTime({ target, context, stop }: Attempt, way: Way): Promise<Transport> {
  const { config, stallTimeoutMs = DEFAULT_STALL_TIMEOUT_MS } = context
  if (config.connectTimeoutMs > 0 || stallTimeoutMs === 0) return reach(target, way, config, stop.signal)
  const patienceMs = Math.min(2 * stallTimeoutMs, LONGEST_DELAY_MS)
  const timer = setTimeout(() => {
    const problem = `the server has not answered for ${patienceMs / 1000} s`
    stop.abort(new ConnectionError(`${describeTarget(target)}: ${problem}`, { safeToRetry: true }))
  }, patienceMs)
  try {
    return await reach(target, way, config, stop.signal)
  } finally {
    clearTimeout(timer)
  }
}

/** A password that nobody typed may stand in a file that nobody thinks of. */
function namingPassfile(error: unknown, { passfile }: Config): unknown {
  if (!(error instanceof ServerError) || error.code !== "28P01") return error
  const source = `The password comes from the password file "${passfile}".`
  const hint = error.hint === undefined ? source : `${error.hint}\n${source}`
  return createServerError({ ...error, message: error.message, hint })
}

function authenticatorFor(transport: Transport, { target, context }: Attempt, onPassfile: () => void): Authenticator {
  const { config } = context
  const { tls } = transport
  return new Authenticator({
    user: config.user,
    password: passwordFor(config, target.host, onPassfile),
    requireAuth: config.requireAuth,
    channelBinding: config.channelBinding,
    sslInUse: tls !== undefined,
    serverCertificate: tls?.peerCertificate,
    requiredClientCertificate:
      config.tls.certMode === "require" ? (tls?.clientCertificate ?? "not-requested") : undefined,
    cleartextObstacle: (method) => cleartextObstacle(transport, config, method),
    scramIterationLimit: config.scramIterationLimit,
    scramClientKey: config.scramClientKey,
    scramServerKey: config.scramServerKey,
    oauth: config.oauth,
    hostLabel: describeTarget(target),
    scramKeyCache: context.scramKeyCache,
    passwordHint: config.passfileProblem,
  })
}
