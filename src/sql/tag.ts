/**
 * The `sql` tag: SQL as text with values in it that can't become anything else than values. A fragment in a hole nests,
 * whatever else stands there is bound as a parameter. Only `sql.raw` takes text as it is.
 */

import { describeValue } from "../errors/client-error.ts"
import { CompositionError } from "../errors/composition-error.ts"
import { composeTemplate } from "./compile.ts"
import { PLAIN_TEXT, Sql, textFragment } from "./fragment.ts"
import { checkValue, Hole } from "./hole.ts"
import { identifier } from "./identifier.ts"
import { and, join, or, set, values } from "./lists.ts"
import { named } from "./named.ts"
import { checkText } from "./quote.ts"
import { examineText } from "./template.ts"
import { checkTypeName } from "./type-name.ts"

/** The tag and its methods. */
export interface SqlTag {
  /** A fragment: values are bound, fragments nest and their placeholders are renumbered. */
  (strings: TemplateStringsArray, ...values: unknown[]): Sql
  /** A quoted name; several are joined by dots: `sql.id("schema", "table")`. */
  id(...names: string[]): Sql
  /** A value written into the text as a constant, for places without parameters: DDL, SET, COMMENT. */
  literal(value: unknown): Sql
  /** Text as it is. Whoever can influence it can run any SQL: never give it anything from outside. */
  raw(text: string): Sql
  /** Fragments with a separator (`", "` by default) between each two. */
  join(parts: Iterable<Sql>, separator?: Sql | string): Sql
  /** Rows for `insert into t (a, b) values ${sql.values(rows)}`; a cell may be a fragment. */
  values(rows: Iterable<readonly unknown[]>): Sql
  /** Assignments for `update t set ${sql.set({ a: 1 })}`; a value may be a fragment. */
  set(record: Readonly<Record<string, unknown>>): Sql
  /** A bound value of a given type, `($1::int8[])`: for where the server can't infer it, or would infer another. */
  param(value: unknown, type: string): Sql
  /** Text with named placeholders: `sql.named("select :a, :b", { a: 1, b: 2 })`. */
  named(text: string, values: Readonly<Record<string, unknown>>): Sql
  /** Conditions of which all have to hold; one by one or as lists. */
  and(...conditions: (Sql | Iterable<Sql>)[]): Sql
  /** Conditions of which one has to hold; one by one or as lists. */
  or(...conditions: (Sql | Iterable<Sql>)[]): Sql
  /** A fragment without text, for what is left out. */
  readonly empty: Sql
}

/** Composes SQL: sql`select * from ${sql.id(table)} where id = ${id}`. */
export const sql: SqlTag = Object.freeze(
  Object.assign((strings: TemplateStringsArray, ...holes: unknown[]): Sql => composeTemplate(strings, holes), {
    id: (...names: string[]) => identifier(names),
    literal: (value: unknown) => valueFragment("sql.literal", value, undefined, true),
    raw,
    join,
    values,
    set,
    param: (value: unknown, type: string) => valueFragment("sql.param", value, checkTypeName(type), false),
    named,
    and: (...conditions: (Sql | Iterable<Sql>)[]) => and(conditions),
    or: (...conditions: (Sql | Iterable<Sql>)[]) => or(conditions),
    empty: textFragment(""),
  }),
)

function raw(text: string): Sql {
  if (typeof text !== "string") throw new CompositionError(`sql.raw takes a text, got ${describeValue(text)}`)
  checkText(text, "the text")
  return new Sql([text], [], examineText(text))
}

function valueFragment(place: string, value: unknown, type: string | undefined, inline: boolean): Sql {
  checkValue(value, place)
  if (inline) checkLiteral(place, value)
  return new Sql(["", ""], [new Hole(value, type, inline)], PLAIN_TEXT)
}

/** What can be refused at once; objects wait for the types of a connection. */
function checkLiteral(place: string, value: unknown): void {
  if (typeof value === "string") checkText(value, place)
  if (value === undefined || typeof value === "function" || typeof value === "symbol") {
    throw new CompositionError(`${place} takes a value, got ${describeValue(value)}`)
  }
}
