import { describe, expect, it } from "vitest"
import { measureFolder, readArchitecture } from "./architecture-document.ts"
import { sourceFiles } from "./source-files.ts"

const files = sourceFiles()
const document = readArchitecture()
const rowOf = new Map(document.rows.map((row) => [row.folder, row]))

describe("docs/architecture.md and the code agree", () => {
  it("has a row for every folder and a folder for every row", () => {
    const folders = [...new Set(files.map((file) => file.folder))]
    expect(document.rows.map((row) => row.folder).sort()).toEqual(folders.sort())
  })

  it("has every folder in the tree", () => {
    const folders = document.rows.map((row) => row.folder).filter((folder) => folder !== "index.ts")
    expect([...document.folders].sort()).toEqual(folders.sort())
  })

  it("has every file in the tree, and no other", () => {
    expect([...document.files].sort()).toEqual(files.map((file) => file.path).sort())
  })

  it("counts files exactly and lines roughly (npm run docs:counts)", () => {
    for (const row of document.rows) {
      const real = measureFolder(files, row.folder)
      expect({ folder: row.folder, files: row.files }).toEqual({ folder: row.folder, files: real.files })
      expect(Math.abs(row.lines - real.lines), `lines of ${row.folder}: ${real.lines}`).toBeLessThanOrEqual(
        Math.max(real.lines / 4, 30),
      )
    }
  })

  it("lets nothing import from its own floor or above", () => {
    const upward = document.rows.flatMap((row) =>
      row.mayImport
        .filter((folder) => (rowOf.get(folder)?.floor ?? Number.POSITIVE_INFINITY) >= row.floor)
        .map((folder) => `${row.folder} → ${folder}`),
    )
    expect(upward).toEqual([])
  })
})

describe("imports", () => {
  it("go to folders that the table allows", () => {
    const forbidden = files.flatMap((file) =>
      file.imports
        .map((path) => ({ path, folder: path.split("/")[0] ?? path }))
        .filter(({ folder }) => folder !== file.folder && !rowOf.get(file.folder)?.mayImport.includes(folder))
        .map(({ path }) => `${file.path} → ${path}`),
    )
    expect(forbidden).toEqual([])
  })

  it("lead to files that exist", () => {
    const known = new Set(files.map((file) => file.path))
    const lost = files.flatMap((file) =>
      file.imports.filter((path) => !known.has(path)).map((path) => `${file.path} → ${path}`),
    )
    expect(lost).toEqual([])
  })

  it("keep the features of session/ apart", () => {
    const shared = document.sharedInSession
    const features = files.filter((file) => file.folder === "session" && !shared.includes(file.path))
    const roomOf = (path: string): string | undefined => /^session\/([\w-]+)\//.exec(path)?.[1]
    const between = features.flatMap((file) =>
      file.imports
        .filter((path) => path.startsWith("session/") && !shared.includes(path))
        .filter((path) => roomOf(path) === undefined || roomOf(path) !== roomOf(file.path))
        .map((path) => `${file.path} → ${path}`),
    )
    expect(between).toEqual([])
  })
})
