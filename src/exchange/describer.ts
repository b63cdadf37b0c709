/**
 * The opening of a long request: Parse and Describe, the answer awaited, and types that nothing is known of looked up in
 * the catalogs, before any row or value is on its way. Such a request can afford the round trip, and gets codecs that
 * never change under it. The exchange it belongs to holds the line meanwhile.
 *
 *     describing ──all types known──▶ described
 *       ▲  └──some unknown──▶ Sync ──▶ looking up ──▶ describing, once more
 *       └── looking up, where a declared type's name says nothing yet
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
 */

import type { ByteSource } from "../base/byte-source.ts"
import type { Oid } from "../base/format.ts"
import type { ServerError } from "../errors/server-error.ts"
import { type Field, readParameterDescription, readRowDescription } from "../protocol/backend.ts"
import {
  CLOSE_COMPLETE,
  DATA_ROW,
  NO_DATA,
  PARAMETER_DESCRIPTION,
  PARSE_COMPLETE,
  ROW_DESCRIPTION,
} from "../protocol/codes.ts"
import { declaredOids, unknownTypeNames } from "../query/declared-types.ts"
import type { Query } from "../query/query.ts"
import type { RowDecoder } from "../query/row-decoder.ts"
import type { RowShape } from "../query/row-shape.ts"
import { type Description, Statement } from "../query/statement.ts"
import type { TypeRegistry } from "../types/registry.ts"
import type { Line } from "./exchange.ts"
import { unexpectedMessage } from "./replies.ts"
import { dropGoneType, TypeLookup } from "./type-lookup.ts"

/** The parameter types that the caller has declared. */
type DeclaredTypes = Pick<Query, "parameterTypes" | "castTypes">

type State = "describing" | "described" | "unknown types" | "looking up"

const NO_OIDS: readonly Oid[] = []
const NO_FIELDS: readonly Field[] = []
/** As often as a statement is run before its decoder is made for its columns: many rows are to come. */
const MANY_USES = 10

/** Has the server describe one text, which is the unnamed statement afterwards. */
export class Describer {
  /** What is described. */
  readonly text: string
  readonly #declared: DeclaredTypes
  readonly #registry: TypeRegistry
  #state: State = "describing"
  #line!: Line
  #parameterOids: readonly Oid[] = NO_OIDS
  #description: Description | undefined
  #statement: Statement | undefined
  #lookup: TypeLookup | undefined

  constructor(text: string, declared: DeclaredTypes, registry: TypeRegistry) {
    this.text = text
    this.#declared = declared
    this.#registry = registry
    const names = unknownTypeNames(declared, registry)
    if (names.length > 0) this.#lookup = new TypeLookup(registry.known, { oids: NO_OIDS, names })
  }

  /** Makes the rows' decoder, once the statement is described. */
  decoder<R>(shape: RowShape<R>): RowDecoder<R> {
    return this.#statement!.decoder(shape, this.#registry)
  }

  /** What the server said, once it has. */
  get description(): Description | undefined {
    return this.#state === "described" ? this.#description : undefined
  }

  /** Appends what this turn asks, and holds the line. */
  write(line: Line): void {
    this.#line = line
    line.hold()
    if (this.#lookup !== undefined) {
      this.#state = "looking up"
      this.#lookup.write(line)
      return
    }
    this.#state = "describing"
    if (this.#statement === undefined) {
      this.#statement = new Statement(this.text, declaredOids(this.#declared, this.#registry))
      this.#statement.uses = MANY_USES
    }
    line.encoder.parse("", this.text, this.#statement.declaredOids)
    line.encoder.describeStatement("")
    line.flush()
  }

  /** A row of the catalogs. */
  onRow(source: ByteSource, start: number, end: number): void {
    if (this.#lookup === undefined) unexpectedMessage(DATA_ROW, "the description of a statement")
    this.#lookup.onRow(source, start, end)
  }

  /** A reply other than an error of the statement itself. */
  onFrame(type: number, source: ByteSource, start: number, end: number): void {
    if (this.#lookup !== undefined) {
      this.#lookup.onFrame(type, source, start, end)
      return
    }
    switch (type) {
      case PARSE_COMPLETE:
      case CLOSE_COMPLETE:
        break
      case PARAMETER_DESCRIPTION:
        this.#parameterOids = readParameterDescription(source, start, end)
        break
      case ROW_DESCRIPTION:
        this.#describe(readRowDescription(source, start, end))
        break
      case NO_DATA:
        this.#describe(NO_FIELDS)
        break
      default:
        unexpectedMessage(type, "the description of a statement")
    }
  }

  /** The server has refused it. */
  onRefused(error: ServerError): void {
    dropGoneType(error, this.#statement?.declaredOids ?? NO_OIDS, this.#registry.known)
  }

  /** True while the replies are the catalogs', whose errors are not the statement's. */
  get isLookingUp(): boolean {
    return this.#state === "looking up"
  }

  /**
   * The server is ready though nothing was run yet: the next turn has to be taken.
   * @throws TypeLookupError when the catalogs could not be asked
   */
  onReady(status: number): void {
    const lookup = this.#lookup
    if (this.#state !== "looking up" || lookup === undefined) return
    this.#lookup = undefined
    const failure = lookup.finish(status)
    if (failure !== undefined) throw failure
  }

  /** The exchange has come to its end before the catalogs have answered. */
  abandon(reason: unknown): void {
    this.#lookup?.abandon(reason)
    this.#lookup = undefined
  }

  #describe(fields: readonly Field[]): void {
    const oids = [...this.#parameterOids, ...fields.map((field) => field.typeOid)]
    const unknown = oids.filter((oid) => this.#registry.codec(oid) === undefined)
    if (unknown.length > 0) {
      this.#state = "unknown types"
      this.#lookup = new TypeLookup(this.#registry.known, { oids: [...new Set(unknown)], names: [] })
      this.#line.endTurn()
      return
    }
    this.#description = this.#statement!.describe(this.#parameterOids, fields, this.#registry)
    this.#state = "described"
  }
}
