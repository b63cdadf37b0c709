/**
 * How one statement goes out: [Close…] [Parse Describe] Bind Execute. The way is chosen when the turn to be written
 * comes, from what is known of the statement by then:
 *
 *     first       nothing is known, but the values do without:          Parse Describe Bind Execute, all in text
 *     describing  nothing is known and the values need their types:     Parse Describe Flush … then Bind Execute
 *     unnamed     described before:                                     Parse Describe Bind Execute, by types
 *     naming      described, and it has earned a name:                  the same with a name
 *     named       the server has it:                                    Bind Execute
 *     paused      described, and a parameter's type is unknown:         nothing, until the catalogs were asked
 *
 * Each takes one round trip but `describing`, which takes two and holds the line in between, so that statements run in
 * the order in which they were asked for. A turn in which the catalogs are asked about types adds one, the first time.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
 */

import type { Oid } from "../base/format.ts"
import { EncodeError } from "../errors/client-error.ts"
import { earnsName } from "../query/auto-prepare.ts"
import { declaredOids, unknownTypeNames } from "../query/declared-types.ts"
import { canSendUndescribed, checkParameters, mayMisfit } from "../query/parameters.ts"
import { isPlainRead } from "../query/plain-read.ts"
import type { Description } from "../query/statement.ts"
import { lacksFieldFormats, lacksParameterTypes, unknownTypes } from "../query/unknown-types.ts"
import type { Codec } from "../types/codec.ts"
import { bindUndescribed, bindValues } from "./bind-values.ts"
import { mayHaveChanged } from "./refusals.ts"
import { MAY_CHANGE_ENCODING } from "./restore-encoding.ts"
import { NO_FORMATS, type StatementRequest } from "./statement-request.ts"
import { TypeLookup, type WantedTypes } from "./type-lookup.ts"
import { refuseCopy } from "./unwanted-copy.ts"

const NO_OIDS: readonly Oid[] = []
const NO_NAMES: readonly string[] = []

/**
 * Appends the request, up to but not including its Sync where nothing has to be awaited first.
 * @returns what has to be written instead and finished, before this is called again
 */
export function sendStatement<R>(request: StatementRequest<R>): TypeLookup | undefined {
  const { writer } = request.line.encoder
  const before = writer.length
  try {
    return write(request)
  } catch (error) {
    if (!(error instanceof EncodeError) || !isOutdated(request)) throw error
    writer.truncate(before)
    request.statements.release(request.statement)
    return write(request)
  }
}

/**
 * The second half of `describing`: the rest of the request goes out, when the types are known.
 * @throws EncodeError and others when it cannot be written; the request has been ended properly then
 */
export function sendDescribed<R>(request: StatementRequest<R>, description: Description): void {
  const { line } = request
  if (needsLookup(request, description)) {
    // That half is left to another turn. The line stays held.
    request.mode = "paused"
    line.endTurn()
    return
  }
  const { writer } = line.encoder
  const before = writer.length
  try {
    bind(request, description)
    line.encoder.execute("", 0)
    request.findDecoder(description)
  } catch (error) {
    writer.truncate(before)
    leaveUnsent(request)
    throw error
  }
  endDescribing(request)
}

/** Ends a `describing` request that has been answered, instead of sending the rest: no more replies come to it. */
export function leaveUnsent<R>(request: StatementRequest<R>): void {
  const { line } = request
  request.mode = "unnamed"
  line.endTurn()
  line.release(request.exchange)
}

/** Ends a `describing` request, of which nothing more is to be said. */
export function endDescribing<R>(request: StatementRequest<R>): void {
  const { line } = request
  request.mode = "unnamed"
  line.sync()
  line.send()
  line.release(request.exchange)
}

/** Whether a value may not fit because its type is another one by now. It is described anew then, once. */
function isOutdated<R>(request: StatementRequest<R>): boolean {
  const { registry } = request
  if (request.isDistrusted || request.mode === "first") return false
  const oids = request.statement.description(registry)?.parameterOids ?? NO_OIDS
  request.isDistrusted = mayHaveChanged(oids, registry.known)
  if (request.isDistrusted) request.forgetTypes(oids)
  return request.isDistrusted
}

