import { describe, expect, test } from "vitest"
import { CompositionError } from "../../../src/errors/composition-error.ts"
import { sql } from "../../../src/sql/tag.ts"

describe("named", () => {
  test("makes one parameter of each name", () => {
    expect(sql.named("select * from t where a = :a and b = :b::int or c = :a", { a: 1, b: "2" }).compile()).toEqual({
      text: "select * from t where a = $1 and b = $2::int or c = $1",
      values: [1, "2"],
      types: undefined,
    })
  })

  test("finds placeholders only where they are placeholders", () => {
    const text = "select ':a', \":a\", $$:a$$, x::a, /* :a */ f(y := :b) -- :a"
    expect(sql.named(text, { b: 1 }).text).toBe("select ':a', \":a\", $$:a$$, x::a, /* :a */ f(y := $1) -- :a\n")
  })

  test("takes fragments and typed values", () => {
    const fragment = sql.named("select :columns from t where id = any(:ids)", {
      columns: sql.id("a"),
      ids: sql.param([1], "int8[]"),
    })
    expect(fragment.compile()).toEqual({
      text: 'select "a" from t where id = any(($1::int8[]))',
      values: [[1]],
      types: ["int8[]"],
    })
  })

  test("nests", () => {
    expect(sql`select ${0} where ${sql.named("a = :a or b = :a", { a: 1 })} and ${2}`.compile()).toMatchObject({
      text: "select $1 where a = $2 or b = $2 and $3",
      values: [0, 1, 2],
    })
  })

  test("binds undefined, null and names that objects inherit", () => {
    expect(sql.named("select :a, :b", { a: undefined, b: null }).values).toEqual([undefined, null])
    expect(() => sql.named("select :toString", {})).toThrow(/no value for :toString/)
    expect(sql.named("select :toString", { toString: 1 } as never).values).toEqual([1])
  })

  test.each<[string, () => unknown, RegExp]>([
    ["an unknown name", () => sql.named("select :a, :b", { a: 1 }), /no value for :b/],
    ["an unused name", () => sql.named("select :a", { a: 1, b: 2, c: 3 }), /doesn't use :b, :c/],
    ["a name used only in text", () => sql.named("select ':a'", { a: 1 }), /doesn't use :a/],
    ["numbers beside names", () => sql.named("select $1, :a", { a: 1 }).text, /its own \$1/],
    ["an open string", () => sql.named("select ':a", {}), /ends inside/],
    ["NUL", () => sql.named("select \0", {}), /NUL/],
    ["no text", () => sql.named(1 as never, {}), /takes a text/],
    ["no values", () => sql.named("select 1", undefined as never), /takes an object/],
    ["a list of values", () => sql.named("select 1", [] as never), /takes an object/],
    ["a list of fragments", () => sql.named("select :a", { a: [sql`x`] }), /sql\.join/],
  ])("refuses %s", (_, compose, message) => {
    expect(compose).toThrow(CompositionError)
    expect(compose).toThrow(message)
  })
})
