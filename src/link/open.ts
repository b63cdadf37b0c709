/**
 * The first good link, or all the reasons why there is none: every host, every address it resolves to, one after the
 * other or shuffled, until one is the kind of server that is wanted.
 *
 * A server that knows us and refuses (wrong password, no such database, no rights) ends the search: the next one would
 * refuse too, and hiding that behind another host's error would not help anybody.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS
 */

import { resolveHost } from "#transport"
import { ScramKeyCache } from "../auth/scram-keys.ts"
import type { Config, HostConfig, TargetSessionAttrs } from "../config/config.ts"
import { hostsInOrder, shuffled, socketPath } from "../config/hosts.ts"
import { AuthenticationError, ConfigError, ConnectError, ConnectionError } from "../errors/client-error.ts"
import { ServerError } from "../errors/server-error.ts"
import { type AttemptContext, attempt } from "./attempt.ts"
import type { Link } from "./link.ts"
import type { LinkListener } from "./options.ts"
import type { Target } from "./reach.ts"

/** What opening a link may be told besides its Config. */
export interface OpenOptions {
  readonly listener?: LinkListener
  /** Keys derived from passwords; without one, those of the whole process. */
  readonly scramKeyCache?: ScramKeyCache
  /** Gives up at once when it aborts; the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined
  /** How long the server may take to end a statement it was asked to cancel, in milliseconds. */
  readonly cancelTimeoutMs?: number | undefined
  /** How long the server may be silent while an answer is due before it is probed, in milliseconds. */
  readonly stallTimeoutMs?: number | undefined
}

/** Bounded, and without the passwords themselves. */
const processKeys = new ScramKeyCache()

/** An open link and where it leads. */
export interface OpenedLink {
  readonly link: Link
  readonly target: Target
}

/**
 * Opens a link to the first server that takes us and is of the wanted kind.
 * @throws the only failure there was, or ConnectError with all of them
 */
export async function openLink(config: Config, options: OpenOptions = {}): Promise<OpenedLink> {
  const context: AttemptContext = {
    config,
    listener: options.listener ?? {},
    scramKeyCache: options.scramKeyCache ?? processKeys,
    signal: options.signal,
    cancelTimeoutMs: options.cancelTimeoutMs,
    stallTimeoutMs: options.stallTimeoutMs,
  }
  const failures: Error[] = []
  const hosts = hostsInOrder(config)
  for (const wanted of passes(config.targetSessionAttrs)) {
    for (const host of hosts) {
      for await (const target of targetsOf(host, context, failures)) {
        const link = await tryTarget(target, wanted, context, failures)
        if (link !== undefined) return { link, target }
      }
    }
  }
  throw failures.length === 1 ? failures[0]! : new ConnectError(summary(failures), failures)
}

/** `prefer-standby` goes over the hosts twice: for a standby first, then for any server. */
function passes(wanted: TargetSessionAttrs): readonly TargetSessionAttrs[] {
  return wanted === "prefer-standby" ? ["standby", "any"] : [wanted]
}

async function* targetsOf(
  host: HostConfig,
  { config, signal }: AttemptContext,
  failures: Error[],
): AsyncGenerator<Target> {
  if (host.isUnix) {
    yield { host, address: { kind: "unix", path: socketPath(host) } }
    return
  }
  let addresses: string[]
  try {
    addresses = host.hostaddr !== undefined ? [host.hostaddr] : await untilAborted(resolveHost(host.host), signal)
  } catch (error) {
    signal?.throwIfAborted()
    const message = `the host name "${host.host}" could not be resolved: ${(error as Error).message}`
    const transient = (error as { readonly code?: unknown }).code !== "ENOTFOUND"
    failures.push(new ConnectionError(message, { cause: error, safeToRetry: true, transient }))
    return
  }
  if (config.loadBalanceHosts === "random") addresses = shuffled(addresses)
  for (const address of addresses) yield { host, address: { kind: "tcp", address, port: host.port } }
}

/** The resolver cannot be stopped; its answer is not waited for any more. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal?.reason)
    if (signal?.aborted) onAbort()
    signal?.addEventListener("abort", onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal?.removeEventListener("abort", onAbort))
  })
}

async function tryTarget(
  target: Target,
  wanted: TargetSessionAttrs,
  context: AttemptContext,
  failures: Error[],
): Promise<Link | undefined> {
  try {
    return await attempt(target, wanted, context)
  } catch (error) {
    context.signal?.throwIfAborted()
    if (endsTheSearch(error)) throw error
    failures.push(error as Error)
    return undefined
  }
}

function endsTheSearch(error: unknown): boolean {
  if (error instanceof AuthenticationError || error instanceof ConfigError) return true
  if (!(error instanceof ServerError)) return false
  return error.code.startsWith("28") || error.code === "3D000" || error.code === "42501"
}

function summary(failures: readonly Error[]): string {
  return `no server could be connected to:\n${failures.map((failure) => `  ${failure.message}`).join("\n")}`
}
