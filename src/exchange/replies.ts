/**
 * What every exchange that runs statements does alike: read an ErrorResponse, tell a fatal one from others, refuse a
 * message that cannot come at this point, and take a failure of the caller's own functions for one.
 */

import type { ByteSource } from "../base/byte-source.ts"
import { ProtocolError, UsageError } from "../errors/client-error.ts"
import { createServerError } from "../errors/create-server-error.ts"
import type { ServerError } from "../errors/server-error.ts"
import { readServerMessage } from "../protocol/backend.ts"
import type { Line } from "./exchange.ts"

/** In a failed transaction everything is refused; a statement that could not be prepared there is missing, too. */
const AFTERMATH: ReadonlySet<string> = new Set(["25P02", "26000"])

/**
 * Reads an ErrorResponse. After a fatal one the server closes the connection, and the link is told so. What has failed a
 * transaction is remembered, and named as the cause of the refusals that follow.
 */
export function readError(source: ByteSource, start: number, end: number, line: Line, statement?: string): ServerError {
  const error = createServerError(readServerMessage(source, start, end), statement)
  if (error.fatal) line.abandon(error)
  const { lastFailure } = line.server
  if (lastFailure === undefined) line.server.lastFailure = error
  else if (AFTERMATH.has(error.code)) error.cause ??= lastFailure
  return error
}

/** A message that has no place in the exchange: the two sides are out of step. */
export function unexpectedMessage(type: number, during: string): never {
  throw new ProtocolError(`received an unexpected message of type "${String.fromCharCode(type)}" during ${during}`)
}

/** What a caller's function has thrown; `undefined`, which would pass for no failure, becomes an error. */
export function thrownBy(what: string, error: unknown): unknown {
  return error === undefined ? new UsageError(`${what} threw nothing that could be told`) : error
}
