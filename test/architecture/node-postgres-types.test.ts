import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { compile } from "../support/compile.ts"
import { root, sourceFiles, typescriptFiles } from "./source-files.ts"

const folder = "test/typing/node-postgres"
const programs = typescriptFiles(folder).map((path) => `${folder}/${path}`)

/** As programs are compiled that anybody writes, which is less strict than here. */
const ordinary = {
  noUncheckedIndexedAccess: false,
  exactOptionalPropertyTypes: false,
  noPropertyAccessFromIndexSignature: false,
  noUnusedLocals: false,
  isolatedDeclarations: false,
  erasableSyntaxOnly: false,
  verbatimModuleSyntax: false,
}

const face = join(root, "src/pg/index.ts")

describe("programs written for pg compile, and what is wrong in them is found,", () => {
  it.each([
    ["with the types of pg itself", {}],
    ["with ours in their place", { paths: { pg: [face] } }],
    ["with ours in their place, as strictly as here", { paths: { pg: [face] }, exactOptionalPropertyTypes: true }],
  ])("%s", (_name, options) => {
    expect(programs.length).toBeGreaterThan(8)
    expect(compile(programs, new Map(), { ...ordinary, ...options }).diagnostics).toEqual([])
  })

  it("with ours beside those of pg, which the libraries ask for", () => {
    const moved = new Map(
      programs.map((path) => {
        const text = readFileSync(join(root, path), "utf8")
        const isOurs = !path.endsWith(".d.ts")
        return [
          path.replace(folder, "test/typing/beside"),
          isOurs ? text.replaceAll(/(from|module) "pg"/g, '$1 "pgline/pg"') : text,
        ]
      }),
    )
    const options = { ...ordinary, paths: { "pgline/pg": [face] } }
    expect(compile([...moved.keys()], moved, options).diagnostics).toEqual([])
  })
})

it("any is in few places of the source, each with its reason", () => {
  const withAny = sourceFiles().filter((file) =>
    /[<:=|&(,] *any\b *(\[\])*[;,)>=\n]/.test(file.text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, "")),
  )
  expect(withAny.map((file) => file.path)).toEqual([
    // A row of whatever statement.
    "pg/result.ts",
    // `result.rows[0].id` has to compile as it does with @types/pg.
    "pg/typed/query.ts",
    // Parsers of any input and output.
    "pg/types.ts",
  ])
})
