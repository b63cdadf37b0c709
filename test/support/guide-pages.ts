/**
 * The code of the documentation's pages: README.md and docs/guide. All `ts` blocks of a page are one module, in their
 * order; a block marked `ts no-run` is compiled with the others and left out when the page is run. Each line of code
 * keeps its line number, so that the compiler and stack traces point into the page.
 */

import { readdirSync, readFileSync } from "node:fs"
import { dirname, join, posix, relative } from "node:path"

const root = join(import.meta.dirname, "../..")

/** One block of a page. */
export interface CodeBlock {
  /** What stands behind the opening fence: `ts`, `ts no-run`, `sh`. */
  readonly kind: string
  /** The number of its first line in the page, from 1. */
  readonly line: number
  readonly lines: readonly string[]
}

/** One page of the documentation. */
export interface GuidePage {
  /** Such as `docs/guide/querying.md`. */
  readonly path: string
  readonly blocks: readonly CodeBlock[]
}

/** All pages whose code is tested. */
export function guidePages(): GuidePage[] {
  const guide = readdirSync(join(root, "docs/guide")).filter((name) => name.endsWith(".md"))
  return ["README.md", ...guide.map((name) => posix.join("docs/guide", name)).sort()].map((path) => ({
    path,
    blocks: codeBlocks(readFileSync(join(root, path), "utf8")),
  }))
}

/** The fenced blocks of a text. @throws Error for a block that is not closed */
export function codeBlocks(text: string): CodeBlock[] {
  const blocks: CodeBlock[] = []
  let open: { kind: string; line: number; lines: string[] } | undefined
  for (const [index, line] of text.split("\n").entries()) {
    const fence = /^\s*```(.*)$/.exec(line)
    if (fence === null) open?.lines.push(line)
    else if (open === undefined) open = { kind: fence[1]!.trim(), line: index + 2, lines: [] }
    else {
      blocks.push(open)
      open = undefined
    }
  }
  if (open !== undefined) throw new Error(`the block that begins at line ${open.line} is not closed`)
  return blocks
}

/**
 * The page's blocks of these kinds as one module, to be put at `place` in the repository; `undefined` when it has none.
 * @param entries the package's entries by the name one imports, with their source files
 */
export function pageModule(
  page: GuidePage,
  kinds: readonly string[],
  place: string,
  entries: ReadonlyMap<string, string>,
): string | undefined {
  const blocks = page.blocks.filter((block) => kinds.includes(block.kind))
  if (blocks.length === 0) return undefined
  const lines: string[] = []
  for (const block of blocks) {
    while (lines.length < block.line - 1) lines.push("")
    lines.push(...block.lines)
  }
  const code = `${lines.join("\n")}\nexport {}\n`
  return code.replaceAll(/\bfrom "(pgline[^"]*)"/g, (_, name: string) => {
    const source = entries.get(name)
    if (source === undefined) throw new Error(`${page.path} imports ${name}, which the package does not have`)
    return `from ${JSON.stringify(posixPath(relative(dirname(place), source)))}`
  })
}

function posixPath(path: string): string {
  const forward = path.replaceAll("\\", "/")
  return forward.startsWith(".") ? forward : `./${forward}`
}
