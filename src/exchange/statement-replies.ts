/**
 * What the server says of a statement while it answers a request: what it takes and gives, that its name exists now, that
 * it was refused or read past. What was known of it is completed, confirmed or forgotten by that.
 */

import type { Oid } from "../base/format.ts"
import { ServerError } from "../errors/server-error.ts"
import type { Field } from "../protocol/backend.ts"
import { findUntyped } from "../query/parameters.ts"
import { explainRefusal, goneType, refusesComposite, refusesName, refusesTypes, refusesValue } from "./refusals.ts"
import type { StatementRequest } from "./statement-request.ts"
import { endDescribing, leaveUnsent, sendDescribed } from "./statement-sender.ts"

const NO_OIDS: readonly Oid[] = []

/** ParseComplete came: the name, if there is one, exists. */
export function onParsed<R>(request: StatementRequest<R>): void {
  request.isParsed = true
  if (request.ownsName) request.statement.confirmName()
}

/**
 * The statement's description came. In a `describing` request the rest of it goes out now, if it is wanted still.
 * @throws EncodeError and others when the rest cannot be written; the request has been ended properly then
 */
export function onDescribed<R>(
  request: StatementRequest<R>,
  parameterOids: readonly Oid[],
  fields: readonly Field[],
  isWanted: boolean,
): void {
  request.awaitsDescription = false
  const description = request.statement.describe(parameterOids, fields, request.registry)
  if (request.mode === "describing") {
    if (isWanted) sendDescribed(request, description)
    else leaveUnsent(request)
    return
  }
  request.description = description
  judge(request)
  request.findDecoder(description)
}

/** Refuses values that went out as text, by what is known of their types by now. @throws EncodeError */
export function judge<R>({ mustJudge, query, statement, registry }: StatementRequest<R>): void {
  if (!mustJudge) return
  const misfit = findUntyped(query.values, statement.description(registry)!.parameterCodecs)
  if (misfit !== undefined) throw misfit
}

/** The server has refused the request. */
export function onRefused<R>(request: StatementRequest<R>): void {
  if (request.mode === "describing") endDescribing(request)
  // A Parse that failed leaves no name behind.
  if (!request.isParsed) releaseNew(request)
}

/** The server has read past the request: no name was made, none was closed. */
export function onSkipped<R>(request: StatementRequest<R>): void {
  request.statements.closeLater(request.closing)
  releaseNew(request)
}

/** Takes back the name that the request was to give. */
function releaseNew<R>(request: StatementRequest<R>): void {
  if (request.mode !== "named" && request.ownsName) request.statements.release(request.statement)
}

/**
 * Whether the server has refused because its idea of the statement is no longer ours: the plan's result has changed, the
 * statement or a parameter's type is gone, or it can't be parsed with the parameter types it had. It has not run then,
 * and what we knew of it is forgotten.
 */
export function isStale<R>(request: StatementRequest<R>, error: unknown): boolean {
  if (!(error instanceof ServerError)) return false
  const { statement, description } = request
  const gone = goneType(error, statement.declaredOids, description?.parameterOids ?? NO_OIDS)
  if (gone !== undefined) request.dropType(gone)
  else if (refusesComposite(error)) request.forgetTypes(description?.parameterOids ?? NO_OIDS)
  else if (!isRefuted(request, error)) return false
  if (request.mode !== "named" || request.ownsName) request.statements.release(statement)
  request.statements.onStale()
  return true
}

function isRefuted<R>({ mode, isParsed, description }: StatementRequest<R>, error: ServerError): boolean {
  if (mode === "named") return refusesName(error)
  return mode !== "first" && !isParsed && refusesTypes(error, description)
}

/** Whether a run by its types would tell better why a value was refused. What is judged reads only, so it may be run anew. */
export function isUnexplained<R>(request: StatementRequest<R>, error: unknown): boolean {
  const { description } = request
  return description !== undefined && refusesValue(error) && request.lacksTypesToJudge(description)
}

/** The error as runs by the described types would tell it, where this one had nothing but the text to go by. */
export function explain<R>({ mode, query, description }: StatementRequest<R>, error: unknown): unknown {
  if (mode !== "first" || description === undefined) return error
  return explainRefusal(error, query.values, description)
}
