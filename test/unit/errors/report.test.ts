import { describe, expect, test } from "vitest"
import { formatReport, formatStatementExcerpt } from "../../../src/errors/report.ts"

function excerpt(statement: string, position?: number): string[] {
  return formatStatementExcerpt("LINE", statement, position)
}

/** The character that the caret stands under, when every character takes one column. */
function pointedAt(statement: string, position: number): string | undefined {
  const [line, caret] = excerpt(statement, position)
  return line![caret!.indexOf("^")]
}

describe("the statement's line", () => {
  test("has the caret under the position, counted in characters", () => {
    expect(excerpt("select nam", 8)).toEqual(["LINE 1: select nam", "               ^"])
    expect(excerpt("select\n  nam\nfrom x", 10)).toEqual(["LINE 2:   nam", "          ^"])
    expect(excerpt("a\r\nb\rc\nd", 4)).toEqual(["LINE 2: b", "        ^"])
    expect(excerpt("a\r\nb\rc\nd", 6)).toEqual(["LINE 3: c", "        ^"])
    expect(excerpt("a\r\nb\rc\nd", 8)).toEqual(["LINE 4: d", "        ^"])
  })

  test("has the caret behind the end for an error at the end of input", () => {
    expect(excerpt("select", 7)).toEqual(["LINE 1: select", "              ^"])
    expect(excerpt("select", 8)).toEqual(["LINE 1: select"])
    expect(excerpt("", 1)).toEqual(["LINE 1: ", "        ^"])
  })

  test("a line break itself belongs to the line it ends", () => {
    expect(excerpt("ab\ncd", 3)).toEqual(["LINE 1: ab", "          ^"])
  })

  test("shows a tab as one space and control characters not at all", () => {
    expect(excerpt("a\tb\u001b[31m", 3)).toEqual(["LINE 1: a b [31m", "          ^"])
  })

  test("counts two columns for wide characters, none for combining ones", () => {
    expect(excerpt("漢字 x", 4)).toEqual(["LINE 1: 漢字 x", `        ${" ".repeat(5)}^`])
    expect(excerpt("😀😀 x", 4)).toEqual(["LINE 1: 😀😀 x", `        ${" ".repeat(5)}^`])
    expect(excerpt("e\u0301 x", 4)).toEqual(["LINE 1: e\u0301 x", "          ^"])
    expect(excerpt("é x", 3)).toEqual(["LINE 1: é x", "          ^"])
  })

  test("cuts a long line around the position", () => {
    const statement = `select ${"a, ".repeat(200)}wrong, ${"b, ".repeat(200)}c`
    const position = statement.indexOf("wrong") + 1
    const [line, caret] = excerpt(statement, position)
    expect(line!.length).toBeLessThan(120)
    expect(line).toMatch(/^LINE 1: \.\.\..*wrong.*\.\.\.$/)
    expect(line!.indexOf("wrong")).toBe(caret!.indexOf("^"))
  })

  test("points at the right character wherever it is on a long line", () => {
    const alphabet = Array.from({ length: 400 }, (_, i) => String.fromCharCode(0x21 + (i % 90))).join("")
    for (let position = 1; position <= alphabet.length; position++) {
      expect(pointedAt(alphabet, position)).toBe(alphabet[position - 1])
    }
  })

  test("costs no more than what is shown of a line with megabytes of data", () => {
    const half = "x".repeat(10_000_000)
    const before = process.memoryUsage().heapUsed
    for (const [statement, position] of [
      [`${half}!${half}`, half.length + 1],
      [`${half}${half}`, undefined],
      [`password '${half}', !${half}`, half.length + 14],
    ] as const) {
      const [line, caret] = excerpt(statement, position)
      expect(line!.length).toBeLessThan(120)
      if (position !== undefined) expect(line![caret!.indexOf("^")]).toBe("!")
    }
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(300_000_000)
  })

  test("without a position shows the first line that is not empty", () => {
    expect(excerpt("\n\n  select 1\nfrom t")).toEqual(["LINE 3:   select 1 ..."])
    expect(excerpt("select 1")).toEqual(["LINE 1: select 1"])
    expect(excerpt(" \n ")).toEqual([])
    expect(excerpt("select 1", 0)).toEqual(["LINE 1: select 1"])
    expect(excerpt("select 1", -5)).toEqual(["LINE 1: select 1"])
  })

  test("never shows a password, and still points at the right place", () => {
    const statement = "alter role x password 'S3CRET' valid untill 'now'"
    const [line, caret] = excerpt(statement, statement.indexOf("untill") + 1)
    expect(line).toBe("LINE 1: alter role x password *** valid untill 'now'")
    expect(line!.indexOf("untill")).toBe(caret!.indexOf("^"))
  })
})

describe("the report", () => {
  test("has all that helps, in psql's order", () => {
    const report = formatReport(
      "DivisionByZero",
      {
        severity: "ERROR",
        code: "22012",
        message: "division by zero",
        detail: "d",
        hint: "h",
        internalQuery: "select 1 / 0",
        internalPosition: 10,
        where: "PL/pgSQL function f() line 1 at RETURN",
      },
      "select f()",
    )
    expect(report.split("\n")).toEqual([
      "DivisionByZero: division by zero (22012 division_by_zero)",
      "LINE 1: select f()",
      "DETAIL: d",
      "HINT: h",
      "QUERY LINE 1: select 1 / 0",
      "                       ^",
      "CONTEXT: PL/pgSQL function f() line 1 at RETURN",
    ])
  })

  test("has the bare code when it has no name", () => {
    expect(formatReport("ServerError", { severity: "ERROR", code: "U0001", message: "m" }, undefined)).toBe(
      "ServerError: m (U0001)",
    )
  })
})
