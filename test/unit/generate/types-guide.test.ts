import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { defaultCodecs } from "../../../src/types/defaults.ts"
import { generateGuide } from "../../generate/types-guide.ts"

test("the guide's table is what the registry says", () => {
  const guide = readFileSync(new URL("../../../docs/guide/types.md", import.meta.url), "utf8")
  expect(generateGuide(guide)).toBe(guide)
})

test("every type of the registry has a line", () => {
  const lines = generateGuide().split("## Every type")[1]!.split("\n")
  for (const { name } of defaultCodecs) {
    const shown = name === "char" ? '"char"' : name
    expect(lines.filter((line) => line.startsWith(`| \`${shown}\` |`))).toHaveLength(1)
  }
})
