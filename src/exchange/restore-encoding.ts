/**
 * Puts the session's client_encoding back to UTF8 after a statement has changed it: everything that is sent and read
 * here is UTF-8.
 */

import type { ByteSource } from "../base/byte-source.ts"
import { ProtocolError } from "../errors/client-error.ts"
import { COMMAND_COMPLETE, ERROR_RESPONSE } from "../protocol/codes.ts"
import type { Exchange, Line, Outcome } from "./exchange.ts"
import { readError, unexpectedMessage } from "./replies.ts"

/** Text that may change the encoding: nothing is to be sent behind it before that is known. */
export const MAY_CHANGE_ENCODING: RegExp = /client_encoding|set\s+(?:session\s+|local\s+)?names\b/i

/** In a transaction that has failed; the setting goes with it. */
const IN_FAILED_TRANSACTION = "25P02"

/** One SET. */
export class RestoreEncoding implements Exchange {
  #line!: Line

  write(line: Line): void {
    this.#line = line
    line.encoder.query("SET client_encoding TO 'UTF8'")
  }

  onRow(): void {
    throw new ProtocolError("the server sent a row for a SET")
  }

  onFrame(type: number, source: ByteSource, start: number, end: number): void {
    if (type === COMMAND_COMPLETE) return
    if (type !== ERROR_RESPONSE) unexpectedMessage(type, "a SET")
    const error = readError(source, start, end, this.#line)
    if (error.code !== IN_FAILED_TRANSACTION) this.#line.abandon(error)
  }

  onReady(): Outcome {
    return "done"
  }

  fail(): void {} // the connection is lost, and the encoding with it
}
