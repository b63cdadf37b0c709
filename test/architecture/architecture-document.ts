/**
 * Reads `docs/architecture.md`: the floor table (`| floor | folder | files | lines | may import |`) and, in its code
 * blocks, the tree of folders and files.
 */

import { readFileSync } from "node:fs"
import { join } from "node:path"
import { root, type SourceFile } from "./source-files.ts"

/** Where it lies. */
export const documentPath: string = join(root, "docs/architecture.md")

/** One row of the floor table. */
export interface FloorRow {
  readonly floor: number
  /** A folder's name without its slash, or `index.ts`. */
  readonly folder: string
  readonly files: number
  readonly lines: number
  /** The folders it may import from, itself not counted. */
  readonly mayImport: readonly string[]
}

/** What the document says. */
export interface ArchitectureDocument {
  readonly rows: readonly FloorRow[]
  /** The files of the tree, relative to `src/`, in the order they are listed. */
  readonly files: readonly string[]
  /** The folders of the tree. */
  readonly folders: readonly string[]
  /** The files of `session/` that its features may import. */
  readonly sharedInSession: readonly string[]
}

/** A table row: floor, folder, files, lines, imports. */
export const rowPattern: RegExp = /^\| *(\d+) *\| *`([\w.-]+?)\/?` *\| *(\d+) *\| *(\d+) *\| *(.*?) *\|$/

/** A folder's line in a code block: `  errors/   floor 0   6 files   970  …` or `errors/   floor 0 — …`. */
export const folderPattern: RegExp = /^ *([a-z]+)\/ +floor \d+/

/** A file's line in a code block: `  client-error.ts   150  …`, perhaps with sub-folders before it. */
export const filePattern: RegExp = /^( *)((?:[a-z0-9-]+\/)*[a-z0-9.-]+\.ts) +\d+ /

/** Turns the words of the last column into folders. */
function parseMayImport(words: string, floor: number, rows: readonly { floor: number; folder: string }[]): string[] {
  const below = /^any floor below(?:, except (.*))?$/.exec(words)
  if (below) {
    const except = (below[1] ?? "").split(/[ ,]+/)
    return rows.filter((row) => row.floor < floor && !except.includes(row.folder)).map((row) => row.folder)
  }
  return words === "nothing" ? [] : words.replace(/ only$/, "").split(/[ ,]+/)
}

/** The lines inside code blocks. */
function codeLines(text: string): string[] {
  return text.split(/^```.*$/m).flatMap((part, index) => (index % 2 === 1 ? part.split("\n") : []))
}

/** Reads the document. */
export function readArchitecture(text: string = readFileSync(documentPath, "utf8")): ArchitectureDocument {
  const raw = text.split("\n").flatMap((line) => {
    const match = rowPattern.exec(line)
    return match ? [{ floor: Number(match[1]), folder: match[2] ?? "", match }] : []
  })
  const rows = raw.map(({ floor, folder, match }) => ({
    floor,
    folder,
    files: Number(match[3]),
    lines: Number(match[4]),
    mayImport: parseMayImport((match[5] ?? "").replaceAll("`", ""), floor, raw),
  }))
  const files = new Set<string>()
  const folders = new Set<string>()
  let folder = ""
  for (const line of codeLines(text)) {
    if (/^src\/ *$/.test(line)) {
      folder = "" // files right below src/ follow
      continue
    }
    const folderName = folderPattern.exec(line)?.[1]
    if (folderName !== undefined) {
      folder = `${folderName}/`
      folders.add(folderName)
      continue
    }
    const file = filePattern.exec(line)?.[2]
    if (file !== undefined) {
      files.add(folder + file)
    }
  }
  const shared = /In `session\/` the features may import only (.*?) and their own/.exec(text)?.[1] ?? ""
  return {
    rows,
    files: [...files],
    folders: [...folders],
    sharedInSession: [...shared.matchAll(/`([\w.-]+)`/g)].map((match) => `session/${match[1]}`),
  }
}

/** What a folder really holds. Generated files count as files, but their lines are nobody's to read. */
export function measureFolder(files: readonly SourceFile[], folder: string): { files: number; lines: number } {
  const own = files.filter((file) => file.folder === folder)
  const written = own.filter((file) => !file.path.endsWith(".generated.ts"))
  return { files: own.length, lines: written.reduce((sum, file) => sum + file.lines, 0) }
}
