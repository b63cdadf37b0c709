/**
 * Brings `docs/architecture.md` up to date with the code: the counts of the table and the tree, and in the list of files
 * those that are new (with the first sentence of their header) or gone. Floors, imports and the sentences that are there
 * stay a person's work.
 *
 *   npm run docs:counts
 */

import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { documentPath, filePattern, folderPattern, measureFolder, rowPattern } from "./architecture-document.ts"
import { type SourceFile, sourceFiles } from "./source-files.ts"

/** Where the columns of the list of files end. */
const nameWidth = 28
const countWidth = 36

const roundLines = (lines: number): number => Math.round(lines / 10) * 10

/** Puts a number where another was, as far right as that one ended. */
function replaceCount(line: string, pattern: RegExp, count: number): string {
  return line.replace(pattern, (_, before: string, old: string) => {
    const kept = before.replace(/ +$/, "")
    const text = String(count)
    return kept + text.padStart(Math.max(before.length + old.length - kept.length, text.length + 1))
  })
}

/** A table row with its counts. */
function updateRow(line: string, folder: string, files: readonly SourceFile[]): string {
  const real = measureFolder(files, folder)
  const cells = line.split("|")
  cells[3] = ` ${real.files} `
  cells[4] = ` ${roundLines(real.lines)} `
  return cells.join("|")
}

/** A folder's line with its counts, when it has any. */
function updateFolder(line: string, folder: string, files: readonly SourceFile[]): string {
  const real = measureFolder(files, folder)
  const withFiles = replaceCount(line, /^( *[a-z]+\/ +floor \d+ +)(\d+)(?= files)/, real.files)
  return replaceCount(withFiles, /^( *[a-z]+\/ +floor \d+ +\d+ files +)(\d+)(?= )/, roundLines(real.lines))
}

/** The first sentence of a file's header. */
function firstSentence(file: SourceFile): string {
  const header = /^\/\*\*([\s\S]*?)\*\//.exec(file.text)?.[1] ?? ""
  const text =
    header
      .replaceAll(/^ *\* ?/gm, "")
      .trim()
      .split("\n\n")[0] ?? ""
  const oneLine = text.replaceAll("\n", " ")
  return /^.*?[.:](?= [A-Z]|$)/.exec(oneLine)?.[0] ?? oneLine
}

/** A new line of the list of files. */
function fileLine(file: SourceFile): string {
  const name = `  ${file.path.slice(file.folder.length + 1)}`.padEnd(nameWidth)
  return `${name} ${String(roundLines(file.lines)).padStart(countWidth - name.length - 1)}  ${firstSentence(file)}`
}

/** The document as it should be. */
export function updateDocument(text: string, files: readonly SourceFile[]): string {
  const lines: string[] = []
  let isCode = false
  let folder = ""
  /** The files still to be listed in the folder's section, when it is one that lists files. */
  let missing: SourceFile[] = []
  const endSection = (): void => {
    const blanks: string[] = []
    while (missing.length > 0 && lines.at(-1) === "") {
      blanks.push(lines.pop() ?? "")
    }
    lines.push(...missing.map(fileLine), ...blanks)
    missing = []
  }
  for (const line of text.split("\n")) {
    if (line.startsWith("```")) {
      endSection()
      isCode = !isCode
      lines.push(line)
      continue
    }
    const row = rowPattern.exec(line)
    if (row) {
      lines.push(updateRow(line, row[2] ?? "", files))
      continue
    }
    if (!isCode) {
      lines.push(line)
      continue
    }
    const folderName = /^src\/ *$/.test(line) ? "" : folderPattern.exec(line)?.[1]
    if (folderName !== undefined) {
      endSection()
      folder = folderName === "" ? "" : `${folderName}/`
      missing = / — /.test(line) ? files.filter((file) => file.folder === folderName) : []
      lines.push(updateFolder(line, folderName, files))
      continue
    }
    const name = filePattern.exec(line)?.[2]
    const file = files.find((candidate) => candidate.path === folder + name)
    if (name === undefined || file !== undefined) {
      missing = missing.filter((candidate) => candidate !== file)
      lines.push(file ? replaceCount(line, /^( *[a-z0-9./-]+\.ts +)(\d+)(?= )/, roundLines(file.lines)) : line)
    }
  }
  return lines.join("\n")
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(documentPath, updateDocument(readFileSync(documentPath, "utf8"), sourceFiles()))
}
