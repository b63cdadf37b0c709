import { expect, test } from "vitest"
import { earnsName } from "../../../src/query/auto-prepare.ts"
import { Statement } from "../../../src/query/statement.ts"

function used(uses: number, text = "select 1"): Statement {
  const statement = new Statement(text, [])
  statement.uses = uses
  return statement
}

test.each([
  // threshold, uses, option, expected
  [0, 0, "auto", true],
  [1, 0, "auto", false],
  [1, 1, "auto", true],
  [5, 4, "auto", false],
  [5, 0, true, true],
  [0, 9, false, false],
] as const)("threshold %i, used %i times, prepare %s: %s", (threshold, uses, option, expected) => {
  expect(earnsName(used(uses), option, { threshold, pooler: false })).toBe(expected)
})

test("behind a pooler nothing earns a name, asked for or not", () => {
  for (const option of ["auto", true] as const) {
    expect(earnsName(used(9), option, { threshold: 0, pooler: true })).toBe(false)
  }
})

test("a very long text earns one only when asked for", () => {
  const long = used(9, "x".repeat(16 * 1024 + 1))
  expect(earnsName(long, "auto", { threshold: 0, pooler: false })).toBe(false)
  expect(earnsName(long, true, { threshold: 0, pooler: false })).toBe(true)
})

test("a statement that is not remembered earns none, for nobody would close it", () => {
  const forgotten = used(9)
  forgotten.isKept = false
  expect(earnsName(forgotten, true, { threshold: 0, pooler: false })).toBe(false)
})
