import { describe, expect, test } from "vitest"
import { CompositionError } from "../../../src/errors/composition-error.ts"
import { quoteIdentifier, quoteLiteral } from "../../../src/sql/quote.ts"

describe("quoteIdentifier", () => {
  test.each([
    ["a", '"a"'],
    ['a"b', '"a""b"'],
    ['"', '""""'],
    ["a.b", '"a.b"'],
    ["Größe\n\\", '"Größe\n\\"'],
    ["__proto__", '"__proto__"'],
  ])("%j", (name, quoted) => {
    expect(quoteIdentifier(name)).toBe(quoted)
  })

  test.each<[string, unknown]>([
    ["empty", ""],
    ["NUL", "a\0b"],
    ["high surrogate", "a\ud800"],
    ["low surrogate", "\udc00a"],
    ["array", ["a"]],
    ["number", 1],
    ["undefined", undefined],
    ["null", null],
  ])("refuses: %s", (_, name) => {
    expect(() => quoteIdentifier(name as string)).toThrow(CompositionError)
  })
})

describe("quoteLiteral", () => {
  test.each([
    ["", "''"],
    ["a", "'a'"],
    ["it's", "'it''s'"],
    ["\\", " E'\\\\'"],
    ["\\'", " E'\\\\'''"],
    ["-- $1 $$ /*", "'-- $1 $$ /*'"],
  ])("%j", (text, quoted) => {
    expect(quoteLiteral(text)).toBe(quoted)
  })

  test.each<[string, unknown]>([
    ["NUL", "a\0b"],
    ["half a surrogate pair", "\ud83d"],
    ["array", ["a"]],
    ["number", 1],
  ])("refuses: %s", (_, text) => {
    expect(() => quoteLiteral(text as string)).toThrow(CompositionError)
  })
})
