import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { root } from "./source-files.ts"

const text = readFileSync(join(root, "docs/security.md"), "utf8")
const REPORT = /(?:CVE|RUSTSEC)-\d{4}-\d{4,}/g

/** The rows of the table of reports: what was reported, and the file that shows that it cannot happen here. */
const rows = [...text.matchAll(/^\| ((?:CVE|RUSTSEC)-.*?) \| .*? \| `(test\/.*?)` \|$/gm)].map((match) => ({
  reports: match[1]!.match(REPORT)!,
  path: match[2]!,
}))

it("each report has a test that is named after it, in the file that the document names", () => {
  expect(rows.length).toBeGreaterThan(8)
  for (const { reports, path } of rows) {
    const titles = existsSync(join(root, path))
      ? [...readFileSync(join(root, path), "utf8").matchAll(/\b(?:describe|it|test)\("(.*?)"/g)].map(
          (match) => match[1]!,
        )
      : []
    for (const report of reports) {
      expect([report, path, titles.some((title) => title.includes(report))]).toEqual([report, path, true])
    }
  }
})

it("each report that the document mentions is in the table", () => {
  const listed = new Set<string>(rows.flatMap(({ reports }) => reports))
  expect([...new Set(text.match(REPORT))].filter((report) => !listed.has(report))).toEqual([])
})
