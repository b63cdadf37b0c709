/**
 * Text that tries to be more than text: quotes, backslashes, comments, placeholders, dollar quotes, prefixes, odd
 * characters. For the tests of everything that puts text from outside into SQL.
 */

import fc from "fast-check"

const PIECES: readonly string[] = [
  "'",
  "''",
  "'''",
  '"',
  '""',
  "\\",
  "\\\\",
  "\\'",
  "\\'; select 1; --",
  "'; drop table hostile; --",
  '"; drop table hostile; --',
  "' or ''='",
  "--",
  "-- ",
  "/*",
  "*/",
  "/* /* */",
  "$1",
  "$2",
  "$$",
  "$a$",
  "$",
  ":a",
  "::text",
  ";",
  "\n",
  "\r\n",
  "\t",
  " ",
  "-",
  "-1",
  "E'",
  "e'\\'",
  "U&'",
  'U&"\\0061"',
  "N'",
  "B'1",
  "X'f",
  "uescape '!'",
  "%",
  "%s",
  "?",
  "{}",
  "(1,2)",
  "{\"a\",'b'}",
  "NULL",
  "null",
  "a",
  "Z9_",
  "__proto__",
  "é",
  "漢字",
  "😀",
  "\u0301",
  "\u00a0",
  "\u2028",
  "\u202e",
  "\ufeff",
  "\ufffd",
  "\u0001",
  "\u001b[2J",
  "\u007f",
  "\u0080",
  "\u00bf\u0027", // once a way around quoting, in encodings whose characters end in a quote's byte
  "\u5c27",
]

/** A string that PostgreSQL can store and that is nasty to quote. */
export const hostileText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...PIECES) }, fc.string({ unit: "grapheme", maxLength: 6 })),
    {
      maxLength: 8,
    },
  )
  .map((pieces) => pieces.join("").replaceAll("\0", ""))

/** A non-empty one that fits into the 63 bytes of a name. */
export const hostileName: fc.Arbitrary<string> = hostileText
  .map((text) => {
    let name = ""
    for (const character of text) {
      if (Buffer.byteLength(name + character) > 63) break
      name += character
    }
    return name
  })
  .filter((name) => name !== "")

/** The strings that a test goes through: always the same ones. */
export function sampleHostile(arbitrary: fc.Arbitrary<string>, count: number): string[] {
  return fc.sample(arbitrary, { numRuns: count, seed: 1997 })
}
