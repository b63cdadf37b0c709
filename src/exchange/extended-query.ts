/**
 * One statement through the extended protocol: [Close…] [Parse Describe] Bind Execute Sync → rows.
 *
 * How it is sent is decided when its turn to be written comes, from what is known of the statement by then:
 *
 *     first       nothing is known, but every value has one text form:   Parse Describe Bind Execute Sync, all in text
 *     describing  nothing is known and the values need their types:      Parse Describe Flush … then Bind Execute Sync
 *     unnamed     described before:                                      Parse Describe Bind Execute Sync, by types
 *     naming      described, and it has earned a name:                   the same with a name
 *     named       the server has it:                                     Bind Execute Sync
 *
 * Each takes one round trip but `describing`, which takes two and holds the line in between so that statements run in
 * the order in which they were asked for. There is one Sync per exchange, so one statement's error never touches another.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
 */

import type { ByteSource } from "../base/byte-source.ts"
import { type Format, type Oid, TEXT } from "../base/format.ts"
import { ProtocolError, UsageError } from "../errors/client-error.ts"
import type { ServerError } from "../errors/server-error.ts"
import { readParameterDescription, readRowDescription } from "../protocol/backend.ts"
import {
  BIND_COMPLETE,
  CLOSE_COMPLETE,
  COMMAND_COMPLETE,
  COPY_BOTH_RESPONSE,
  COPY_DATA,
  COPY_DONE,
  COPY_IN_RESPONSE,
  COPY_OUT_RESPONSE,
  EMPTY_QUERY_RESPONSE,
  ERROR_RESPONSE,
  NO_DATA,
  PARAMETER_DESCRIPTION,
  PARSE_COMPLETE,
  ROW_DESCRIPTION,
  STATUS_IDLE,
} from "../protocol/codes.ts"
import { type CommandTag, readCommandTag } from "../protocol/command-tag.ts"
import { earnsName } from "../query/auto-prepare.ts"
import {
  canSendUndescribed,
  checkParameters,
  findMisfit,
  writeParameters,
  writeResultFormats,
} from "../query/parameters.ts"
import type { Query } from "../query/query.ts"
import { Result } from "../query/result.ts"
import { type RowDecoder, rowDecoderFor } from "../query/row-decoder.ts"
import type { Description, Statement } from "../query/statement.ts"
import { dropsStatements, type StatementCache } from "../query/statement-cache.ts"
import type { Codec } from "../types/codec.ts"
import type { TypeRegistry } from "../types/registry.ts"
import type { Exchange, Line, Outcome } from "./exchange.ts"
import { readError, refuseCopy, unexpectedMessage } from "./replies.ts"

type Mode = "queued" | "first" | "describing" | "unnamed" | "naming" | "named"

const NO_FORMATS: readonly Format[] = []
const NO_FIELDS: Description["fields"] = []
const NO_OIDS: readonly Oid[] = []

/** Runs one query and resolves with what `pick` takes out of its result. */
export class ExtendedQuery<R, T> implements Exchange {
  readonly promise: Promise<T>
  readonly #query: Query
  readonly #statements: StatementCache
  readonly #registry: TypeRegistry
  readonly #pick: (result: Result<R>) => T
  #resolve!: (value: T) => void
  #reject!: (error: unknown) => void

  #mode: Mode = "queued"
  #line!: Line
  #statement!: Statement
  #naming = 0
  /** The description that Bind was written by. */
  #description: Description | undefined
  #parameterOids: readonly Oid[] = NO_OIDS
  #decode: RowDecoder<R> | undefined
  #rows: R[] = []
  #tag: CommandTag | undefined
  #error: unknown
  #parsed = false
  #retried = false

