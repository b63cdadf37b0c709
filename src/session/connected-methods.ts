/**
 * What a connection and a transaction have beyond the Queryable methods, because it lasts longer than one call: cursors
 * and large objects.
 */

import type { Sql } from "../sql/fragment.ts"
import type { Carrier } from "./carrier.ts"
import { type Cursor, type CursorOptions, declareCursor } from "./cursor.ts"
import { LargeObjects } from "./large-object/large-objects.ts"
import type { QueryText } from "./query-arguments.ts"
import { QueryMethods } from "./query-methods.ts"
import type { Row } from "./queryable.ts"

/** Adds cursors and large objects. */
export abstract class ConnectedMethods extends QueryMethods {
  /** @internal */
  abstract override borrow(): Carrier

  /**
   * Declares a cursor: a query's rows fetched as they are needed. In a transaction it lives until its end. Outside of
   * one it has its own, and the connection is the cursor's until it is closed; with `hold` it outlives its transaction.
   */
  cursor<R = Row>(template: TemplateStringsArray, ...values: unknown[]): Promise<Cursor<R>>
  cursor<R = Row>(text: string, values?: readonly unknown[], options?: CursorOptions<R>): Promise<Cursor<R>>
  cursor<R = Row>(fragment: Sql, options?: CursorOptions<R>): Promise<Cursor<R>>
  cursor<R>(text: QueryText, ...rest: unknown[]): Promise<Cursor<R>> {
    return declareCursor<R>(this.borrow(), text, rest)
  }

  /** The database's large objects. What is done with them in a transaction is part of it. */
  get largeObjects(): LargeObjects {
    return new LargeObjects(() => this.borrow())
  }
}
