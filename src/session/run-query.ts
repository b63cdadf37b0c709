/**
 * The one road every query takes: normalise, encode, run the exchange, pick what the caller asked for.
 */

import type { Stop } from "../base/stop.ts"
import { RowCountError } from "../errors/client-error.ts"
import { ExtendedQuery } from "../exchange/extended-query.ts"
import { SimpleQuery } from "../exchange/simple-query.ts"
import type { Query } from "../query/query.ts"
import type { Result } from "../query/result.ts"
import type { RowShape } from "../query/row-shape.ts"
import { queryChannel } from "../trace/channels.ts"
import { isTraced, trace } from "../trace/trace.ts"
import { withCallerStack } from "./caller-stack.ts"
import { type QueryText, toQuery } from "./query-arguments.ts"
import type { ScriptOptions } from "./queryable.ts"
import type { Session } from "./session.ts"
import type { Start } from "./start.ts"

/**
 * Runs a query and resolves with what `pick` takes out of its result. What cannot be sent rejects, like everything else.
 * @param shape the shape of rows where the method, not the caller, decides it
 */
export function runQuery<R, T>(
  session: Session,
  start: Start,
  text: QueryText,
  rest: readonly unknown[],
  pick: (result: Result<R>) => T,
  shape?: RowShape,
): Promise<T> {
  try {
    return runNormalised(session, start, toQuery(text, rest, shape), pick)
  } catch (error) {
    return Promise.reject(error)
  }
}

/** Runs a query that is normalised already. */
export function runNormalised<R, T>(
  session: Session,
  start: Start,
  query: Query,
  pick: (result: Result<R>) => T,
): Promise<T> {
  if (isTraced(queryChannel)) return traceQuery(session, start, query, pick)
  return carry(session, start, query, pick)
}

function carry<R, T>(session: Session, start: Start, query: Query, pick: (result: Result<R>) => T): Promise<T> {
  const types = session.typesFor(query.types)
  const exchange = new ExtendedQuery<R, T>(query, session.statements, types, pick, session.limits)
  const stop = session.stopFor(query.signal, query.timeout)
  start(exchange, stop)
  if (stop !== undefined) disposeAfter(exchange.promise, stop)
  return withCallerStack(exchange.promise)
}

/** Runs a script through the simple protocol. */
export function runScript(
  session: Session,
  start: Start,
  script: string,
  options: ScriptOptions,
): Promise<Result<unknown>[]> {
  const run = (): Promise<Result<unknown>[]> => carryScript(session, start, script, options)
  try {
    if (!isTraced(queryChannel)) return run()
    return trace(queryChannel, session.traceContext({ "db.query.text": script }), run)
  } catch (error) {
    return Promise.reject(error)
  }
}

function carryScript(
  session: Session,
  start: Start,
  script: string,
  options: ScriptOptions,
): Promise<Result<unknown>[]> {
  const types = session.typesFor(options.types)
  const exchange = new SimpleQuery(script, options.rows ?? "object", session.statements, types, session.limits)
  const stop = session.stopFor(options.signal, options.timeout)
  start(exchange, stop)
  if (stop !== undefined) disposeAfter(exchange.promise, stop)
  return withCallerStack(exchange.promise)
}

function traceQuery<R, T>(session: Session, start: Start, query: Query, pick: (result: Result<R>) => T): Promise<T> {
  const context = session.traceContext({ "db.query.text": query.text })
  return trace(queryChannel, context, () =>
    carry<R, T>(session, start, query, (result) => {
      context["db.response.returned_rows"] = result.rows.length
      return pick(result)
    }),
  )
}

function disposeAfter(promise: Promise<unknown>, stop: Stop): void {
  const dispose = (): void => stop.dispose()
  promise.then(dispose, dispose)
}

/** The whole result. */
export function pickResult<R>(result: Result<R>): Result<R> {
  return result
}

/** The rows alone. */
export function pickRows<R>(result: Result<R>): R[] {
  return result.rows
}

/** The only row. @throws RowCountError when there is none, or there are several */
export function pickOne<R>(result: Result<R>): R {
  const { rows } = result
  if (rows.length !== 1) throw new RowCountError(rows.length)
  return rows[0]!
}

/** The first row, if there is one. */
export function pickFirst<R>(result: Result<R>): R | undefined {
  return result.rows[0]
}
