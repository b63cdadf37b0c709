import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { formatFragment, formatStatement } from "../../../src/sql/format.ts"
import type { Sql } from "../../../src/sql/fragment.ts"
import { quoteIdentifier, quoteLiteral } from "../../../src/sql/quote.ts"
import { sql } from "../../../src/sql/tag.ts"
import { type Token, tokenize } from "../../../src/sql/tokenizer.ts"
import { hostileName, hostileText } from "../../support/hostile-text.ts"

const RUNS = { numRuns: 3000 }
const SETTINGS = [true, false]

/** Tokens without space, as kind and text. */
function read(text: string, standardConformingStrings = true): string[] {
  return significant(text, standardConformingStrings).map(
    (token) => `${token.kind} ${text.slice(token.start, token.end)}`,
  )
}

function significant(text: string, standardConformingStrings: boolean): Token[] {
  return tokenize(text, { standardConformingStrings }).filter((token) => token.kind !== "space")
}

/** What the server makes of a string constant; written against the manual, not against our quoting. */
function decodeLiteral(literal: string, standardConformingStrings: boolean): string {
  const text = literal.trim()
  const escapes = /^e/i.test(text) || !standardConformingStrings
  const body = text.slice(text.indexOf("'") + 1, -1)
  let result = ""
  for (let i = 0; i < body.length; i++) {
    if (body[i] === "'") expect(body[i + 1]).toBe("'")
    if (body[i] === "'" || (escapes && body[i] === "\\")) i++
    result += body[i]
  }
  return result
}

describe("quoting", () => {
  test("a literal is one string token with the text in it, under both settings and between any neighbours", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const literal = quoteLiteral(text)
        for (const setting of SETTINGS) {
          expect(read(`select ${literal}, 1`, setting)).toEqual([
            "identifier select",
            `string ${literal.trim()}`,
            "other ,",
            "number 1",
          ])
          expect(decodeLiteral(literal, setting)).toBe(text)
        }
        const touching = sql`select a&${sql.literal(text)}b`.text
        expect(read(touching)).toEqual([
          "identifier select",
          "identifier a",
          "operator &",
          `string ${literal.trim()}`,
          "identifier b",
        ])
      }),
      RUNS,
    )
  })

  test("an identifier is one token with the name in it, under both settings", () => {
    fc.assert(
      fc.property(hostileName, (name) => {
        const quoted = quoteIdentifier(name)
        for (const setting of SETTINGS) {
          expect(read(`select ${quoted}.x`, setting)).toEqual([
            "identifier select",
            `quoted-identifier ${quoted}`,
            "other .",
            "identifier x",
          ])
        }
        expect(quoted.slice(1, -1).replaceAll('""', '"')).toBe(name)
      }),
      RUNS,
    )
  })
})

describe("the tokenizer", () => {
  test("covers any text without gaps and ends", () => {
    fc.assert(
      fc.property(
        fc.oneof(hostileText, fc.string({ unit: "binary", maxLength: 40 })),
        fc.boolean(),
        fc.boolean(),
        (text, on, named) => {
          const tokens = tokenize(text, { standardConformingStrings: on, named })
          let position = 0
          for (const token of tokens) {
            expect(token.start).toBe(position)
            expect(token.end).toBeGreaterThan(token.start)
            position = token.end
          }
          expect(position).toBe(text.length)
          expect(tokens.slice(0, -1).every((token) => token.closed)).toBe(true)
        },
      ),
      { numRuns: 10_000 },
    )
  })

  test("takes time in proportion to hostile text, or this one runs out of it", () => {
    for (const part of ["'a'\n", "/*", "$a$", "$a", "e'\\", "--\n", "'a' --\n", "1.", "1_", "- ", "u&"]) {
      expect(tokenize(part.repeat(50_000)).length).toBeGreaterThan(0)
    }
  })
})

