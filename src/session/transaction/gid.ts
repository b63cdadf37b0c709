/**
 * The name of a transaction that is prepared for a two-phase commit.
 *
 * @see https://www.postgresql.org/docs/current/sql-prepare-transaction.html
 */

import { utf8Length } from "#platform"
import { describeValue, UsageError } from "../../errors/client-error.ts"
import { quoteLiteral } from "../../sql/quote.ts"

/** The server's GIDSIZE without its terminator. */
const MAX_GID_BYTES = 199

/** A gid as a string constant. @throws UsageError and CompositionError for what the server would refuse or cut off */
export function quoteGid(gid: string): string {
  if (typeof gid !== "string" || gid === "") {
    const problem = `a prepared transaction's gid must be a string that is not empty, got ${describeValue(gid)}`
    throw new UsageError(problem, { safeToRetry: true })
  }
  const quoted = quoteLiteral(gid)
  const bytes = utf8Length(gid)
  if (bytes <= MAX_GID_BYTES) return quoted
  const problem = `a prepared transaction's gid can have at most ${MAX_GID_BYTES} bytes, this one has ${bytes}`
  throw new UsageError(problem, { safeToRetry: true })
}