function write<R>(request: StatementRequest<R>): TypeLookup | undefined {
  const { line, query, statements, registry } = request
  request.isParsed = false
  request.awaitsDescription = false
  request.decode = undefined
  request.lacksDecoder = false
  request.mustJudge = false
  const unknownNames = request.isLookedUp ? NO_NAMES : unknownTypeNames(query, registry)
  if (unknownNames.length > 0) return lookUp(request, { oids: NO_OIDS, names: unknownNames })
  const statement = query.statement ?? statements.statement(query.text, declaredOids(query, registry))
  const description = statement.description(registry)
  if (description !== undefined && needsLookup(request, description)) {
    return lookUp(request, { oids: unknownTypes(description), names: NO_NAMES })
  }
  request.statement = statement
  // What may be skipped closes nothing: nobody could tell in time whether names are free again.
  request.closing = line.segment === undefined ? statements.closing : NO_NAMES
  for (const name of request.closing) line.encoder.closeStatement(name)
  if (description === undefined) {
    checkParameters(query.values)
    refuseCopy(query.text)
    writeUndescribed(request)
  } else if (!statement.hasNameIn(line.segment)) {
    writeDescribed(request, description)
  } else {
    request.mode = "named"
    request.name = statement.name
    bind(request, description)
    request.findDecoder(description)
    finish(request)
  }
  if (statement.isExclusive) line.hold()
  request.naming = statement.naming
  statement.uses++
  if (line.segment === undefined) statements.clearClosing()
  return undefined
}

/** Whether the catalogs have to be asked first. */
function needsLookup<R>(request: StatementRequest<R>, description: Description): boolean {
  if (request.isLookedUp) return false
  const { query, registry, line } = request
  return lacksParameterTypes(query.values, description, registry) || lacksFieldFormats(description, line.server)
}

function lookUp<R>(request: StatementRequest<R>, wanted: WantedTypes): TypeLookup {
  request.isLookedUp = true
  return new TypeLookup(request.registry.known, wanted)
}

function writeUndescribed<R>(request: StatementRequest<R>): void {
  const { line, statement, registry } = request
  const { values } = request.query
  const { text, declaredOids: declared } = statement
  if (MAY_CHANGE_ENCODING.test(text)) statement.isExclusive = true
  const codecs: readonly (Codec | undefined)[] = declared.map((oid) =>
    oid === 0 ? undefined : registry.codecOrText(oid),
  )
  line.server.noteSetting(text)
  const mayGo = line.server.printsExactly && !mayBeEncodedOtherwise(request) && canSendUndescribed(values, codecs)
  const mustJudge = mayGo && mayMisfit(values, codecs)
  if (!mayGo || (mustJudge && !isPlainRead(text))) {
    request.mode = "describing"
    parse(request, declared, () => {})
    line.encoder.flush()
    line.hold()
    return
  }
  request.mode = "first"
  request.mustJudge = mustJudge
  request.formats = NO_FORMATS
  parse(request, declared, () => bindUndescribed(line.encoder, request.name, values, codecs))
  finish(request)
}

/** A codec of the caller's own may give values another text, or a type may not be what it was. */
function mayBeEncodedOtherwise<R>({ isDistrusted, query, registry }: StatementRequest<R>): boolean {
  return isDistrusted || (query.values.length > 0 && registry.hasCustom)
}

function writeDescribed<R>(request: StatementRequest<R>, description: Description): void {
  request.mode = "unnamed"
  parse(request, description.parameterOids, () => bind(request, description))
  if (request.name !== "") request.mode = "naming"
  finish(request)
}

/** Parse and Describe, then `bind`. A name that was given for it is taken back when a value does not fit. */
function parse<R>(request: StatementRequest<R>, oids: readonly Oid[], bind: () => void): void {
  const { line, query, statement, statements } = request
  // While a name is on its way, further runs do without one.
  const named = statement.name === "" && earnsName(statement, query.prepare, statements.policy)
  if (named) statements.name(statement, line.segment)
  request.name = named ? statement.name : ""
  try {
    line.encoder.parse(request.name, statement.text, oids)
    line.encoder.describeStatement(request.name)
    request.awaitsDescription = true
    bind()
  } catch (error) {
    if (named) statements.unname(statement)
    throw error
  }
}

function bind<R>(request: StatementRequest<R>, description: Description): void {
  bindValues(request.line.encoder, "", request.name, request.query.values, description)
  request.description = description
  request.formats = description.resultFormats
}

function finish<R>({ line }: StatementRequest<R>): void {
  line.encoder.execute("", 0)
  line.sync()
}
