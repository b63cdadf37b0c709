/**
 * A Connection without a socket: bytes that a server once sent are put into its link as if they came now. For tests of
 * what the client makes of them, however they are cut, broken or changed.
 */

import { Authenticator } from "../../src/auth/authenticator.ts"
import { resolveConfig } from "../../src/config/resolve.ts"
import { Connection } from "../../src/connection/connection.ts"
import { ConnectionInfo } from "../../src/connection/connection-info.ts"
import type { PglineError } from "../../src/errors/client-error.ts"
import { Link } from "../../src/link/link.ts"
import { Result } from "../../src/query/result.ts"
import { Session, type SessionOptions } from "../../src/session/session.ts"
import { createDefaultRegistry } from "../../src/types/defaults.ts"
import { authenticationOk, backendKeyData, readyForQuery } from "./backend-messages.ts"
import { MemoryTransport } from "./memory-transport.ts"

const config = resolveConfig("host=127.0.0.1 port=5432 user=tester dbname=tests sslmode=disable")

type LinkOptions = NonNullable<ConstructorParameters<typeof Link>[1]>

/** A connection and the other end of its transport. */
export interface Replay {
  readonly db: Connection
  readonly link: Link
  readonly transport: MemoryTransport
}

/** Starts a session; `greeting` is what the server says from AuthenticationOk to its first ReadyForQuery. */
export async function startReplay(
  options: SessionOptions & LinkOptions & { readonly greeting?: Uint8Array } = {},
): Promise<Replay> {
  const transport = new MemoryTransport()
  const link = new Link(transport, options)
  const started = link.start({
    version: config.maxProtocolVersion,
    minVersion: config.minProtocolVersion,
    parameters: { user: config.user },
    authenticator: new Authenticator({
      user: config.user,
      password: () => Promise.resolve(undefined),
      requireAuth: undefined,
      channelBinding: "prefer",
      sslInUse: false,
      scramIterationLimit: 10_000,
      hostLabel: "the replay",
    }),
  })
  transport.deliver(options.greeting ?? Buffer.concat([authenticationOk(), backendKeyData(4711, 815), readyForQuery()]))
  await started
  await turn()
  transport.written = Buffer.alloc(0)
  const target = { host: config.hosts[0]!, address: transport.address }
  const session = new Session({ link, target }, createDefaultRegistry(), options)
  return { db: new Connection(session, new ConnectionInfo(session, config)), link, transport }
}

/** Lets everything happen that needs no more bytes. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Lets the calls of this tick leave. */
export function flushed(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve))
}

/** How a promise ended. */
export type Ending =
  | { readonly status: "rows"; readonly text: string }
  | { readonly status: "error"; readonly text: string; readonly error: PglineError }
  | { readonly status: "hung"; readonly text: string }

/** How promises have ended by the time nothing moves any more: one that waits for bytes is hung. */
export async function endingsOf(promises: readonly Promise<unknown>[]): Promise<Ending[]> {
  const endings: Ending[] = promises.map(() => ({ status: "hung", text: "hung" }))
  for (const [i, promise] of promises.entries()) {
    promise.then(
      (value) => {
        endings[i] = { status: "rows", text: printValue(value) }
      },
      (error: PglineError) => {
        endings[i] = { status: "error", text: printError(error), error }
      },
    )
  }
  await turn()
  return endings
}

/** A value as text, the same for values that are alike in every part; all types of the session included. */
export function printValue(value: unknown): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, key, part: unknown) {
    const original = this[key] // a Buffer and a Date have been turned into something else by now
    if (original instanceof Uint8Array) return `bytes ${Buffer.from(original).toString("hex")}`
    if (original instanceof Date) return `date ${original.toISOString()}`
    if (typeof part === "bigint") return `${part}n`
    if (typeof part === "number" && !Number.isFinite(part)) return String(part)
    if (part instanceof Result) {
      const columns = part.fields.map(({ name, typeOid }) => `${name}:${typeOid}`)
      return { command: part.command, rowCount: part.rowCount, columns: columns.join(" "), rows: part.rows }
    }
    return part
  })
}

function printError(error: PglineError): string {
  return `${error.constructor.name} ${error.code}: ${error.message}`
}
