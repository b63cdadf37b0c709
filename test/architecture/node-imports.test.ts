import { expect, it } from "vitest"
import { sourceFiles } from "./source-files.ts"

/**
 * The files that know the platform; everything else reaches them as `#platform` and `#transport`. The face of
 * node-postgres has Node's classes in its interface and takes them from one file of its own.
 */
const platformFiles = /^(base\/platform-|transport\/(node|edge)-|pg\/node-)/

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
          // What is imported is no global.
          const isImported = name !== undefined && new RegExp(`^import \\{[^}]*\\b${name}\\b`, "m").test(file.text)
          return name === undefined || isImported ? [] : [`${file.path}:${index + 1} ${name}`]
        }),
    )
  expect(found).toEqual([])
})
