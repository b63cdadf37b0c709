/**
 * How one statement goes out: [Close…] [Parse Describe] Bind Execute. The way is chosen when the turn to be written
 * comes, from what is known of the statement by then:
 *
 *     first       nothing is known, but every value has one text form:  Parse Describe Bind Execute, all in text
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

import type { Format, Oid } from "../base/format.ts"
import { EncodeError } from "../errors/client-error.ts"
import { ServerError } from "../errors/server-error.ts"
import type { Field } from "../protocol/backend.ts"
import { earnsName } from "../query/auto-prepare.ts"
import { declaredOids, unknownTypeNames } from "../query/declared-types.ts"
import { canSendUndescribed, checkParameters } from "../query/parameters.ts"
import type { Query } from "../query/query.ts"
import { type RowDecoder, rowDecoderFor } from "../query/row-decoder.ts"
import type { RowShape } from "../query/row-shape.ts"
import type { Description, Statement } from "../query/statement.ts"
import type { StatementCache } from "../query/statement-cache.ts"
import { lacksFieldFormats, lacksParameterTypes, unknownTypes } from "../query/unknown-types.ts"
import type { Codec } from "../types/codec.ts"
import type { TypeRegistry } from "../types/registry.ts"
import { bindUndescribed, bindValues } from "./bind-values.ts"
import type { Exchange, Line } from "./exchange.ts"
import { explainRefusal, mayHaveChanged, refusesComposite, refusesName, refusesTypes } from "./refusals.ts"
import { refuseCopy } from "./replies.ts"
import { MAY_CHANGE_ENCODING } from "./restore-encoding.ts"
import { TypeLookup, type WantedTypes } from "./type-lookup.ts"

type Mode = "queued" | "first" | "describing" | "paused" | "unnamed" | "naming" | "named"

const NO_FORMATS: readonly Format[] = []
const NO_FIELDS: readonly Field[] = []
const NO_OIDS: readonly Oid[] = []
const NO_NAMES: readonly string[] = []

/** Writes one statement's request and learns from the replies that describe it. */
export class StatementSender<R> {
  readonly query: Query
  readonly #statements: StatementCache
  readonly #registry: TypeRegistry
  #mode: Mode = "queued"
  #line!: Line
  #statement!: Statement
  /** The name in this request, empty for the unnamed statement. */
  #name = ""
  #naming = 0
  #parsed = false
  /** The names this request closes. */
  #closing: readonly string[] = []
  /** The description that Bind was written by, or that came with a first run. */
  #description: Description | undefined
  #decoder: RowDecoder<R> | undefined
  #lacksDecoder = false
  /** The formats in which rows were asked for. */
  #requested: readonly Format[] = NO_FORMATS
  /** What was known of the statement has proved wrong: it has to be described before values are sent. */
  #distrusts = false
  /** The catalogs were asked: what they don't know is not asked again. */
  #lookedUp = false

  constructor(query: Query, statements: StatementCache, registry: TypeRegistry) {
    this.query = query
    this.#statements = statements
    this.#registry = registry
  }

  /** What reads the rows, once they are described and their types are known. */
  get decoder(): RowDecoder<R> | undefined {
    return this.#decoder
  }

  /** Whether rows are coming that cannot be read before their types were looked up. */
  get lacksDecoder(): boolean {
    return this.#lacksDecoder
  }

  /** The types of columns that have to be looked up. */
  get unknownFields(): readonly Oid[] {
    return this.#description?.unknownFields ?? NO_OIDS
  }

  /** True when the request has stopped half-way, to be written anew once types were looked up. */
  get isPaused(): boolean {
    return this.#mode === "paused"
  }

