import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { expect, it } from "vitest"
import { compile } from "../support/compile.ts"
import { codeBlocks, guidePages, pageModule } from "../support/guide-pages.ts"
import { entries } from "./public-api.ts"
import { root } from "./source-files.ts"

const pages = guidePages()

it("every block of code says what it is", () => {
  const kinds = ["ts", "ts no-run", "sh", "sql"]
  for (const { path, blocks } of pages) {
    expect([path, blocks.filter(({ kind }) => !kinds.includes(kind))]).toEqual([path, []])
  }
})

it("links go to files that exist", () => {
  for (const { path } of pages) {
    const text = readFileSync(join(root, path), "utf8")
    const links = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map((match) => match[1]!)
    const broken = links.filter((link) => !existsSync(join(root, dirname(path), link)))
    expect([path, broken]).toEqual([path, []])
  }
})

it("all code of the README and the guide compiles, as strictly as our own", () => {
  const sources = entries()
  const modules = new Map<string, string>()
  for (const page of pages) {
    const place = `${page.path}.ts`
    const code = pageModule(page, ["ts", "ts no-run"], place, sources)
    if (code !== undefined) modules.set(place, code)
  }
  expect(modules.size).toBeGreaterThan(3)
  // Pages show values without using them, and export nothing.
  const options = { noUnusedLocals: false, noUnusedParameters: false, isolatedDeclarations: false }
  expect(compile([...modules.keys()], modules, options).diagnostics).toEqual([])
})

it("would tell where a page is wrong", () => {
  const blocks = codeBlocks(
    '# A page\n\n```ts\nimport { sql } from "pgline"\n```\n\ntext\n\n```ts no-run\nsql.id(5)\n```\n',
  )
  const code = pageModule({ path: "docs/a.md", blocks }, ["ts", "ts no-run"], "docs/a.md.ts", entries())
  expect(compile(["docs/a.md.ts"], new Map([["docs/a.md.ts", code!]])).diagnostics).toEqual([
    "docs/a.md.ts(10,8): Argument of type 'number' is not assignable to parameter of type 'string'.",
  ])
  expect(() => codeBlocks("```ts\nsql")).toThrow(/line 2 is not closed/)
})
