import { describe, expect, test } from "vitest"
import { CompositionError } from "../../../src/errors/composition-error.ts"
import { formatFragment, formatStatement } from "../../../src/sql/format.ts"
import { sql } from "../../../src/sql/tag.ts"

describe("formatFragment", () => {
  test("writes every value into the text", () => {
    const fragment = sql`select ${1}, ${"it's"}, ${null}, ${sql`f(${true})`}, ${sql.literal("x")} from ${sql.id("t")}`
    expect(formatFragment(fragment)).toBe(`select 1, 'it''s', NULL, f(true), 'x' from "t"`)
  })

  test("casts what has a type, with the minus inside", () => {
    const fragment = sql`select ${sql.param("{1}", "int8[]")}, ${sql.param(-1, "int2")}, ${sql.param(-1n, "int8")}, ${sql.param(1, "int2")}`
    expect(formatFragment(fragment)).toBe("select ('{1}'::int8[]), ('-1'::int2), ('-1'::int8), ('1'::int2)")
  })

  test("asks for the text of objects, with the type, and quotes it", () => {
    const asked: unknown[] = []
    const literalOf = (value: unknown, type: string | undefined) => {
      asked.push([value, type])
      return "{'\\}"
    }
    expect(formatFragment(sql`select ${[1]}, ${sql.param({ a: 1 }, "jsonb")}`, { literalOf })).toBe(
      "select  E'{''\\\\}', ( E'{''\\\\}'::jsonb)",
    )
    expect(asked).toEqual([
      [[1], undefined],
      [{ a: 1 }, "jsonb"],
    ])
  })

  test("refuses text whose strings end where a setting says", () => {
    expect(() => formatFragment(sql`select '\\', ${"x"}`)).toThrow(/backslash before a quote/)
    expect(formatFragment(sql`select E'\\'', ${"x"}`)).toBe("select E'\\'', 'x'")
  })
})

describe("formatStatement", () => {
  test("replaces placeholders, and only those", () => {
    expect(formatStatement("select $1, '$2', \"$1\", $$ $1 $$, a$1, -- $2\n $2 /* $1 */", [1, "x"])).toBe(
      "select 1, '$2', \"$1\", $$ $1 $$, a$1, -- $2\n 'x' /* $1 */",
    )
    expect(formatStatement("select $2, $1, $2", [1, 2])).toBe("select 2, 1, 2")
  })

  test("knows where strings end when backslashes escape in them", () => {
    const text = "select 'a\\', $1, ' || $1"
    expect(formatStatement(text, ["x"], { standardConformingStrings: false })).toBe("select 'a\\', $1, ' || 'x'")
    expect(() => formatStatement("select 'a\\', $1, '", ["x"])).not.toThrow()
  })

  test("keeps a negative number from making a comment or losing its cast", () => {
    expect(formatStatement("select -$1, 1-$1, $1::int2, $1 :: int2", [-5])).toBe(
      "select - -5, 1- -5, '-5'::int2, '-5' :: int2",
    )
    expect(formatStatement('select -$1, $2 from t where "\nWHERE false --"', [-1, "\nWHERE false --"])).toBe(
      "select - -1, '\nWHERE false --' from t where \"\nWHERE false --\"",
    )
  })

  test("has the type read what is cast, as it would read a parameter", () => {
    expect(formatStatement("select $1::jsonb, $2\n::float8, $3::int4, $4::bool[]", [true, -0, null, "{}"])).toBe(
      "select 'true'::jsonb, '-0'\n::float8, NULL::int4, '{}'::bool[]",
    )
    expect(formatStatement("select $1, $1", [true])).toBe("select true, true")
  })

  test("tells who writes objects which type the text casts them to", () => {
    const asked: unknown[] = []
    const literalOf = (_: unknown, type: string | undefined): string => `${asked.push(type)}`
    const text = `select $1::jsonb and, $1 ::"My ""Type"[][3]=, $1::numeric(10, 2)[], $1::timestamp(3) with time zone, $1, $1:: 5`
    formatStatement(text, [{}], { literalOf })
    expect(asked).toEqual([
      "jsonb",
      '"My ""Type"[][3]',
      "numeric(10, 2)[]",
      "timestamp(3) with time zone",
      undefined,
      undefined,
    ])
  })

  test("does not look for placeholders in what it has written", () => {
    expect(formatStatement("select $1, $2", ["$2", "$1"])).toBe("select '$2', '$1'")
  })

  test.each<[string, string, unknown[], RegExp]>([
    ["a placeholder without a value", "select $2", [1], /no value for \$2/],
    ["$0", "select $0", [1], /no value for \$0/],
    ["a value without a placeholder", "select $1", [1, 2], /doesn't use \$2/],
    ["a value for text", "select '$1'", [1], /doesn't use \$1/],
    ["a fragment", "select $1", [sql`a`], /got a fragment/],
    ["NUL in the text", "select \0", [], /NUL/],
    ["NUL in a value", "select $1", ["\0"], /NUL/],
  ])("refuses %s", (_, text, values, message) => {
    expect(() => formatStatement(text, values)).toThrow(CompositionError)
    expect(() => formatStatement(text, values)).toThrow(message)
  })
})