  /** What reads the rows that came, by what is known of their types by now. */
  decoderOfNow(): RowDecoder<R> {
    return rowDecoderFor(this.fields, this.#requested, this.#shape, this.#registry, false)
  }

  /** The columns of the result, as far as they are described. */
  get fields(): readonly Field[] {
    return this.#description?.fields ?? NO_FIELDS
  }

  /**
   * Appends the request, up to but not including its Sync where nothing has to be awaited first.
   * @returns what has to be written instead and finished, before this is called again
   */
  write(line: Line): TypeLookup | undefined {
    const { writer } = line.encoder
    const before = writer.length
    try {
      return this.#write(line)
    } catch (error) {
      if (!(error instanceof EncodeError) || !this.#isOutdated()) throw error
      writer.truncate(before)
      this.#statements.release(this.#statement)
      return this.#write(line)
    }
  }

  /** Whether a value may not fit because its type is another one by now. It is described anew then, once. */
  #isOutdated(): boolean {
    if (this.#distrusts || this.#mode === "first") return false
    const oids = this.#statement.description(this.#registry)?.parameterOids ?? NO_OIDS
    this.#distrusts = mayHaveChanged(oids, this.#registry.known)
    if (this.#distrusts) this.#forget(oids)
    return this.#distrusts
  }

  #write(line: Line): TypeLookup | undefined {
    const { text, values } = this.query
    const { encoder } = line
    const unknownNames = this.#lookedUp ? NO_NAMES : unknownTypeNames(this.query, this.#registry)
    if (unknownNames.length > 0) return this.#lookUp({ oids: NO_OIDS, names: unknownNames })
    const statement = this.query.statement ?? this.#statements.statement(text, declaredOids(this.query, this.#registry))
    const description = statement.description(this.#registry)
    if (description !== undefined && this.#needsLookup(description, line)) {
      return this.#lookUp({ oids: unknownTypes(description), names: NO_NAMES })
    }
    this.#line = line
    this.#statement = statement
    this.#parsed = false
    this.#decoder = undefined
    this.#lacksDecoder = false
    // What may be skipped closes nothing: nobody could tell in time whether names are free again.
    this.#closing = line.segment === undefined ? this.#statements.closing : NO_NAMES
    for (const name of this.#closing) encoder.closeStatement(name)
    if (description === undefined) {
      checkParameters(values)
      refuseCopy(text)
      this.#writeUndescribed(statement.declaredOids)
    } else if (!statement.hasNameIn(line.segment)) {
      this.#writeDescribed(description)
    } else {
      this.#mode = "named"
      this.#name = statement.name
      this.#bind(description)
      this.#decoder = this.#decoderOf(description)
      this.#finish()
    }
    if (statement.isExclusive) line.hold()
    this.#naming = statement.naming
    statement.uses++
    if (line.segment === undefined) this.#statements.clearClosing()
    return undefined
  }

  /** ParseComplete came: the name, if there is one, exists. */
  onParseComplete(): void {
    this.#parsed = true
    if (this.#ownsName()) this.#statement.confirmName()
  }

  /**
   * The statement's description came. In a `describing` request the rest of it goes out now.
   * @param exchange who holds the line meanwhile
   * @throws EncodeError and others when the rest cannot be written; the request has been ended properly then
   */
  onDescription(parameterOids: readonly Oid[], fields: readonly Field[], exchange: Exchange): void {
    const description = this.#statement.describe(parameterOids, fields, this.#registry)
    if (this.#mode === "describing") {
      if (this.#needsLookup(description, this.#line)) this.#pause()
      else this.#bindDescribed(description, exchange)
      return
    }
    this.#description = description
    // Rows come in the formats that were asked for, which need not be those the description now suggests.
    if (this.#mode !== "first" && sameFormats(this.#requested, description.resultFormats)) {
      this.#decoder = this.#decoderOf(description)
    } else if (this.#mayDecode(description)) this.#decoder = this.decoderOfNow()
  }

  /** The server has refused the request. */
  onError(exchange: Exchange): void {
    if (this.#mode === "describing") this.#finishDescribing(exchange)
    // A Parse that failed leaves no name behind.
    if (!this.#parsed && this.#mode !== "named" && this.#ownsName()) this.#statements.release(this.#statement)
  }

  /** The server has read past the request: no name was made, none was closed. */
  onSkipped(): void {
    this.#statements.closeLater(this.#closing)
    if (this.#name !== "" && this.#mode !== "named" && this.#ownsName()) this.#statements.release(this.#statement)
  }

  /**
   * Whether the server has refused because its idea of the statement is no longer ours: the plan's result has changed,
   * the statement is gone, or it can't be parsed with the parameter types it had. It has not run then, and what we knew
   * of it is forgotten.
   */
  isStale(error: unknown): boolean {
    if (!(error instanceof ServerError)) return false
    if (refusesComposite(error)) this.#forget(this.#description?.parameterOids ?? NO_OIDS)
    else if (!this.#isRefuted(error)) return false
    if (this.#mode !== "named" || this.#ownsName()) this.#statements.release(this.#statement)
    this.#statements.onStale()
    return true
  }

  /** Types that may be others by now are looked up anew. */
  #forget(oids: readonly Oid[]): void {
    this.#registry.known.forget(oids)
    this.#lookedUp = false
  }

  #isRefuted(error: ServerError): boolean {
    if (this.#mode === "named") return refusesName(error)
    return this.#mode !== "first" && !this.#parsed && refusesTypes(error, this.#description)
  }

  /** The error as runs by the described types would tell it, when this one had nothing but the text to go by. */
  explain(error: unknown): unknown {
    const description = this.#description
    if (this.#mode !== "first" || description === undefined) return error
    return explainRefusal(error, this.query.values, description)
  }

  get #shape(): RowShape<R> {
    return this.query.shape as RowShape<R>
  }

  /** The decoder for rows of the described formats, when all their types are known. */
  #decoderOf(description: Description): RowDecoder<R> | undefined {
    return this.#mayDecode(description) ? this.#statement.decoder(this.#shape, this.#registry) : undefined
  }

  #mayDecode({ unknownFields }: Description): boolean {
    this.#lacksDecoder = unknownFields.length > 0 && !this.#lookedUp
    return !this.#lacksDecoder
  }

  /** Whether the catalogs have to be asked first. */
  #needsLookup(description: Description, { server }: Line): boolean {
    if (this.#lookedUp) return false
    return lacksParameterTypes(this.query.values, description, this.#registry) || lacksFieldFormats(description, server)
  }

  #lookUp(wanted: WantedTypes): TypeLookup {
    this.#lookedUp = true
    return new TypeLookup(this.#registry.known, wanted)
  }

  #writeUndescribed(declared: readonly Oid[]): void {
    if (MAY_CHANGE_ENCODING.test(this.#statement.text)) this.#statement.isExclusive = true
    const { values } = this.query
    const codecs: readonly (Codec | undefined)[] = declared.map((oid) =>
      oid === 0 ? undefined : this.#registry.codecOrText(oid),
    )
    const { server } = this.#line
    server.noteSetting(this.#statement.text)
    if (!server.printsExactly || this.#mayBeEncodedOtherwise() || !canSendUndescribed(values, codecs)) {
      this.#mode = "describing"
      this.#parse(declared, () => {})
      this.#line.encoder.flush()
      this.#line.hold()
      return
    }
    this.#mode = "first"
    this.#requested = NO_FORMATS
    this.#parse(declared, () => {
      bindUndescribed(this.#line.encoder, this.#name, values, codecs)
    })
    this.#finish()
  }

  /** A codec of the caller's own may give values another text, or a type may not be what it was. */
  #mayBeEncodedOtherwise(): boolean {
    return this.#distrusts || (this.query.values.length > 0 && this.#registry.hasCustom)
  }

  #writeDescribed(description: Description): void {
    this.#mode = "unnamed"
    this.#parse(description.parameterOids, () => this.#bind(description))
    if (this.#name !== "") this.#mode = "naming"
    this.#finish()
  }

  /** Parse and Describe, then `bind`. A name that was given for it is taken back when a value does not fit. */
  #parse(oids: readonly Oid[], bind: () => void): void {
    const { encoder } = this.#line
    const statement = this.#statement
    // While a name is on its way, further runs do without one.
    const named = statement.name === "" && earnsName(statement, this.query.prepare, this.#statements.policy)
    if (named) this.#statements.name(statement, this.#line.segment)
    this.#name = named ? statement.name : ""
    try {
      encoder.parse(this.#name, statement.text, oids)
      encoder.describeStatement(this.#name)
      bind()
    } catch (error) {
      if (named) this.#statements.unname(statement)
      throw error
    }
  }

  #bind(description: Description): void {
    bindValues(this.#line.encoder, "", this.#name, this.query.values, description)
    this.#description = description
    this.#requested = description.resultFormats
  }

  #finish(): void {
    this.#line.encoder.execute("", 0)
    this.#line.sync()
  }

  /** The second half of `describing`: the types are known, the rest of the request can go out. */
  #bindDescribed(description: Description, exchange: Exchange): void {
    const { writer } = this.#line.encoder
    const before = writer.length
    try {
      this.#bind(description)
      this.#line.encoder.execute("", 0)
      this.#decoder = this.#decoderOf(description)
    } catch (error) {
      writer.truncate(before)
      throw error
    } finally {
      this.#finishDescribing(exchange)
    }
  }

  /** Leaves the other half of `describing` to another turn. The line stays held. */
  #pause(): void {
    this.#mode = "paused"
    this.#line.endTurn()
  }

  #finishDescribing(exchange: Exchange): void {
    this.#mode = "unnamed"
    this.#line.sync()
    this.#line.send()
    this.#line.release(exchange)
  }

  #ownsName(): boolean {
    return this.#name !== "" && this.#statement.name !== "" && this.#statement.naming === this.#naming
  }
}

function sameFormats(a: readonly Format[], b: readonly Format[]): boolean {
  return a.length === b.length && a.every((format, i) => format === b[i])
}
