/**
 * One run of a statement on its way, as data: what is asked for, how far the request is, what it has relied on, and what
 * reads its rows. `statement-sender.ts` writes the request, `statement-replies.ts` takes in what the server says of the
 * statement; both are functions over this, so that a query has no object more for being told apart like that.
 */

import type { Format, Oid } from "../base/format.ts"
import type { Query } from "../query/query.ts"
import { type RowDecoder, rowDecoderFor } from "../query/row-decoder.ts"
import type { RowShape } from "../query/row-shape.ts"
import type { Description, Statement } from "../query/statement.ts"
import type { StatementCache } from "../query/statement-cache.ts"
import { lacksParameterTypes, unknownTypes } from "../query/unknown-types.ts"
import type { TypeRegistry } from "../types/registry.ts"
import type { Exchange, Line } from "./exchange.ts"

/** How the request goes out; see `statement-sender.ts`. */
type Mode = "queued" | "first" | "describing" | "paused" | "unnamed" | "naming" | "named"

export const NO_FORMATS: readonly Format[] = []
const NO_NAMES: readonly string[] = []

/** One statement's request and what is known of it. */
export class StatementRequest<R> {
  /** Whose request it is, and who holds the line while more is to be said. */
  readonly exchange: Exchange
  readonly query: Query
  readonly statements: StatementCache
  readonly registry: TypeRegistry
  /** What carries it, known before anything is written. */
  line!: Line
  statement!: Statement
  mode: Mode = "queued"
  /** The name in this request, empty for the unnamed statement. */
  name = ""
  /** Which naming of the statement that was. */
  naming = 0
  /** The names this request closes. */
  closing: readonly string[] = NO_NAMES
  /** ParseComplete came. */
  isParsed = false
  /** It asks for a description that has not come yet. */
  awaitsDescription = false
  /** The description that Bind was written by, or that came with a first run. */
  description: Description | undefined
  /** The formats in which rows were asked for. */
  formats: readonly Format[] = NO_FORMATS
  /** What reads the rows, once they are described and their types are known. */
  decode: RowDecoder<R> | undefined
  /** Values went out as text that not all types take: they are judged when their types are known. */
  mustJudge = false
  /** Rows are coming that cannot be read, or given to the caller, before types were looked up. */
  lacksDecoder = false
  /** What was known of the statement has proved wrong: it has to be described before values are sent. */
  isDistrusted = false
  /** The catalogs were asked: what they don't know is not asked again. */
  isLookedUp = false

  constructor(exchange: Exchange, query: Query, statements: StatementCache, registry: TypeRegistry) {
    this.exchange = exchange
    this.query = query
    this.statements = statements
    this.registry = registry
  }

  /** Whether the name in this request is the statement's still. */
  get ownsName(): boolean {
    return this.name !== "" && this.statement.name !== "" && this.statement.naming === this.naming
  }

  /** Types that may be others by now are looked up anew. */
  forgetTypes(oids: readonly Oid[]): void {
    this.registry.known.forget(oids)
    this.isLookedUp = false
  }

  /** A type exists no more: what has its name now is looked up. */
  dropType(oid: Oid): void {
    this.registry.known.drop(oid)
    this.isLookedUp = false
  }

  /** The types that have to be known before the rows are read and given to the caller. */
  typesToLookUp(description: Description): readonly Oid[] {
    return this.lacksTypesToJudge(description) ? unknownTypes(description) : description.unknownFields
  }

  /** Whether values that went out as text are for types that nothing is known of. */
  lacksTypesToJudge(description: Description): boolean {
    return this.mustJudge && lacksParameterTypes(this.query.values, description, this.registry)
  }

  /** Finds what reads the rows, when all their types are known. */
  findDecoder(description: Description): void {
    this.lacksDecoder = !this.isLookedUp && this.typesToLookUp(description).length > 0
    if (this.lacksDecoder) return
    // Rows come in the formats that were asked for, which need not be those the description now suggests.
    const asDescribed = areSame(this.formats, description.resultFormats)
    this.decode = asDescribed ? this.statement.decoder(this.#shape, this.registry) : this.decoderOfNow()
  }

  /** What reads the rows that came, by what is known of their types by now. */
  decoderOfNow(): RowDecoder<R> {
    return rowDecoderFor(this.description?.fields ?? [], this.formats, this.#shape, this.registry, false)
  }

  get #shape(): RowShape<R> {
    return this.query.shape as RowShape<R>
  }
}

function areSame(a: readonly Format[], b: readonly Format[]): boolean {
  return a === b || (a.length === b.length && a.every((format, i) => format === b[i]))
}
