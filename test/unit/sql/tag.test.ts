import { inspect } from "node:util"
import { describe, expect, test } from "vitest"
import { CompositionError } from "../../../src/errors/composition-error.ts"
import { sql } from "../../../src/sql/tag.ts"

describe("the tag", () => {
  test("binds values and numbers them", () => {
    const fragment = sql`select * from t where a = ${1} and b = ${"x"}`
    expect(fragment.text).toBe("select * from t where a = $1 and b = $2")
    expect(fragment.values).toEqual([1, "x"])
    expect(fragment.compile().types).toBeUndefined()
  })

  test("nests fragments and renumbers", () => {
    const inner = sql`b in (${2}, ${3})`
    const { text, values } = sql`select ${1} where ${inner} or ${inner} and c = ${4}`
    expect(text).toBe("select $1 where b in ($2, $3) or b in ($4, $5) and c = $6")
    expect(values).toEqual([1, 2, 3, 2, 3, 4])
    expect(sql`${sql`${sql`${1}`}`}`.text).toBe("$1")
  })

  test("binds everything that is no fragment, whatever it looks like", () => {
    const values = [null, undefined, "; drop table t", { text: "x", values: [] }, [1, 2], [], new Date(0), true, 1n]
    const fragment = sql`${values[0]},${values[1]},${values[2]},${values[3]},${values[4]},${values[5]},${values[6]},${values[7]},${values[8]}`
    expect(fragment.text).toBe("$1,$2,$3,$4,$5,$6,$7,$8,$9")
    expect(fragment.values).toEqual(values)
  })

  test("data that imitates a fragment is data", () => {
    const forged = JSON.parse('{"strings":["drop table t"],"holes":[],"text":"drop table t","Symbol(pgline.sql)":true}')
    expect(sql`select ${forged}`.compile()).toEqual({ text: "select $1", values: [forged], types: undefined })
  })

  test("is no function to call with text", () => {
    expect(() => sql(["select 1"] as never)).toThrow(/template tag/)
    expect(() => sql("select 1" as never)).toThrow(CompositionError)
  })

  test("gives the same text for the same shape", () => {
    const find = (id: number) => sql`select ${sql.id("a")} from t where id = ${id}`
    expect(find(1).text).toBe(find(2).text)
  })

  test("shows its text when logged, never its values", () => {
    expect(inspect(sql`select ${"S3CRET"}`)).toBe("Sql { select $1 }")
    expect(String(sql`select ${"S3CRET"}`)).toBe("select $1")
    expect(JSON.stringify([sql`select ${"S3CRET"}`])).toBe("[null]")
    expect(inspect(sql`a${sql.empty}b ${sql`c`}d${1}`)).toMatch(/^Sql \{ .*touches a word/)
  })

  test.each<[string, () => unknown, RegExp]>([
    ["in a string", () => sql`select '${1}'`, /inside a string/],
    ["in an E-string", () => sql`select E'\\'${1}'`, /inside a string/],
    ["in a dollar quote", () => sql`do $$ begin ${1}; end $$`, /inside a string/],
    ["in what becomes a dollar quote", () => sql`select $${1}`, /inside a string/],
    ["in a quoted name", () => sql`select "${1}"`, /inside a quoted identifier/],
    ["in a line comment", () => sql`select 1 -- ${1}`, /inside a comment/],
    ["in a block comment", () => sql`select /* ${1} */ 1`, /inside a comment/],
    ["behind a word", () => sql`select a${1}`, /touches a word/],
    ["before a word", () => sql`select ${1}a`, /touches a word/],
    ["before a digit", () => sql`select ${1}0`, /touches a word/],
    ["behind a word, nested", () => sql`select a${sql`${1}`}`.text, /touches a word/],
    ["before a digit, nested", () => sql`select ${sql`${1}`}0`.text, /touches a word/],
    ["beside a $1", () => sql`select $1, ${1}`, /its own \$1/],
    ["beside a nested $1", () => sql`select ${sql`$1`}, ${1}`.text, /its own \$1/],
    ["fragment in a string", () => sql`select '${sql.raw("x")}'`, /inside a string/],
    ["open string", () => sql`select 'a`, /ends inside a string/],
    ["open comment", () => sql`select /* a`, /ends inside a comment/],
    ["open name", () => sql`select "a`, /ends inside a quoted identifier/],
    ["array of fragments", () => sql`select ${[sql`a`]}`, /sql\.join/],
    ["array of fragments, nested", () => sql`select ${sql`b`}, ${[sql`a`]}`, /sql\.join/],
    ["NUL", () => sql`select \0`, /NUL/],
    ["half a surrogate pair", () => sql`select '\ud800'`, /surrogate/],
    ["invalid escape", () => sql`select '\u'`, /invalid escape/],
  ])("refuses a value %s", (_, compose, message) => {
    expect(compose).toThrow(CompositionError)
    expect(compose).toThrow(message)
  })

  test("refuses again when the template is used again", () => {
    const compose = () => sql`select '${1}'`
    expect(compose).toThrow(CompositionError)
    expect(compose).toThrow(CompositionError)
  })

  test("leaves alone a $1 that is no placeholder, and one without values beside it", () => {
    expect(sql`select '$1', ${1}`.text).toBe("select '$1', $1")
    expect(sql`prepare p as select $1`.text).toBe("prepare p as select $1")
    expect(sql`create function f() as $$ select $1 $$ ${sql.empty}`.text).toBe(
      "create function f() as $$ select $1 $$ ",
    )
  })

  test("takes text written for standard_conforming_strings = off, but no literals in it", () => {
    expect(sql`select 'it\\'s', ${1}`.text).toBe("select 'it\\'s', $1")
    expect(() => sql`select 'it\\'s', ${sql.literal("x")}`.text).toThrow(/backslash before a quote/)
    expect(() => sql`select '\\', ${sql.literal("x")}`.text).toThrow(/backslash before a quote/)
    expect(sql`select '\\d', ${sql.literal("x")}`.text).toBe("select '\\d', 'x'")
  })

  test("a fragment that ends in a comment doesn't swallow what follows", () => {
    expect(sql`select (${sql`1 -- one`})`.text).toBe("select (1 -- one\n)")
    expect(sql`select (${sql.raw("1 -- one")})`.text).toBe("select (1 -- one\n)")
    expect(sql`select (${sql.named("1 -- one", {})})`.text).toBe("select (1 -- one\n)")
  })

  test("refuses more parameters than Bind can carry", () => {
    const row = new Array<number>(65535).fill(1)
    expect(sql.values([row]).values).toHaveLength(65535)
    expect(() => sql.values([[...row, 1]]).text).toThrow(/65535/)
  })
})

describe("id", () => {
  test("quotes and qualifies", () => {
    expect(sql`select * from ${sql.id("my schema", 'we"ird')}`.text).toBe('select * from "my schema"."we""ird"')
  })

  test.each<[string, unknown[]]>([
    ["nothing", []],
    ["an array", [["a", "b"]]],
    ["an empty name", ["a", ""]],
    ["a fragment", [sql`a`]],
    ["NUL", ["a\0"]],
    ["half a surrogate pair", ["\udfff"]],
  ])("refuses %s", (_, names) => {
    expect(() => sql.id(...(names as string[]))).toThrow(CompositionError)
  })
})

describe("raw and empty", () => {
  test("raw is text as it is", () => {
    expect(sql`select ${sql.raw("now() ' $1 '")}, ${1}`.text).toBe("select now() ' $1 ', $1")
    expect(() => sql`select ${sql.raw("$1")}, ${1}`.text).toThrow(/its own \$1/)
    expect(() => sql.raw(1 as never)).toThrow(CompositionError)
    expect(() => sql.raw(sql`a` as never)).toThrow(CompositionError)
    expect(() => sql.raw("a\0")).toThrow(/NUL/)
    expect(() => sql.raw("\ud800")).toThrow(/surrogate/)
  })

  test("empty leaves nothing", () => {
    expect(sql`select 1${sql.empty}`.text).toBe("select 1")
  })
})

describe("param", () => {
  test("casts in the text and keeps the type's name beside the value", () => {
    expect(sql`select ${1}, ${sql.param([1, 2], "int8[]")}[1], ${null}`.compile()).toEqual({
      text: "select $1, ($2::int8[])[1], $3",
      values: [1, [1, 2], null],
      types: [undefined, "int8[]", undefined],
    })
  })

  test("may stand alone", () => {
    expect(sql.param(null, "date").text).toBe("($1::date)")
  })

  test("refuses fragments and what is no type", () => {
    expect(() => sql.param(sql`a`, "int8")).toThrow(/got a fragment/)
    expect(() => sql.param([sql`a`], "int8[]")).toThrow(/sql\.join/)
    expect(() => sql.param(1, "int8) or (true")).toThrow(/not the name of a type/)
  })
})

describe("literal", () => {
  test.each<[unknown, string]>([
    ["it's", "'it''s'"],
    ["a\\b", " E'a\\\\b'"],
    [1, "1"],
    [-1, "-1"],
    [-0, "0"],
    [1.5, "1.5"],
    [1e21, "1e+21"],
    [Number.NaN, "'NaN'"],
    [-Infinity, "'-Infinity'"],
    [-(2n ** 63n), "-9223372036854775808"],
    [true, "true"],
    [null, "NULL"],
    [new Uint8Array([0, 255]), " E'\\\\x00ff'"],
    [new Date(0), "'1970-01-01T00:00:00.000Z'"],
  ])("%s", (value, literal) => {
    expect(sql.literal(value).text).toBe(literal)
  })

  test("minds its neighbours", () => {
    expect(sql`select -${sql.literal(-1)}`.text).toBe("select - -1")
    expect(sql`select 1-${sql.literal(-1)}`.text).toBe("select 1- -1")
    expect(sql`select ${sql.literal(-1)}::int2`.text).toBe("select '-1'::int2")
    expect(sql`select ${sql.literal(1)}::int2`.text).toBe("select '1'::int2")
    expect(sql`select ${sql.literal("{1}")}[1]`.text).toBe("select ('{1}')[1]")
    expect(sql`select ${sql.literal("(1)")}.a`.text).toBe("select ('(1)').a")
    expect(sql`select a.u&${sql.literal("x")}`.text).toBe("select a.u& 'x'")
    expect(sql`select e${sql.literal("x")}`.text).toBe("select e 'x'")
    expect(sql`select 'a'${sql.literal("x")}'b'`.text).toBe("select 'a' 'x' 'b'")
    expect(sql`select ${sql.literal(1)}${sql.literal(2)}`.text).toBe("select 1 2")
    expect(sql`select ${sql.literal(1)}e5`.text).toBe("select 1 e5")
    expect(sql`set x = ${sql.literal(-1)}`.text).toBe("set x = -1")
  })

  test("refuses what it can't write", () => {
    expect(() => sql.literal(sql`a`)).toThrow(/got a fragment/)
    expect(() => sql.literal([sql`a`])).toThrow(/sql\.join/)
    expect(() => sql.literal("a\0")).toThrow(/NUL/)
    expect(() => sql.literal("\ud800")).toThrow(/surrogate/)
    expect(() => sql.literal(() => 1)).toThrow(CompositionError)
    expect(() => sql.literal(undefined)).toThrow(CompositionError)
    expect(() => sql.literal(Symbol("a"))).toThrow(CompositionError)
    expect(() => sql.literal({ a: 1 }).text).toThrow(/takes a connection/)
    expect(() => sql.literal([1]).text).toThrow(/takes a connection/)
    expect(() => sql.literal(new Date(Number.NaN)).text).toThrow(CompositionError)
  })
})
