import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { countLines, root, typescriptFiles } from "./source-files.ts"

/** A file of 400 lines needs a reason in its header; this many nobody may have. */
const mostLines = 500

it.each(["src", "test", "bench", "docs"])("no file in %s/ has more than 500 lines", (directory) => {
  const long = typescriptFiles(directory)
    .filter((path) => !path.endsWith(".generated.ts"))
    .map((path) => ({ path, lines: countLines(readFileSync(join(root, directory, path), "utf8")) }))
    .filter(({ lines }) => lines > mostLines)
  expect(long).toEqual([])
})
