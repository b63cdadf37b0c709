/**
 * COPY where a query is expected: refused before it is sent where the text says so, ended where the server says so.
 */

import { UsageError } from "../errors/client-error.ts"
import { COPY_BOTH_RESPONSE, COPY_IN_RESPONSE, COPY_OUT_RESPONSE } from "../protocol/codes.ts"
import type { Line } from "./exchange.ts"

/** Leading white space and comments, then the word. */
const STARTS_WITH_COPY = /^(?:\s|--[^\n]*(?:\n|$)|\/\*(?:[^*]|\*(?!\/))*\*\/)*copy\b/i
const QUOTED = /'(?:[^']|'')*'/g

/**
 * Refuses a COPY that would talk to us, before it is sent: a server waiting for data takes the requests behind it for
 * data too. COPY from and to files on the server is a statement like any other.
 */
export function refuseCopy(text: string): void {
  if (!STARTS_WITH_COPY.test(text)) return
  const bare = text.replace(QUOTED, "''")
  if (/\bfrom\s+stdin\b/i.test(bare)) refuse("COPY … FROM STDIN", "copyIn")
  if (/\bto\s+stdout\b/i.test(bare)) refuse("COPY … TO STDOUT", "copyOut")
}

function refuse(statement: string, method: string): never {
  throw new UsageError(`${statement} cannot be run as a query: use ${method}`, { safeToRetry: true })
}

/**
 * Ends a COPY that has begun, and tells how it is to be run. Nothing else may have been sent behind it, for the server
 * would take it for data.
 */
export function endCopy(type: number, line: Line): UsageError {
  const refusal = new UsageError(
    type === COPY_IN_RESPONSE
      ? "COPY … FROM STDIN cannot be run as a query: use copyIn"
      : "COPY … TO STDOUT cannot be run as a query: use copyOut",
  )
  if (type === COPY_OUT_RESPONSE) return refusal // its data is skipped
  if (type === COPY_BOTH_RESPONSE || line.crowded) {
    line.abandon(refusal)
    return refusal
  }
  // The Sync that went out with the request is lost on a server that waits for data.
  line.encoder.copyFail("not run as copyIn")
  line.sync()
  line.send()
  return refusal
}
