/**
 * What the compiler must accept and refuse about `sql`. Checked by `tsc`; never run.
 */

import { expectTypeOf } from "vitest"
import type { Sql } from "../../src/sql/fragment.ts"
import { sql } from "../../src/sql/tag.ts"

export function composes(user: { readonly name: string }, record: Record<string, unknown>): void {
  expectTypeOf(sql`select ${1}, ${user.name}, ${null}, ${user}`).toEqualTypeOf<Sql>()
  expectTypeOf(sql.id("a", "b")).toEqualTypeOf<Sql>()
  expectTypeOf(sql.empty).toEqualTypeOf<Sql>()
  expectTypeOf(sql`a`.text).toEqualTypeOf<string>()
  expectTypeOf(sql`a`.values).toEqualTypeOf<readonly unknown[]>()
  sql.values([[1, "a", sql`default`]] as const)
  sql.values(new Set([[1]]))
  sql.set({ name: user.name, count: sql`count + 1` })
  sql.set(record)
  sql.named("select :a", { a: 1 })
  sql.join([sql`a`], " and ")
  sql.join(new Set([sql`a`]), sql`, `)
  sql.and(sql`a`, [sql`b`])
}

export function refuses(): void {
  // @ts-expect-error text is no fragment
  sql.join(["a", "b"])
  // @ts-expect-error an array is no name
  sql.id(["a", "b"])
  // @ts-expect-error a tag is no function of text
  sql("select 1")
  // @ts-expect-error conditions are fragments
  sql.and("a = 1")
  // @ts-expect-error rows are arrays
  sql.values([{ a: 1 }])
  // @ts-expect-error rows are arrays
  sql.values([1, 2])
  // @ts-expect-error a type needs a name
  sql.param(1)
  // @ts-expect-error raw takes text
  sql.raw(sql`a`)
  // @ts-expect-error nothing can be changed
  sql.empty = sql`a`
  // @ts-expect-error nothing can be changed
  sql`a`.text = "b"
}
