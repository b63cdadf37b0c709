/**
 * One trip to the catalogs, as a turn of the exchange that needs it: the exchange writes it in place of its own request,
 * hands it the frames that answer, and goes on when it is finished. What is learnt is everybody's who shares the known
 * types; whoever needs the same types meanwhile may wait for it.
 *
 *     new ──announce──▶ others may wait ──write──▶ under way ──finish / abandon──▶ over
 *
 * @see https://www.postgresql.org/docs/current/catalog-pg-type.html
 */

import type { ByteSource } from "../base/byte-source.ts"
import type { Oid } from "../base/format.ts"
import { ProtocolError, TypeLookupError } from "../errors/client-error.ts"
import type { ServerError } from "../errors/server-error.ts"
import {
  BIND_COMPLETE,
  CLOSE_COMPLETE,
  COMMAND_COMPLETE,
  ERROR_RESPONSE,
  PARSE_COMPLETE,
  STATUS_IDLE,
} from "../protocol/codes.ts"
import { CATALOG_QUERY, catalogParameters, readCatalogAnswer } from "../types/catalog.ts"
import type { KnownTypes, PendingLookup } from "../types/known-types.ts"
import type { Line } from "./exchange.ts"
import { goneType } from "./refusals.ts"
import { readError, unexpectedMessage } from "./replies.ts"

/** Which types are to be looked up. */
export interface WantedTypes {
  readonly oids: readonly Oid[]
  /** SQL names, resolved by the session's `search_path`. */
  readonly names: readonly string[]
}

/**
 * A lookup of types whose values have come already; undefined when another one is under way that asks about the same.
 * @param whenOver called when that other one is over, however it ended
 */
export function lookUpOrWait(
  known: KnownTypes,
  oids: readonly Oid[],
  line: Line,
  whenOver: () => void,
): TypeLookup | undefined {
  const pending = known.pendingLookup(oids, line.server)
  if (pending !== undefined) {
    pending.onOver.push(whenOver)
    return undefined
  }
  const lookup = new TypeLookup(known, { oids, names: [] })
  lookup.announce(line)
  return lookup
}

/** The server has refused a statement: a declared type that exists no more is looked up when it is met again. */
export function dropGoneType(error: ServerError, declaredOids: readonly Oid[], known: KnownTypes): void {
  const gone = goneType(error, declaredOids)
  if (gone !== undefined) known.drop(gone)
}

/** Asks the catalogs about types, once. */
export class TypeLookup {
  readonly #known: KnownTypes
  readonly #wanted: WantedTypes
  #line!: Line
  #pending: PendingLookup | undefined
  #answer: string | undefined
  #error: unknown

  constructor(known: KnownTypes, wanted: WantedTypes) {
    this.#known = known
    this.#wanted = wanted
  }

  /** Lets others know, before the turn comes, that these types are going to be known. */
  announce(line: Line): void {
    const pending = {
      oids: new Set(this.#wanted.oids),
      connection: line.server,
      isNext: !line.crowded,
      onOver: [],
    }
    this.#pending = pending
    this.#known.lookups.add(pending)
  }

  /** Appends the request: Parse Bind Execute, all in text. */
  write(line: Line): void {
    const { encoder } = line
    const { writer } = encoder
    const { oids, names } = this.#wanted
    this.#line = line
    encoder.parse("", CATALOG_QUERY, [])
    encoder.beginBind("", "")
    writer.int16(0)
    writer.int16(2)
    for (const parameter of catalogParameters(oids, names)) {
      const length = writer.reserve(4)
      writer.utf8(parameter)
      writer.patchInt32(length, writer.length - length - 4)
    }
    writer.int16(0)
    encoder.endBind()
    encoder.execute("", 0)
    line.sync()
  }

  /** Takes the only row, of one column. */
  onRow(source: ByteSource, start: number, end: number): void {
    const length = end - start < 6 ? -1 : source.view.getInt32(start + 2)
    if (length < 0 || start + 6 + length !== end) throw new ProtocolError("the catalogs answered with more than a text")
    this.#answer = source.text(start + 6, end)
  }

  onFrame(type: number, source: ByteSource, start: number, end: number): void {
    switch (type) {
      case PARSE_COMPLETE:
      case BIND_COMPLETE:
      case CLOSE_COMPLETE:
      case COMMAND_COMPLETE:
        break
      case ERROR_RESPONSE:
        this.#error ??= readError(source, start, end, this.#line)
        break
      default:
        unexpectedMessage(type, "the lookup of types")
    }
  }

  /** The server is ready: learns what it said. Gives the reason when it has said nothing. */
  finish(status: number): TypeLookupError | undefined {
    try {
      if (this.#error === undefined) this.#learn(status)
    } catch (error) {
      this.#error = error
    }
    return this.#end()
  }

  /** The lookup never came to an end: it was skipped, or the connection is lost. */
  abandon(reason: unknown): TypeLookupError {
    this.#error ??= reason
    return this.#end()!
  }

  #learn(status: number): void {
    if (this.#answer === undefined) throw new ProtocolError("the catalogs did not answer")
    const { types, names } = readCatalogAnswer(this.#answer)
    this.#known.learn(types)
    for (const [name, oid] of names) this.#known.learnName(name, oid)
    // Within a transaction an old snapshot may hide what another one would show.
    const missing = status === STATUS_IDLE ? this.#wanted.oids.filter((oid) => this.#known.isUnknown(oid)) : []
    if (missing.length > 0) this.#known.learnMissing(missing)
  }

  #end(): TypeLookupError | undefined {
    const pending = this.#pending
    if (pending !== undefined) {
      this.#pending = undefined
      this.#known.lookups.delete(pending)
      for (const onOver of pending.onOver) onOver()
    }
    if (this.#error === undefined) return undefined
    return new TypeLookupError([...this.#wanted.names, ...this.#wanted.oids], this.#error)
  }
}
