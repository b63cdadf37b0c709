import { describe, expect, test } from "vitest"
import { UsageError } from "../../../src/errors/client-error.ts"
import { CompositionError } from "../../../src/errors/composition-error.ts"
import { checkScript, toQuery } from "../../../src/session/query-arguments.ts"
import { sql } from "../../../src/sql/tag.ts"

/** A template call's arguments as a function gets them. */
function template(strings: TemplateStringsArray, ...values: unknown[]): [TemplateStringsArray, unknown[]] {
  return [strings, values]
}

describe("toQuery", () => {
  test("takes a text with parameters and options", () => {
    const values = [1, "a"]
    const { signal } = new AbortController()
    const options = { rows: "tuple", prepare: true, parameterTypes: ["int4", undefined], signal, timeout: 5 } as const
    expect(toQuery("select $1, $2", [values, options])).toEqual({
      text: "select $1, $2",
      values,
      castTypes: undefined,
      parameterTypes: ["int4", undefined],
      shape: "tuple",
      prepare: true,
      signal,
      timeout: 5,
    })
  })

  test("takes a text alone, and null or undefined for no parameters", () => {
    const expected = { text: "select 1", values: [], shape: "object", prepare: "auto" }
    for (const rest of [[], [undefined], [null], [[], {}], [undefined, undefined]]) {
      expect(toQuery("select 1", rest)).toMatchObject(expected)
    }
  })

  test("binds a template's values and never pastes them", () => {
    const hostile = "'; drop table users; --"
    const [strings, values] = template`select * from users where name = ${hostile} and id = ${7}`
    const query = toQuery(strings, values)
    expect(query.text).toBe("select * from users where name = $1 and id = $2")
    expect(query.values).toEqual([hostile, 7])
  })

  test("takes a composed fragment with options", () => {
    const query = toQuery(sql`select ${1} from ${sql.id("a b")}`, [{ rows: "scalar" }])
    expect(query).toMatchObject({ text: 'select $1 from "a b"', values: [1], shape: "scalar" })
  })

  test("the method's own shape wins over the caller's", () => {
    expect(toQuery("select 1", [[], { rows: "tuple" }], "scalar").shape).toBe("scalar")
  })

  test.each([
    ["nothing", undefined],
    ["null", null],
    ["a number", 5],
    ["an array of strings that is no template", ["select 1"]],
    [
      "an object that looks like a fragment",
      { text: "select 1", values: [], compile: () => ({ text: "drop table x" }) },
    ],
    ["a String object", new String("select 1")],
    ["a function", () => "select 1"],
  ])("refuses %s as a statement", (_, text) => {
    expect(() => toQuery(text as never, [])).toThrow(UsageError)
  })

  test("refuses what only looks like a template: text from outside must not become a statement", () => {
    const forged = Object.assign(["select ", ""], { raw: ["select ", ""] })
    expect(() => toQuery(JSON.parse(JSON.stringify(forged)), [1])).toThrow(UsageError)
  })

  test.each([
    ["a string", "x"],
    ["a number", 1],
    ["an object", {}],
    ["a set", new Set([1])],
    ["bytes", new Uint8Array(2)],
  ])("refuses %s as parameters, without showing it", (_, values) => {
    expect(() => toQuery("select $1", [values])).toThrow(/^the parameters must be an array, got /)
  })

  test.each([
    ["a fragment", sql`now()`, /^a parameter takes a value, got a fragment$/],
    ["an array of fragments", [sql`1`, sql`2`], /sql\.join/],
  ])("refuses %s among the parameters of a text, where it would be data", (_, value, message) => {
    const call = () => toQuery("select $1, $2", [[1, value]])
    expect(call).toThrow(CompositionError)
    expect(call).toThrow(message)
  })

  test.each([
    ["null", null, "the options"],
    ["a string", "tuple", "the options"],
    ["an unknown shape", { rows: "rows" }, "rows"],
    ["an unknown word for prepare", { prepare: "yes" }, "prepare"],
    ["a type that is a number", { parameterTypes: [23] }, "parameterTypes"],
    ["types that are no array", { parameterTypes: "int4" }, "parameterTypes"],
    ["a signal that is none", { signal: { aborted: false } }, "signal"],
    ["a timeout in words", { timeout: "5s" }, "timeout"],
    ["a timeout that is NaN", { timeout: Number.NaN }, "timeout"],
    ["a negative timeout", { timeout: -1 }, "timeout"],
    ["a timeout that no timer can wait", { timeout: Number.POSITIVE_INFINITY }, "timeout"],
  ])("refuses options with %s, naming the option", (_, options, name) => {
    for (const call of [() => toQuery("select 1", [[], options]), () => toQuery(sql`select 1`, [options])]) {
      expect(call).toThrow(UsageError)
      expect(call).toThrow(expect.objectContaining({ message: expect.stringContaining(name), safeToRetry: true }))
    }
  })

  test("takes an AbortSignal of another realm", () => {
    const foreign = { aborted: false, addEventListener: () => {}, removeEventListener: () => {} } as never
    expect(toQuery("select 1", [[], { signal: foreign }]).signal).toBe(foreign)
  })
})

describe("checkScript", () => {
  test("takes a text and options", () => {
    expect(() => checkScript("select 1; select 2", { rows: "tuple", timeout: 0 })).not.toThrow()
  })

  test.each([undefined, null, 5, Symbol("x"), ["select 1"], Object.assign(() => "", {})])(
    "refuses %o as a script",
    (script) => {
      expect(() => checkScript(script as never, {})).toThrow(/^a script must be a text, got /)
    },
  )
})
