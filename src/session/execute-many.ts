/**
 * One statement with many sets of values: sent without waiting for replies, in bounded memory, all or nothing.
 */

import { UsageError } from "../errors/client-error.ts"
import { ExecuteMany, type ManyResult } from "../exchange/execute-many.ts"
import { checkNames, optionNames } from "../query/check-options.ts"
import type { QueryOptions } from "../query/query.ts"
import type { Sql } from "../sql/fragment.ts"
import { queryChannel } from "../trace/channels.ts"
import { withCallerStack } from "./caller-stack.ts"
import type { Carrier } from "./carrier.ts"
import { startFed } from "./fed-scope.ts"
import { feed, iterableSource } from "./feed.ts"
import { checkValues, refuseTemplate, toQuery } from "./query-arguments.ts"
import { traceUntil } from "./traced.ts"

/** The values of each run, in any iterable. */
export type ParamSets = Iterable<readonly unknown[]> | AsyncIterable<readonly unknown[]>

/** Options of `executeMany`. */
export interface ExecuteManyOptions<R = unknown>
  extends Pick<QueryOptions<R>, "rows" | "parameterTypes" | "types" | "signal" | "timeout"> {
  /** Whether to keep the rows that the runs return (RETURNING); they are all in memory then. */
  readonly returning?: boolean | undefined
}

const EXECUTE_MANY_OPTIONS = optionNames<ExecuteManyOptions>({
  rows: true,
  parameterTypes: true,
  types: true,
  signal: true,
  timeout: true,
  returning: true,
})

/** Runs a statement with each of the sets. */
export async function executeMany<R>(
  carrier: Carrier,
  text: string | Sql,
  paramSets: ParamSets,
  options: ExecuteManyOptions = {},
): Promise<ManyResult<R>> {
  const { session } = carrier
  refuseTemplate(text, "executeMany", "write $1 where each set has its own value")
  const source = iterableSource(paramSets, "the sets of parameters")
  checkNames(options, EXECUTE_MANY_OPTIONS)
  const { returning, ...queryOptions } = options
  const query = typeof text === "string" ? toQuery(text, [[], queryOptions]) : toQuery(text, [queryOptions])
  if (query.values.length > 0) {
    throw new UsageError("executeMany takes its values in sets: write $1 where each set has its own", {
      safeToRetry: true,
    })
  }
  const types = session.typesFor(query.types)
  const exchange = new ExecuteMany<R>(query, types, returning ?? options.rows !== undefined, checkValues)
  const leave = startFed(carrier, exchange, source, options, "executeMany")
  traceUntil(queryChannel, session, query.text, exchange.promise)
  const feeding = feed(source, exchange)
  try {
    return await withCallerStack(exchange.promise)
  } finally {
    leave()
    await feeding
  }
}
