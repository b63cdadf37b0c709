/**
 * A normalised query: text, values and options. Nothing here runs it.
 */

import type { TypeOptions } from "../types/registry.ts"
import type { RowShape } from "./row-shape.ts"
import type { Statement } from "./statement.ts"

/** When a statement gets a name on the server: now, never, or once it has been used often enough. */
export type PrepareOption = boolean | "auto"

/** Options of a single query. */
export interface QueryOptions<R = unknown> {
  /** What each row looks like; `"object"` by default. */
  readonly rows?: RowShape<R>
  /** `true` prepares at once, `false` never, `"auto"` (the default) from the connection's threshold on. */
  readonly prepare?: PrepareOption
  /** The parameters' types by name (`"int8"`, `"text[]"`), for where the server cannot infer them; `undefined` skips one. */
  readonly parameterTypes?: readonly (string | undefined)[]
  /**
   * Stops the query when it aborts: taken back if it was not sent, cancelled on the server if it was. The call rejects
   * with the signal's reason at once; the connection stays usable. Nothing is sent behind such a query until it is over.
   */
  readonly signal?: AbortSignal | undefined
  /** Stops the query in the same way after so many milliseconds, with TimeoutError. Wins over the connection's `queryTimeout`. */
  readonly timeout?: number | undefined
  /**
   * How types become JavaScript values in this query, where it differs from the connection. Keep the object and use it
   * again: what it means is worked out once for each object.
   */
  readonly types?: TypeOptions | undefined
}

/** The same options, with a shape of rows that the compiler can go by. */
export type Shaped<O extends { readonly rows?: unknown }, S extends RowShape> = Omit<O, "rows"> & { readonly rows: S }

/** One statement with its values, ready to be run. */
export interface Query {
  readonly text: string
  readonly values: readonly unknown[]
  /** Type names by position as the caller declared them. */
  readonly parameterTypes: readonly (string | undefined)[] | undefined
  /** Type names by position that stand as casts in the text as well, so that one we don't know does no harm. */
  readonly castTypes: readonly (string | undefined)[] | undefined
  /** The statement itself where the caller holds one; else the cache is asked for it. */
  readonly statement?: Statement
  readonly shape: RowShape
  readonly prepare: PrepareOption
  readonly signal: AbortSignal | undefined
  /** Milliseconds; `undefined` leaves it to the connection. */
  readonly timeout: number | undefined
  /** What differs from the connection's types. */
  readonly types?: TypeOptions | undefined
}
