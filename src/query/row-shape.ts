/**
 * Row shapes: how the decoded columns of one row become what the caller gets.
 */

import type { Field } from "../protocol/backend.ts"

/** Makes, once per result, the function that turns a row's values into the caller's row. */
export type RowFactory<R> = (fields: readonly Field[]) => (values: readonly unknown[]) => R

/**
 * What a row looks like: an object by column name (the last of equal names wins), a tuple in column order, the first
 * column alone, or whatever a {@link RowFactory} makes of it.
 */
export type RowShape<R = unknown> = "object" | "tuple" | "scalar" | RowFactory<R>

/**
 * Rows as instances of a class: each is made by the constructor without arguments, then gets a property per column.
 *
 * @example
 * ```ts
 * class User { id!: number; name!: string; get label() { return `${this.id}: ${this.name}` } }
 * const users = await db.query("select id, name from users", [], { rows: into(User) })
 * ```
 */
export function into<R extends object>(Class: new () => R): RowFactory<R> {
  return (fields) => {
    const names = fields.map((field) => field.name)
    return (values) => {
      const row = new Class() as Record<string, unknown>
      for (let i = 0; i < names.length; i++) setColumn(row, names[i]!, values[i])
      return row as R
    }
  }
}

/** Sets a column on a row object; `__proto__` is a name like any other. */
export function setColumn(row: Record<string, unknown>, name: string, value: unknown): void {
  if (name === "__proto__") {
    Object.defineProperty(row, name, { value, writable: true, enumerable: true, configurable: true })
  } else {
    row[name] = value
  }
}
