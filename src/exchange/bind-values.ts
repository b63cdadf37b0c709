/**
 * Bind with its values: by the types that the server has described, or before it has.
 *
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-BIND
 */

import { TEXT } from "../base/format.ts"
import { type PglineErrorOptions, UsageError } from "../errors/client-error.ts"
import type { Encoder } from "../protocol/encoder.ts"
import { writeParameters, writeResultFormats } from "../query/parameters.ts"
import type { Description } from "../query/statement.ts"
import type { Codec } from "../types/codec.ts"

const NOT_SENT: PglineErrorOptions = { safeToRetry: true }

/**
 * Appends a Bind of a statement to a portal; an empty name is the unnamed one.
 * @throws UsageError when there are too few values or too many, EncodeError when one does not fit
 */
export function bindValues(
  encoder: Encoder,
  portal: string,
  statement: string,
  values: readonly unknown[],
  description: Description,
): void {
  const miscount = findMiscount(values, description, NOT_SENT)
  if (miscount !== undefined) throw miscount
  encoder.beginBind(portal, statement)
  writeParameters(encoder.writer, values, description.parameterCodecs)
  writeResultFormats(encoder.writer, description.resultFormats, description.commonFormat)
  encoder.endBind()
}

/** Appends a Bind of a statement that is not described yet: values by the codecs there are, all columns in text. */
export function bindUndescribed(
  encoder: Encoder,
  statement: string,
  values: readonly unknown[],
  codecs: readonly (Codec | undefined)[],
): void {
  encoder.beginBind("", statement)
  writeParameters(encoder.writer, values, codecs)
  writeResultFormats(encoder.writer, [], TEXT)
  encoder.endBind()
}

/** The refusal of too few values or too many, if they are. */
export function findMiscount(
  values: readonly unknown[],
  { parameterOids }: Description,
  options: PglineErrorOptions,
): UsageError | undefined {
  const expected = parameterOids.length
  if (values.length === expected) return undefined
  const parameters = expected === 1 ? "parameter" : "parameters"
  return new UsageError(`the statement takes ${expected} ${parameters}, got ${values.length}`, options)
}
