/**
 * The two grammars of connection strings, compared with the real libpq on strings made of their own pieces: accepted and
 * refused alike, and with the same meaning.
 */

import fc from "fast-check"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { parseConninfo } from "../../src/config/parse-conninfo.ts"
import { ConfigError } from "../../src/errors/client-error.ts"
import { LibpqOracle } from "./libpq-oracle.ts"

/** Our answer in the oracle's form. */
function ours(text: string): Record<string, string> | "refused" {
  try {
    return parseConninfo(text)
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return "refused"
  }
}

/** libpq takes bytes that are not UTF-8; a string cannot hold them, so those are the one thing refused beyond libpq. */
function expected(values: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> | "refused" {
  return values === undefined || JSON.stringify(values).includes("\ufffd") ? "refused" : values
}

const keyword = fc.constantFrom(
  ...["host", "port", "user", "password", "dbname", "sslmode", "options", "require_auth", "oauth_scope", "requiressl"],
  ...["ssl", "hots", "Host", "", "servicefiles", "__proto__", "constructor"],
)
const blank = fc.constantFrom("", " ", "  ", "\t", "\n", "\v", "\f", "\r", " \t ", "\u00a0")
const piece = fc.constantFrom(
  ...["a", "1", "é", "𝄞", "'", "\\", "\\'", "\\\\", "=", " ", "''", ",", "/", "[", "]", ":", "@", "?", "&", "#"],
  ...["%20", "%41", "%c3%a9", "%2F", "%00", "%", "%g1", "%4", "true", "x"],
)
const word = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(""))
const quoted = word.map((text) => `'${text.replaceAll(/['\\]/g, "\\$&")}'`)

const pair = fc.tuple(blank, keyword, blank, fc.constantFrom("=", "=", "=", "", "=="), blank, fc.oneof(word, quoted))
const keywordValue = fc
  .array(fc.tuple(pair, fc.constantFrom(" ", "", "\n")), { maxLength: 4 })
  .map((pairs) => pairs.map(([parts, end]) => parts.join("") + end).join(""))

const optional = (prefix: string, part: fc.Arbitrary<string>, suffix = "") =>
  fc.oneof(
    fc.constant(""),
    part.map((text) => prefix + text + suffix),
  )
const name = fc.oneof(
  word,
  fc.constantFrom("user", "h%6Fst", "::1", "[::1]", "[", "[]", "[::1]x", " a ", "a b", "%2Fvar"),
)
const place = fc.tuple(name, optional(":", fc.oneof(word, fc.constant("5432"))))
const uri = fc
  .tuple(
    fc.constantFrom("postgresql://", "postgres://", "postgres:/", "Postgres://"),
    optional(
      "",
      fc.tuple(name, optional(":", name)).map((parts) => parts.join("")),
      "@",
    ),
    fc.array(place, { maxLength: 3 }).map((places) => places.map((parts) => parts.join("")).join(",")),
    optional("/", name),
    optional(
      "?",
      fc
        .array(fc.tuple(keyword, fc.constantFrom("=", "=", "=", ""), name), { maxLength: 3 })
        .map((pairs) => pairs.map((parts) => parts.join("")).join("&")),
    ),
  )
  .map((parts) => parts.join(""))

describe("libpq 18", () => {
  let oracle: LibpqOracle
  beforeAll(async () => {
    oracle = await LibpqOracle.start(18)
  })
  afterAll(() => oracle.stop())

  let accepted = 0
  const agree = async (text: string) => {
    const answer = expected((await oracle.parse(text)).values)
    if (answer !== "refused") accepted++
    expect(ours(text)).toEqual(answer)
  }

  test("reads keyword/value strings the same way", async () => {
    await fc.assert(fc.asyncProperty(keywordValue, agree), { numRuns: 4000 })
  })

  test("reads URIs the same way", async () => {
    await fc.assert(fc.asyncProperty(uri, agree), { numRuns: 6000 })
  })

  test("reads any string at all the same way", async () => {
    const any = fc.string({ unit: "binary", maxLength: 30 }).map((text) => text.replaceAll("\0", "").toWellFormed())
    await fc.assert(fc.asyncProperty(any, agree), { numRuns: 1000 })
  })

  test("was given enough strings that it accepts", () => {
    expect(accepted).toBeGreaterThan(1000)
  })
})

describe("libpq 15", () => {
  let oracle: LibpqOracle
  beforeAll(async () => {
    oracle = await LibpqOracle.start(15)
  })
  afterAll(() => oracle.stop())

  /** It has fewer keywords than libpq 18; all the rest of the grammar is the same. */
  const known = (text: string) => !/require_auth|oauth/.test(text)
  const agree = async (text: string) => {
    expect(ours(text)).toEqual(expected((await oracle.parse(text)).values))
  }

  test("reads keyword/value strings the same way", async () => {
    await fc.assert(fc.asyncProperty(keywordValue.filter(known), agree), { numRuns: 2000 })
  })

  test("reads URIs the same way, but for blanks, which later versions pass over", async () => {
    const unspaced = uri.filter((text) => !text.includes(" ") && known(text))
    await fc.assert(fc.asyncProperty(unspaced, agree), { numRuns: 2000 })
  })
})
