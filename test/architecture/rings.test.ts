import { expect, it } from "vitest"
import { sourceFiles } from "./source-files.ts"

/** Every ring of imports met on a walk over all files, each as its files in order. */
function findRings(importsOf: ReadonlyMap<string, readonly string[]>): string[][] {
  const rings: string[][] = []
  const done = new Set<string>()
  const path: string[] = []
  const visit = (file: string): void => {
    const start = path.indexOf(file)
    if (start >= 0) {
      rings.push([...path.slice(start), file])
      return
    }
    if (done.has(file)) {
      return
    }
    path.push(file)
    for (const imported of importsOf.get(file) ?? []) {
      visit(imported)
    }
    path.pop()
    done.add(file)
  }
  for (const file of importsOf.keys()) {
    visit(file)
  }
  return rings
}

it("finds a ring where there is one", () => {
  const imports = { a: ["b", "c"], b: ["d"], c: ["d"], d: ["e"], e: ["b"], f: ["f"] }
  expect(findRings(new Map(Object.entries(imports)))).toEqual([
    ["b", "d", "e", "b"],
    ["f", "f"],
  ])
})

it("no file imports itself over others, types included", () => {
  expect(findRings(new Map(sourceFiles().map((file) => [file.path, file.imports])))).toEqual([])
})
