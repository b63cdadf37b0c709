/**
 * Parse Describe Sync: has the server prepare a statement and say what it takes and gives, without running it.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
 */

import type { ByteSource } from "../base/byte-source.ts"
import type { Oid } from "../base/format.ts"
import { ProtocolError } from "../errors/client-error.ts"
import type { ServerError } from "../errors/server-error.ts"
import { type Field, readParameterDescription, readRowDescription } from "../protocol/backend.ts"
import {
  CLOSE_COMPLETE,
  ERROR_RESPONSE,
  NO_DATA,
  PARAMETER_DESCRIPTION,
  PARSE_COMPLETE,
  ROW_DESCRIPTION,
} from "../protocol/codes.ts"
import type { Description, Statement } from "../query/statement.ts"
import type { StatementCache } from "../query/statement-cache.ts"
import { unknownTypes } from "../query/unknown-types.ts"
import type { TypeRegistry } from "../types/registry.ts"
import type { Line, Outcome } from "./exchange.ts"
import { readError, unexpectedMessage } from "./replies.ts"
import type { SkippableExchange } from "./skippable.ts"
import { dropGoneType, TypeLookup } from "./type-lookup.ts"
import { refuseCopy } from "./unwanted-copy.ts"

/** Prepares one statement and resolves with its description. */
export class Prepare implements SkippableExchange {
  readonly promise: Promise<Description>
  readonly #statement: Statement
  readonly #statements: StatementCache
  readonly #registry: TypeRegistry
  #resolve!: (description: Description) => void
  #reject!: (error: unknown) => void
  #line!: Line
  #parameterOids: readonly Oid[] = []
  #fields: readonly Field[] | undefined
  #error: unknown
  #isGivenUp = false
  /** The turn that asks the catalogs about types, so that the description names them. */
  #lookup: TypeLookup | undefined

  constructor(statement: Statement, statements: StatementCache, registry: TypeRegistry) {
    this.#statement = statement
    this.#statements = statements
    this.#registry = registry
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  write(line: Line): void {
    if (this.#lookup !== undefined) {
      this.#lookup.write(line)
      return
    }
    const { encoder } = line
    const statement = this.#statement
    this.#line = line
    refuseCopy(statement.text)
    for (const name of this.#statements.closing) encoder.closeStatement(name)
    if (!this.#statements.policy.pooler) this.#statements.name(statement)
    try {
      encoder.parse(statement.name, statement.text, statement.declaredOids)
      encoder.describeStatement(statement.name)
    } catch (error) {
      this.#statements.unname(statement)
      throw error
    }
    line.sync()
    this.#statements.clearClosing()
  }

  onRow(source: ByteSource, start: number, end: number): void {
    if (this.#lookup === undefined) throw new ProtocolError("the server sent a row for a statement that was not run")
    this.#lookup.onRow(source, start, end)
  }

  onFrame(type: number, source: ByteSource, start: number, end: number): void {
    if (this.#lookup !== undefined) {
      this.#lookup.onFrame(type, source, start, end)
      return
    }
    switch (type) {
      case PARSE_COMPLETE:
        this.#statement.confirmName()
        break
      case CLOSE_COMPLETE:
        break
      case PARAMETER_DESCRIPTION:
        this.#parameterOids = readParameterDescription(source, start, end)
        break
      case ROW_DESCRIPTION:
        this.#fields = readRowDescription(source, start, end)
        break
      case NO_DATA:
        this.#fields = []
        break
      case ERROR_RESPONSE:
        this.#onRefused(readError(source, start, end, this.#line, this.#statement.text))
        break
      default:
        unexpectedMessage(type, "the preparing of a statement")
    }
  }

  #onRefused(error: ServerError): void {
    this.#error ??= error
    dropGoneType(error, this.#statement.declaredOids, this.#registry.known)
  }

  onReady(status: number): Outcome {
    if (this.#error !== undefined) {
      this.#statements.release(this.#statement)
      this.#reject(this.#error)
    } else if (this.#fields === undefined) {
      throw new ProtocolError("the server has not described the statement")
    } else {
      return this.#onDescribed(this.#fields, status)
    }
    return "done"
  }

  fail(error: unknown): void {
    this.#reject(error)
    this.#lookup?.abandon(error)
  }

  /** The server prepares it all the same: what nobody waits for is closed again. */
  giveUp(error: unknown): void {
    this.#isGivenUp = true
    this.fail(error)
  }

  /** The statement is prepared, whatever becomes of the lookup: types that stay unknown are asked about when it is run. */
  #onDescribed(fields: readonly Field[], status: number): Outcome {
    const lookup = this.#lookup
    this.#lookup = undefined
    lookup?.finish(status)
    if (this.#isGivenUp) {
      this.#statements.release(this.#statement)
      return "done"
    }
    const description = this.#statement.describe(this.#parameterOids, fields, this.#registry)
    const oids = unknownTypes(description)
    if (lookup === undefined && oids.length > 0) {
      this.#lookup = new TypeLookup(this.#registry.known, { oids, names: [] })
      return "again"
    }
    this.#resolve(description)
    return "done"
  }

  skip(error: unknown): void {
    this.#statements.release(this.#statement)
    this.#reject(error)
  }
}
