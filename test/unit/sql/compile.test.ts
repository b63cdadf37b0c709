import { describe, expect, test } from "vitest"
import { CompositionError } from "../../../src/errors/composition-error.ts"
import type { CompiledSql } from "../../../src/sql/assemble.ts"
import { compileTemplate } from "../../../src/sql/compile.ts"
import { sql } from "../../../src/sql/tag.ts"
import { isTemplate } from "../../../src/sql/template.ts"

function query(strings: TemplateStringsArray, ...values: unknown[]): CompiledSql {
  return compileTemplate(strings, values)
}

describe("compileTemplate", () => {
  test("gives text and values", () => {
    expect(query`select ${1}, ${"a"}`).toEqual({ text: "select $1, $2", values: [1, "a"], types: undefined })
    expect(query`select 1`).toEqual({ text: "select 1", values: [], types: undefined })
  })

  test("hands the values on without copying them", () => {
    const values = [1]
    const compile = (strings: TemplateStringsArray, ..._: unknown[]) => compileTemplate(strings, values)
    expect(compile`select ${0}`.values).toBe(values)
  })

  test("reads a template's text once, however often it is used", () => {
    let reads = 0
    const part = {
      get: () => {
        reads++
        return "select "
      },
    }
    const strings = Object.defineProperty(Object.assign(["", ""], { raw: ["", ""] }), 0, part)
    const first = compileTemplate(strings, [1])
    const readsOnce = reads
    expect(readsOnce).toBeGreaterThan(0)
    for (let i = 0; i < 100; i++) {
      expect(compileTemplate(strings, [i])).toEqual({ text: "select $1", values: [i], types: undefined })
    }
    expect(reads).toBe(readsOnce)
    expect(first.text).toBe("select $1")
  })

  test("sees fragments and typed values", () => {
    expect(query`select ${1} from ${sql.id("t")} where a = ${sql.param(2, "int2")}`).toEqual({
      text: 'select $1 from "t" where a = ($2::int2)',
      values: [1, 2],
      types: [undefined, "int2"],
    })
  })

  test("one template may be used with and without fragments", () => {
    const order = (by: unknown) => query`select 1 order by ${by}`
    expect(order("a").text).toBe("select 1 order by $1")
    expect(order(sql.id("a")).text).toBe('select 1 order by "a"')
    expect(order("b").text).toBe("select 1 order by $1")
  })

  test("a name may be glued together from fragments, not from values", () => {
    const partition = (suffix: unknown) => query`select * from logs_${suffix}`
    expect(partition(sql.raw("2024")).text).toBe("select * from logs_2024")
    expect(() => partition(2024)).toThrow(CompositionError)
  })

  test("refuses what the tag refuses", () => {
    expect(() => query`select '${1}'`).toThrow(/inside a string/)
    expect(() => query`select $1, ${1}`).toThrow(/its own \$1/)
    expect(() => query`select ${[sql`a`]}`).toThrow(/sql\.join/)
    expect(() => compileTemplate(["select 1"] as never, [])).toThrow(/template tag/)
  })
})

describe("isTemplate", () => {
  test("knows a tag's first argument", () => {
    const tag = (strings: TemplateStringsArray) => isTemplate(strings)
    expect(tag`a`).toBe(true)
    expect(isTemplate(["a"])).toBe(false)
    expect(isTemplate("a")).toBe(false)
    expect(isTemplate(JSON.parse('{"raw":["a"],"length":1}'))).toBe(false)
  })
})