describe("formatting", () => {
  const value = fc.oneof(
    hostileText,
    fc.integer(),
    fc.double(),
    fc.bigInt(),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 8 }),
  )

  /** Statements with placeholders between code and hostile constants. */
  const statement = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          "$1",
          "$2",
          "-$1",
          "$2::text",
          "$1[1]",
          "($2)",
          "a.b",
          "u&$1",
          "/* $1 */",
          "-- $2\n",
          "$$ $1 $$",
          "E'\\'$1'",
        ),
        hostileText.map(quoteLiteral),
        hostileName.map(quoteIdentifier),
      ),
      { maxLength: 8 },
    )
    .map((parts) => `select ${["$1", "$2", ...parts].join(", ")}`)

  test("replaces placeholders by constants and changes nothing else", () => {
    fc.assert(
      fc.property(statement, value, value, fc.boolean(), (text, first, second, standardConformingStrings) => {
        const formatted = formatStatement(text, [first, second], { standardConformingStrings })
        const rest = significant(formatted, standardConformingStrings)
        const take = (): string => {
          const token = rest.shift()
          return token === undefined ? "" : formatted.slice(token.start, token.end)
        }
        for (const token of significant(text, standardConformingStrings)) {
          const expected = text.slice(token.start, token.end)
          let found = take()
          if (token.kind !== "parameter") {
            expect(found).toBe(expected)
            continue
          }
          const wrapped = found === "("
          if (wrapped) found = take()
          if (found === "-") found = take()
          expect(found).toMatch(/^(?:\d|E?'|true$|false$|NULL$)/)
          if (wrapped) expect(take()).toBe(")")
        }
        expect(rest).toEqual([])
      }),
      RUNS,
    )
  })

  const leaf: fc.Arbitrary<Sql> = fc.oneof(
    value.map((v) => sql`${v}`),
    value.map((v) => sql.literal(v)),
    hostileName.map((name) => sql.id(name)),
    hostileText.map((text) => sql.param(text, "text")),
    fc.constant(sql`now() -- comment`),
    hostileText.map((text) => sql.named("f(:a, ':a', :a)", { a: text })),
  )
  const { tree } = fc.letrec<{ tree: Sql }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie("tree"), { minLength: 1, maxLength: 3 }).map((parts) => sql.join(parts)),
      fc.array(tie("tree"), { minLength: 1, maxLength: 3 }).map((parts) => sql.or(parts)),
      fc.tuple(tie("tree"), tie("tree")).map(([a, b]) =>
        sql.values([
          [a, b],
          [1, b],
        ]),
      ),
      fc.tuple(hostileName, tie("tree")).map(([name, part]) => sql.set({ [name]: part, other: "x" })),
      fc.tuple(tie("tree"), value).map(([part, v]) => sql`(${part} = ${v})`),
    ),
  }))

  test("whatever is composed has its placeholders in order, one for each value, and no open end", () => {
    fc.assert(
      fc.property(tree, (fragment) => {
        const { text, values, types } = fragment.compile()
        const tokens = tokenize(text)
        expect(tokens.every((token) => token.closed)).toBe(true)
        const numbers = tokens.filter((t) => t.kind === "parameter").map((t) => Number(text.slice(t.start + 1, t.end)))
        let highest = 0
        for (const number of numbers) {
          expect(number).toBeLessThanOrEqual(highest + 1)
          highest = Math.max(highest, number)
        }
        expect(highest).toBe(values.length)
        if (types !== undefined) expect(types).toHaveLength(values.length)
        expect(tokens.filter((token) => text.slice(token.start, token.end) === ";")).toEqual([])
      }),
      RUNS,
    )
  })

  test("the inlined form has the same tokens as the compiled one with its values formatted in", () => {
    fc.assert(
      fc.property(tree, (fragment) => {
        const { text, values, types } = fragment.compile()
        if (types !== undefined) return
        expect(read(formatFragment(fragment))).toEqual(read(formatStatement(text, values)))
      }),
      RUNS,
    )
  })
})
