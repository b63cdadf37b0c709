/**
 * What it means when a statement is refused, by the server or by a codec: that our idea of it is out of date, because
 * somebody has changed its tables or types or dropped its name meanwhile, or that a value was wrong all along. Nothing is
 * remembered here: who has sent the statement forgets what has proved wrong, and has it described anew.
 */

import type { Oid } from "../base/format.ts"
import { ServerError } from "../errors/server-error.ts"
import { findMisfit } from "../query/parameters.ts"
import type { Description } from "../query/statement.ts"
import type { KnownTypes } from "../types/known-types.ts"
import { findMiscount } from "./bind-values.ts"

const GONE = /^cache lookup failed for type (\d+)$/

/** Bad data, maybe a value that does not fit its type. */
export function refusesValue(error: unknown): boolean {
  return error instanceof ServerError && error.code.startsWith("22")
}

/** A composite value was refused: its type may have other attributes by now. */
export function refusesComposite({ routine }: ServerError): boolean {
  return routine === "record_recv" || routine === "record_in"
}

/** What was run by name is gone, or its plan's result has changed. */
export function refusesName({ code, routine }: ServerError): boolean {
  return code === "26000" || (code === "0A000" && routine === "RevalidateCachedQuery")
}

/**
 * The parameter's type that exists no more, when that is why nothing could be run. The server never translates this.
 * @param lists the parameters' types, as they were declared and as they were described
 */
export function goneType({ code, message }: ServerError, ...lists: readonly (readonly Oid[])[]): Oid | undefined {
  const match = code === "XX000" ? GONE.exec(message) : null
  if (match === null) return undefined
  const gone = Number(match[1])
  return lists.some((oids) => oids.includes(gone)) ? gone : undefined
}

/** The text could not be parsed, maybe because of the parameter types that were described before and sent with it. */
export function refusesTypes({ code }: ServerError, description: Description | undefined): boolean {
  return code.startsWith("42") && description !== undefined && description.parameterOids.length > 0
}

/** A value did not fit, maybe because one of these types is another one by now: those that were learnt may be. */
export function mayHaveChanged(oids: readonly Oid[], known: KnownTypes): boolean {
  return oids.some((oid) => known.isLearnt(oid))
}

/**
 * What the server has refused in a run by text alone, bad data or a wrong number of values, told as runs by the described
 * types would tell it.
 */
export function explainRefusal(error: unknown, values: readonly unknown[], description: Description): unknown {
  if (!(error instanceof ServerError)) return error
  if (error.code === "08P01") return findMiscount(values, description, { cause: error }) ?? error
  return (refusesValue(error) && findMisfit(values, description.parameterCodecs)) || error
}
