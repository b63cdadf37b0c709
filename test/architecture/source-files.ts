/**
 * What the architecture tests know of the code: every source file with its text and the files it imports, `import type`
 * and `import("…")` included. Paths are relative to `src/`.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join, posix, sep } from "node:path"
import ts from "typescript"

/** The repository. */
export const root: string = join(import.meta.dirname, "../..")

/** One source file. */
export interface SourceFile {
  /** Such as `base/byte-writer.ts`. */
  readonly path: string
  /** The first folder below `src/`, or the file's own name when it lies in none. */
  readonly folder: string
  readonly text: string
  readonly lines: number
  /** Imported files of `src/`. */
  readonly imports: readonly string[]
  /** Everything else that is imported: `node:` modules and packages. */
  readonly foreignImports: readonly string[]
}

/** The TypeScript files below a directory of the repository, as paths relative to it. */
export function typescriptFiles(directory: string): string[] {
  const base = join(root, directory)
  if (!existsSync(base)) {
    return []
  }
  return readdirSync(base, { recursive: true, encoding: "utf8" })
    .map((path) => path.split(sep).join(posix.sep))
    .filter((path) => path.endsWith(".ts") && !path.includes("node_modules/"))
    .sort()
}

/** How many lines a text has. */
export function countLines(text: string): number {
  return text.replace(/\n$/, "").split("\n").length
}

/** The package's own names for files, such as `#platform`. */
function ownNames(): Map<string, string> {
  const manifest: { imports: Record<string, string> } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  return new Map(
    Object.entries(manifest.imports).map(([name, path]) => [name, posix.relative("src", posix.normalize(path))]),
  )
}

/** Reads one file and sorts what it imports. */
function readSource(path: string, names: ReadonlyMap<string, string>): SourceFile {
  const text = readFileSync(join(root, "src", path), "utf8")
  const imports: string[] = []
  const foreignImports: string[] = []
  for (const { fileName } of ts.preProcessFile(text, true, true).importedFiles) {
    const own = names.get(fileName)
    if (own !== undefined) {
      imports.push(own)
    } else if (fileName.startsWith(".")) {
      imports.push(posix.normalize(posix.join(posix.dirname(path), fileName)))
    } else {
      foreignImports.push(fileName)
    }
  }
  return { path, folder: path.split("/")[0] ?? path, text, lines: countLines(text), imports, foreignImports }
}

/** Every file of `src/`. */
export function sourceFiles(): SourceFile[] {
  const names = ownNames()
  return typescriptFiles("src").map((path) => readSource(path, names))
}