  constructor(query: Query, statements: StatementCache, registry: TypeRegistry, pick: (result: Result<R>) => T) {
    this.#query = query
    this.#statements = statements
    this.#registry = registry
    this.#pick = pick
    this.promise = new Promise<T>((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  write(line: Line): void {
    const { text, values, prepare } = this.#query
    const { encoder } = line
    const declared = this.#declaredOids()
    const statement = this.#statements.statement(text, declared)
    const description = statement.description(this.#registry)
    this.#line = line
    this.#statement = statement
    for (const name of this.#statements.closing) encoder.closeStatement(name)
    if (description !== undefined && statement.name !== "") {
      this.#bind(statement.name, description)
      encoder.execute("", 0)
      encoder.sync()
      this.#mode = "named"
      this.#decode = statement.decoder(this.#query.shape as never, this.#registry)
    } else if (description !== undefined) {
      this.#writeDescribed(statement, description)
    } else {
      checkParameters(values)
      refuseCopy(text)
      const codecs = declared.map((oid) => (oid === 0 ? undefined : this.#registry.codecOrText(oid)))
      const named = earnsName(statement, prepare, this.#statements.policy)
      if (canSendUndescribed(values, codecs)) this.#writeFirst(statement, declared, codecs, named)
      else this.#writeDescribing(statement, declared, named)
    }
    this.#naming = statement.naming
    statement.uses++
    this.#statements.clearClosing()
  }

  onRow(source: ByteSource, start: number, end: number): void {
    if (this.#error !== undefined) return
    if (this.#decode === undefined) throw new ProtocolError("the server sent a row before describing it")
    try {
      this.#rows.push(this.#decode(source, start, end))
    } catch (error) {
      if (error instanceof ProtocolError) throw error
      this.#error = error
    }
  }

  onFrame(type: number, source: ByteSource, start: number, end: number): void {
    switch (type) {
      case BIND_COMPLETE:
      case CLOSE_COMPLETE:
      case EMPTY_QUERY_RESPONSE:
        break
      case PARSE_COMPLETE:
        this.#parsed = true
        break
      case PARAMETER_DESCRIPTION:
        this.#parameterOids = readParameterDescription(source, start, end)
        break
      case ROW_DESCRIPTION:
        this.#onDescription(readRowDescription(source, start, end))
        break
      case NO_DATA:
        this.#onDescription(NO_FIELDS)
        break
      case COMMAND_COMPLETE:
        this.#tag = readCommandTag(source, start, end)
        if (dropsStatements(this.#tag.command)) this.#statements.forgetNames()
        break
      case ERROR_RESPONSE:
        this.#onError(readError(source, start, end, this.#line, this.#query.text))
        break
      case COPY_IN_RESPONSE:
      case COPY_OUT_RESPONSE:
      case COPY_BOTH_RESPONSE:
        this.#onCopy(type)
        break
      case COPY_DATA:
      case COPY_DONE:
        if (this.#error === undefined) unexpectedMessage(type, "a query")
        break
      default:
        unexpectedMessage(type, "a query")
    }
  }

  onReady(status: number): Outcome {
    if (this.#error !== undefined) return this.#settleError(this.#error, status)
    const { command, rowCount } = this.#tag ?? { command: "", rowCount: 0 }
    const fields = this.#description?.fields ?? NO_FIELDS
    try {
      this.#resolve(this.#pick(new Result(this.#rows, rowCount, command, fields)))
    } catch (error) {
      this.#reject(error)
    }
    return "done"
  }

  fail(error: Error): void {
    this.#reject(error)
  }

  #declaredOids(): readonly Oid[] {
    const { parameterTypes, castTypes } = this.#query
    if (parameterTypes !== undefined) return parameterTypes.map((name) => (name === undefined ? 0 : this.#oidOf(name)))
    if (castTypes !== undefined) return castTypes.map((name) => (name && this.#registry.oidOf(name)) || 0)
    return NO_OIDS
  }

  #oidOf(name: string): Oid {
    const oid = this.#registry.oidOf(name)
    if (oid !== undefined) return oid
    throw new UsageError(`parameterTypes: the type ${JSON.stringify(name)} is not known`, { safeToRetry: true })
  }

  #writeFirst(
    statement: Statement,
    declared: readonly Oid[],
    codecs: readonly (Codec | undefined)[],
    named: boolean,
  ): void {
    this.#mode = "first"
    this.#writeNaming(statement, named, declared, () => {
      const { encoder } = this.#line
      encoder.beginBind("", statement.name)
      writeParameters(encoder.writer, this.#query.values, codecs)
      writeResultFormats(encoder.writer, NO_FORMATS, TEXT)
      encoder.endBind()
    })
  }

  #writeDescribed(statement: Statement, description: Description): void {
    const named = earnsName(statement, this.#query.prepare, this.#statements.policy)
    this.#mode = named ? "naming" : "unnamed"
    this.#writeNaming(statement, named, description.parameterOids, () => this.#bind(statement.name, description))
  }

  /** Parse, Describe, Bind, Execute and Sync; a name that was given for it is taken back when a value does not fit. */
  #writeNaming(statement: Statement, named: boolean, oids: readonly Oid[], bind: () => void): void {
    const { encoder } = this.#line
    if (named) this.#statements.name(statement)
    try {
      encoder.parse(statement.name, statement.text, oids)
      encoder.describeStatement(statement.name)
      bind()
    } catch (error) {
      if (named) this.#statements.unname(statement)
      throw error
    }
    encoder.execute("", 0)
    encoder.sync()
  }

  #writeDescribing(statement: Statement, declared: readonly Oid[], named: boolean): void {
    const { encoder } = this.#line
    if (named) this.#statements.name(statement)
    encoder.parse(statement.name, statement.text, declared)
    encoder.describeStatement(statement.name)
    encoder.flush()
    this.#line.hold()
    this.#mode = "describing"
  }

  #bind(name: string, description: Description): void {
    const { encoder } = this.#line
    const { values } = this.#query
    const expected = description.parameterOids.length
    if (values.length !== expected) {
      throw new UsageError(
        `the statement takes ${expected} parameter${expected === 1 ? "" : "s"}, got ${values.length}`,
        {
          safeToRetry: true,
        },
      )
    }
    encoder.beginBind("", name)
    writeParameters(encoder.writer, values, description.parameterCodecs)
    writeResultFormats(encoder.writer, description.resultFormats, description.commonFormat)
    encoder.endBind()
    this.#description = description
  }

  #onDescription(fields: Description["fields"]): void {
    const statement = this.#statement
    const requested: readonly Format[] =
      this.#mode === "first" ? NO_FORMATS : (this.#description?.resultFormats ?? NO_FORMATS)
    const description = statement.describe(this.#parameterOids, fields, this.#registry)
    if (this.#mode === "describing") {
      this.#bindDescribed(description)
      return
    }
    // The rows come in the formats that were asked for, which need not be those the description now suggests.
    this.#description = description
    this.#decode = this.#attempt(() =>
      this.#mode !== "first" && sameFormats(requested, description.resultFormats)
        ? statement.decoder(this.#query.shape as never, this.#registry)
        : rowDecoderFor<R>(fields, requested, this.#query.shape as never, this.#registry, false),
    )
  }

  /** The second half of `describing`: the types are known, the rest of the request can go out. */
  #bindDescribed(description: Description): void {
    const { encoder } = this.#line
    const before = encoder.writer.length
    try {
      this.#bind(this.#statement.name, description)
      encoder.execute("", 0)
      this.#decode = this.#statement.decoder(this.#query.shape as never, this.#registry)
    } catch (error) {
      encoder.writer.truncate(before)
      this.#error = error
    }
    this.#finishDescribing()
  }

  #finishDescribing(): void {
    this.#line.encoder.sync()
    this.#line.send()
    this.#line.release(this)
    this.#mode = "unnamed"
  }

  #onError(error: ServerError): void {
    this.#error ??= error
    if (this.#mode === "describing") this.#finishDescribing()
    // A Parse that failed leaves no name behind.
    if (!this.#parsed && this.#mode !== "named" && this.#isCurrentNaming()) this.#statements.release(this.#statement)
  }

  /** A COPY has no business here. Nothing else may have been sent behind it, for the server would take it for data. */
  #onCopy(type: number): void {
    this.#error = new UsageError(
      type === COPY_IN_RESPONSE
        ? "COPY … FROM STDIN cannot be run as a query: use copyIn"
        : "COPY … TO STDOUT cannot be run as a query: use copyOut",
    )
    if (type === COPY_OUT_RESPONSE) return
    if (type === COPY_BOTH_RESPONSE || this.#line.crowded) {
      this.#line.abandon(this.#error as Error)
      return
    }
    // The Sync that went out with the request is lost on a server that waits for data.
    this.#line.encoder.copyFail("not run as copyIn")
    this.#line.encoder.sync()
    this.#line.send()
  }

  #settleError(error: unknown, status: number): Outcome {
    const { code, routine } = error as Partial<ServerError>
    // A plan that has changed its result, or a statement that is gone: neither has run, so it may be run anew.
    const stale =
      this.#mode === "named" && ((code === "0A000" && routine === "RevalidateCachedQuery") || code === "26000")
    if (stale && this.#isCurrentNaming()) this.#statements.release(this.#statement)
    if (stale && status === STATUS_IDLE && !this.#retried) {
      this.#reset()
      return "again"
    }
    this.#reject(this.#misfit(error) ?? error)
    return "done"
  }

  /** What the server refused as bad data in a first run is told as the misfit it is, now that the types are known. */
  #misfit(error: unknown): Error | undefined {
    const { code } = error as Partial<ServerError>
    if (this.#mode !== "first" || this.#description === undefined || !code?.startsWith("22")) return undefined
    return findMisfit(this.#query.values, this.#description.parameterCodecs)
  }

  #isCurrentNaming(): boolean {
    return this.#statement.name !== "" && this.#statement.naming === this.#naming
  }

  #reset(): void {
    this.#retried = true
    this.#mode = "queued"
    this.#description = undefined
    this.#decode = undefined
    this.#rows = []
    this.#tag = undefined
    this.#error = undefined
    this.#parsed = false
  }

  #attempt<V>(make: () => V): V | undefined {
    try {
      return make()
    } catch (error) {
      this.#error = error
      return undefined
    }
  }
}

function sameFormats(a: readonly Format[], b: readonly Format[]): boolean {
  return a.length === b.length && a.every((format, i) => format === b[i])
}
