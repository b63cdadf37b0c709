import { describe, expect, test } from "vitest"
import { CompositionError } from "../../../src/errors/composition-error.ts"
import { sql } from "../../../src/sql/tag.ts"

describe("join", () => {
  test("puts a separator between the parts", () => {
    const ids = ["a", "b"].map((name) => sql.id(name))
    expect(sql`select ${sql.join(ids)}`.text).toBe('select "a", "b"')
    expect(sql.join([sql`${1}`, sql`${2}`], " or ").compile()).toMatchObject({ text: "$1 or $2", values: [1, 2] })
    expect(sql.join([sql`a`, sql`b`, sql`c`], sql` natural join `).text).toBe("a natural join b natural join c")
    expect(sql.join(new Set([sql`a`])).text).toBe("a")
  })

  test.each([", ", ",", "", " ", "\n", " and ", "\nUNION ALL\n", " || ", "."])("takes %j", (separator) => {
    expect(sql.join([sql`a`, sql`b`], separator).text).toBe(`a${separator}b`)
  })

  test.each(["; ", " or true or ", "'", "--", "/*", " union select 1 union ", "$1", "\0", ")("])(
    "refuses %j as text",
    (separator) => {
      expect(() => sql.join([sql`a`, sql`b`], separator)).toThrow(CompositionError)
    },
  )

  test.each<[string, unknown]>([
    ["no parts", []],
    ["values", [1, 2]],
    ["strings", ["a"]],
    ["a string", "abc"],
    ["nothing", undefined],
    ["one fragment", sql`a`],
    ["an object", { a: sql`a` }],
    ["parts and a value", [sql`a`, null]],
  ])("refuses %s", (_, parts) => {
    expect(() => sql.join(parts as never)).toThrow(CompositionError)
  })

  test("refuses a separator that is a value", () => {
    expect(() => sql.join([sql`a`], 1 as never)).toThrow(CompositionError)
  })
})

describe("and, or", () => {
  test("put each condition in parentheses, and themselves", () => {
    const filters = [sql`a = ${1} or b`, sql`c = ${2}`]
    expect(sql`where x and ${sql.or(filters)}`.text).toBe("where x and ((a = $1 or b) or (c = $2))")
    expect(sql.and(sql`a`, sql`b`).text).toBe("((a) and (b))")
    expect(sql.and(sql`a`, sql.or(sql`b`, sql`c`)).text).toBe("((a) and (((b) or (c))))")
    expect(sql.and(sql`a`, filters).text).toBe("((a) and (a = $1 or b) and (c = $2))")
    expect(sql.or(sql`a or b`).text).toBe("(a or b)")
  })

  test("keep a comment from swallowing the parenthesis", () => {
    expect(sql.and(sql`a -- first`, sql`b`).text).toBe("((a -- first\n) and (b))")
  })

  test.each<[string, unknown[]]>([
    ["nothing", []],
    ["an empty list", [[]]],
    ["text", ["a = 1"]],
    ["a value", [true]],
    ["undefined", [undefined]],
  ])("refuse %s", (_, conditions) => {
    expect(() => sql.and(...(conditions as never[]))).toThrow(CompositionError)
    expect(() => sql.or(...(conditions as never[]))).toThrow(CompositionError)
  })
})

describe("values", () => {
  test("makes rows", () => {
    expect(
      sql`insert into t (a, b) values ${sql.values([
        [1, "x"],
        [2, null],
      ])} returning a`.compile(),
    ).toEqual({
      text: "insert into t (a, b) values ($1, $2), ($3, $4) returning a",
      values: [1, "x", 2, null],
      types: undefined,
    })
    expect(sql.values([[1]]).text).toBe("($1)")
  })

  test("takes fragments as cells", () => {
    expect(sql.values([[sql`default`, sql.param(1, "int2")]]).compile()).toEqual({
      text: "(default, ($1::int2))",
      values: [1],
      types: ["int2"],
    })
  })

  test("takes any iterable of rows", () => {
    function* rows(): Generator<number[]> {
      yield [1]
      yield [2]
    }
    expect(sql.values(rows()).text).toBe("($1), ($2)")
  })

  test("binds holes of sparse rows as NULL", () => {
    // biome-ignore lint/suspicious/noSparseArray: that is what is tested
    expect(sql.values([[1, , 3]]).compile()).toMatchObject({ text: "($1, $2, $3)", values: [1, undefined, 3] })
  })

  test.each<[string, unknown]>([
    ["no rows", []],
    ["a row without columns", [[]]],
    ["ragged rows", [[1, 2], [3]]],
    ["ragged rows the other way", [[1], [2, 3]]],
    ["flat values", [1, 2]],
    ["objects", [{ a: 1 }]],
    ["strings", ["ab", "cd"]],
    ["nothing", null],
  ])("refuses %s", (_, rows) => {
    expect(() => sql.values(rows as never)).toThrow(CompositionError)
  })
})

describe("set", () => {
  test("makes assignments", () => {
    expect(sql`update t set ${sql.set({ a: 1, 'b"c': null, d: sql`d + ${2}` })} where id = ${3}`.compile()).toEqual({
      text: 'update t set "a" = $1, "b""c" = $2, "d" = d + $3 where id = $4',
      values: [1, null, 2, 3],
      types: undefined,
    })
  })

  test("takes own columns only", () => {
    expect(sql.set(Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true } })).text).toBe('"own" = $1')
    expect(sql.set(JSON.parse('{"__proto__": 1}')).text).toBe('"__proto__" = $1')
  })

  test.each<[string, unknown]>([
    ["no columns", {}],
    ["an undefined value", { a: undefined }],
    ["an array", [1]],
    ["null", null],
    ["a string", "ab"],
    ["a column without a name", { "": 1 }],
    ["a column with NUL", { "a\0": 1 }],
  ])("refuses %s", (_, record) => {
    expect(() => sql.set(record as never)).toThrow(CompositionError)
  })

  test("refuses a list of fragments as a value", () => {
    expect(() => sql.set({ a: [sql`x`] }).text).toThrow(CompositionError)
  })
})
