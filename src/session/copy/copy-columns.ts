/**
 * The columns of a COPY: the statement names them or its table has them, and the server says their types.
 */

import { UsageError } from "../../errors/client-error.ts"
import { DescribeStatement } from "../../exchange/describe-statement.ts"
import type { Description } from "../../query/statement.ts"
import { quoteIdentifier } from "../../sql/quote.ts"
import type { TypeRegistry } from "../../types/registry.ts"
import type { Carrier } from "../carrier.ts"
import type { CopyColumnTypes } from "./copy-row.ts"
import type { CopyStatement } from "./copy-statement.ts"

/** Asks for the columns of a statement; to be started in front of it. Nothing is read: the server only parses. */
export function describeColumns(
  { table, columns, query }: Pick<CopyStatement, "table" | "columns" | "query">,
  types: TypeRegistry,
): DescribeStatement {
  const list = columns.length === 0 ? "*" : columns.map(quoteIdentifier).join(", ")
  const describe = new DescribeStatement(query ?? `SELECT ${list} FROM ${table}`, types)
  describe.promise.catch(() => {}) // who needs the columns asks for the failure
  return describe
}

/**
 * Asks in front of a COPY, for as long as that is wanted: a table that somebody has locked is not waited for when the
 * COPY has been stopped.
 * @param copy the outcome of the COPY
 */
export function describeInFront(
  { session, start }: Carrier,
  describe: DescribeStatement,
  copy: Promise<unknown>,
  signal: AbortSignal | undefined,
): void {
  const stop = session.stopOwn(signal, undefined)
  try {
    start(describe, stop)
  } catch (error) {
    stop.dispose()
    throw error
  }
  copy.catch((reason: unknown) => stop.stop(reason))
}

/** The columns as the server described them. */
export function describedColumns({ fields }: Description, types: TypeRegistry): CopyColumnTypes {
  return {
    names: fields.map(({ name }) => name),
    codecs: fields.map(({ typeOid }) => types.codecOrText(typeOid)),
  }
}

/** The columns as the caller has given their types. @throws UsageError for a type that is not known */
export function declaredColumns(
  names: readonly string[],
  typeNames: readonly string[],
  types: TypeRegistry,
): CopyColumnTypes {
  const codecs = typeNames.map((name) => {
    const codec = types.codecByName(name)
    if (codec !== undefined) return codec
    throw new UsageError(`the type ${JSON.stringify(name)} is not known`, { safeToRetry: true })
  })
  return { names: typeNames.map((_, i) => names[i] ?? `column ${i + 1}`), codecs }
}
