import { expect, it } from "vitest"
import { sourceFiles } from "./source-files.ts"

const files = sourceFiles()

/** Names that say nothing of what is inside. */
const emptyNames = /(^|\/)(utils?|helpers?|common|misc|index)(\.ts|\/)/

/** The entries of the package, where `index` is the usual name. */
const entries = new Set(["index.ts", "pg/index.ts"])

it("files and folders are named for what is inside, in kebab case", () => {
  const odd = files
    .map((file) => file.path)
    .filter((path) => !/^([a-z0-9-]+\/)*[a-z0-9]+(-[a-z0-9]+)*(\.generated)?\.ts$/.test(path))
  const empty = files.map((file) => file.path).filter((path) => emptyNames.test(path) && !entries.has(path))
  expect([...odd, ...empty]).toEqual([])
})

it("every file opens with a comment that says what it owns", () => {
  const silent = files.filter((file) => {
    const header = /^\/\*\*([\s\S]*?)\*\//.exec(file.text)?.[1] ?? ""
    return header.replaceAll(/[\s*]/g, "").length < 40
  })
  expect(silent.map((file) => file.path)).toEqual([])
})

it("nothing is left unfinished", () => {
  const marks = files.filter((file) => /\b(TODO|FIXME|XXX|HACK)\b|@ts-(ignore|nocheck|expect-error)/.test(file.text))
  expect(marks.map((file) => file.path)).toEqual([])
})
