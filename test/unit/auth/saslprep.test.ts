import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { saslprep } from "../../../src/auth/saslprep.ts"
import { generateSaslprep } from "../../generate/saslprep.ts"

describe("RFC 4013, section 3", () => {
  test.each([
    ["I\u00adX", "IX"],
    ["user", "user"],
    ["USER", "USER"],
    ["\u00aa", "a"],
    ["\u2168", "IX"],
  ])("%j becomes %j", (input, output) => {
    expect(saslprep(input)).toBe(output)
  })

  test("a prohibited string is used as it is, as PostgreSQL does", () => {
    // U+0627 U+0031: right-to-left that doesn't end so.
    expect(saslprep("\u06271")).toBe("\u06271")
  })
})

describe("mapping and normalization", () => {
  test.each([
    ["a\u00a0b", "a b"],
    ["a\u3000b", "a b"],
    ["a\u200bb", "a b"],
    ["x\ufe0fy", "xy"],
    ["e\u0301", "é"],
    ["ﬁ", "fi"],
    ["①", "1"],
    ["ｐａｓｓ", "pass"],
    ["½", "1⁄2"],
  ])("%j becomes %j", (input, output) => {
    expect(saslprep(input)).toBe(output)
  })
})

describe("left as it is", () => {
  test.each([
    ["plain ASCII, even a control character", "a\x01\x7fb"],
    ["nothing but invisible characters", "\u00ad\u2060"],
    ["a control character beside others", "é\x07"],
    ["private use", "\ue000"],
    ["a lone surrogate", "é\ud800"],
    ["what Unicode 3.2 did not know", "\u0221"],
    ["an emoji of later days", "pass🦊word"],
    ["a tag", "é\u{e0001}"],
    ["left-to-right inside right-to-left", "\u05d0a\u05d0"],
    ["right-to-left that does not end so", "\u05d01"],
    ["right-to-left that does not begin so", "1\u05d0"],
    ["an object replacement character, checked before normalization", "\ufffc½"],
  ])("%s", (_name, input) => {
    expect(saslprep(input)).toBe(input)
  })
})

test("right-to-left throughout is fine", () => {
  expect(saslprep("\u05d0 1\u00a02 \u05d1")).toBe("\u05d0 1 2 \u05d1")
})

test("the prohibitions look at the password before normalization, as PostgreSQL does", () => {
  // U+0340 is prohibited, while U+0300, which it would become, is not.
  expect(saslprep("a\u0340")).toBe("a\u0340")
})

test("the tables are what the generator makes of the fixture", () => {
  expect(readFileSync("src/auth/saslprep.generated.ts", "utf8")).toBe(generateSaslprep())
})
