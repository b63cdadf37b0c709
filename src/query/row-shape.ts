/**
 * Row shapes: how the decoded columns of one row become what the caller gets.
 */

import { type RowIssue, RowValidationError } from "../errors/client-error.ts"
import type { Field } from "../protocol/backend.ts"

/** Makes, once per result, the function that turns a row's values into the caller's row. */
export type RowFactory<R> = (fields: readonly Field[]) => (values: readonly unknown[]) => R

/**
 * A validator in the terms of Standard Schema, as zod, valibot, arktype and others make them: each row, as an object, is
 * given to it, and what it returns is the row.
 * @see https://standardschema.dev
 */
export interface RowSchema<R = unknown> {
  readonly "~standard": {
    readonly version: 1
    readonly vendor: string
    readonly validate: (row: unknown) => RowVerdict<R> | PromiseLike<RowVerdict<R>>
    readonly types?: { readonly input: unknown; readonly output: R } | undefined
  }
}

/** What a schema says of a row. */
export type RowVerdict<R> =
  | { readonly value: R; readonly issues?: undefined }
  | { readonly issues: readonly RowIssue[] }

/**
 * What a row looks like: an object by column name (the last of equal names wins), a tuple in column order, the first
 * column alone, whatever a {@link RowFactory} makes of it, or what a {@link RowSchema} lets through.
 */
export type RowShape<R = unknown> = "object" | "tuple" | "scalar" | RowFactory<R> | RowSchema<R>

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

/** The factory that gives each row, as an object, to a schema. */
export function validatedBy<R>(schema: RowSchema<R>): RowFactory<R> {
  const { validate } = schema["~standard"]
  return (fields) => {
    const names = fields.map((field) => field.name)
    return (values) => {
      const row: Record<string, unknown> = {}
      for (let i = 0; i < names.length; i++) setColumn(row, names[i]!, values[i])
      const verdict = validate(row)
      if ("then" in verdict) {
        verdict.then(undefined, () => {})
        throw new RowValidationError([{ message: "the schema validates asynchronously, which rows cannot wait for" }])
      }
      if (verdict.issues !== undefined) throw new RowValidationError(verdict.issues)
      return verdict.value
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
