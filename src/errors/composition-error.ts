/**
 * The refusal of SQL that is put together wrongly: found while composing, before anything is sent.
 */

import { ClientError } from "./client-error.ts"

/** SQL was composed of parts that don't fit: nothing was sent. */
export class CompositionError extends ClientError {
  readonly code = "PGLINE_COMPOSITION"

  constructor(message: string) {
    super(message, { safeToRetry: true })
  }
}
