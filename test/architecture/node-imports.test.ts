import { expect, it } from "vitest"
import { sourceFiles } from "./source-files.ts"

/** The files that know the platform; everything else reaches them as `#platform` and `#transport`. */
const platformFiles = /^(base\/platform-|transport\/(node|edge)-)/

/** The adapters import the one library they adapt. */
const adapters = /^adapters\//

const files = sourceFiles()

it("only the platform's own files import from node: or cloudflare:", () => {
  const others = files.filter((file) => !platformFiles.test(file.path))
  const found = others.flatMap((file) =>
    file.foreignImports.filter((name) => /^(node|cloudflare):/.test(name)).map((name) => `${file.path} → ${name}`),
  )
  expect(found).toEqual([])
})

it("nothing imports a package, and Node's modules go by their full name", () => {
  const found = files
    .filter((file) => !adapters.test(file.path))
    .flatMap((file) =>
      file.foreignImports.filter((name) => !/^(node|cloudflare):/.test(name)).map((name) => `${file.path} → ${name}`),
    )
  expect(found).toEqual([])
})

it("the globals of Node are not used either", () => {
  // `Buffer`, `process` and friends would break the library on other runtimes just as an import does.
  const globals = /(?<![\w.#"'`/-])(Buffer|process|global|require|__dirname|__filename|setImmediate)\b(?=[.([])/
  const found = files
    .filter((file) => !platformFiles.test(file.path))
    .flatMap((file) =>
      file.text
        .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ""))
        .split("\n")
        .flatMap((line, index) => {
          const name = globals.exec(line.replace(/\/\/.*$/, ""))?.[1]
          return name === undefined ? [] : [`${file.path}:${index + 1} ${name}`]
        }),
    )
  expect(found).toEqual([])
})
