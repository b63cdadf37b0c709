import { describe, expect, test } from "vitest"
import { ByteSource } from "../../../src/base/byte-source.ts"
import { DecodeError } from "../../../src/errors/client-error.ts"
import { LiteralScanner, quoteElement } from "../../../src/types/literal-scanner.ts"

const COMMA = 0x2c
const OPEN = 0x28
const CLOSE = 0x29
const BRACKET = 0x5d

function scanner(text: string): LiteralScanner {
  const bytes = new TextEncoder().encode(`xx${text}yy`)
  return new LiteralScanner("row", new ByteSource(bytes), 2, bytes.length - 2)
}

function elements(text: string): [string, boolean][] {
  const scan = scanner(text)
  const found: [string, boolean][] = []
  scan.expect(OPEN)
  do {
    scan.element(COMMA, CLOSE)
    found.push([scan.source.text(scan.start, scan.end), scan.quoted])
  } while (scan.take(COMMA))
  scan.expect(CLOSE)
  scan.finish()
  return found
}

describe("LiteralScanner", () => {
  test("reads plain, empty and quoted elements", () => {
    expect(elements('(1,,"a b",ü,"")')).toEqual([
      ["1", false],
      ["", false],
      ["a b", true],
      ["ü", false],
      ["", true],
    ])
  })

  test("undoes both ways of escaping, in and out of quotes", () => {
    expect(elements(String.raw`("a\"b","a""b",a\,b,"a\\b",x"y,)"z,"\)")`)).toEqual([
      ['a"b', true],
      ['a"b', true],
      ["a,b", false],
      ["a\\b", true],
      ["xy,)z", true],
      [")", true],
    ])
  })

  test("keeps an escaped element apart from the one before", () => {
    expect(elements(String.raw`("\a1","\b","c\"")`).map(([text]) => text)).toEqual(["a1", "b", 'c"'])
  })

  test("stops at any of three bytes", () => {
    const scan = scanner("1,2]")
    scan.element(COMMA, CLOSE, BRACKET)
    scan.expect(COMMA)
    scan.element(COMMA, CLOSE, BRACKET)
    expect(scan.source.text(scan.start, scan.end)).toBe("2")
    expect(scan.peek()).toBe(BRACKET)
    scan.expect(BRACKET)
    expect(scan.peek()).toBe(-1)
  })

  test.each([
    ["NULL", true],
    ["null", true],
    ['"NULL"', false],
    ["NULLS", false],
    ["NUL1", false],
  ])("tells whether %s is NULL", (text, expected) => {
    const scan = scanner(`${text})`)
    scan.element(COMMA, CLOSE)
    expect(scan.isNull()).toBe(expected)
  })

  test.each(["", "(", "(1", '("1', '("1)', "(1\\", '("1"2', "(1,", "1)", "()x", '(")'])(
    //
    "refuses %j",
    (text) => {
      expect(() => elements(text)).toThrow(DecodeError)
    },
  )

  test("never reads past its end", () => {
    const bytes = new TextEncoder().encode("(1)")
    const scan = new LiteralScanner("row", new ByteSource(bytes), 0, 2)
    scan.expect(OPEN)
    expect(() => scan.element(COMMA, CLOSE)).toThrow("row: malformed text: it ends inside an element")
  })
})

describe("quoteElement", () => {
  test.each([
    ["1", "1"],
    ["-1.5e+10", "-1.5e+10"],
    ["", '""'],
    ["null", '"null"'],
    ["NULL", '"NULL"'],
    ["a b", '"a b"'],
    ["a,b", '"a,b"'],
    ["{}", '"{}"'],
    ['a"b\\c', String.raw`"a\"b\\c"`],
    ["ü", '"ü"'],
  ])("%j", (text, quoted) => {
    expect(quoteElement(text)).toBe(quoted)
  })

  test("quotes what stands between elements, be it any character", () => {
    expect([quoteElement("a:b"), quoteElement("a:b", ":"), quoteElement("a:b", "b")]).toEqual(["a:b", '"a:b"', '"a:b"'])
  })
})
