/**
 * What a CPU profile says, in a few lines: where the time went, by function and by file and line. Native functions and
 * the runtime's own files are listed too, for they are what is left at the end.
 */

import { readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"

const TOP = 30

/** A node of V8's profile, as far as it is read. */
interface ProfileNode {
  readonly id: number
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  readonly hitCount?: number
  readonly positionTicks?: readonly { readonly line: number; readonly ticks: number }[]
}

/** Prints the functions with the most time of their own, and their hottest line. */
export async function printProfile(title: string, path: string, root: string): Promise<void> {
  const { nodes } = JSON.parse(await readFile(path, "utf8")) as { nodes: readonly ProfileNode[] }
  const functions = new Map<string, { ticks: number; lines: Map<number, number> }>()
  let total = 0
  for (const { callFrame, hitCount = 0, positionTicks = [] } of nodes) {
    const { functionName, url, lineNumber } = callFrame
    if (functionName === "(idle)") continue
    const place = url === "" ? "" : ` ${shorten(url, root)}:${lineNumber + 1}`
    const key = `${functionName || "(anonymous)"}${place}`
    const entry = functions.get(key) ?? { ticks: 0, lines: new Map() }
    entry.ticks += hitCount
    total += hitCount
    for (const { line, ticks } of positionTicks) entry.lines.set(line, (entry.lines.get(line) ?? 0) + ticks)
    functions.set(key, entry)
  }
  console.log(`\nprofile of ${title} (self time, idle left out)`)
  const sorted = [...functions].sort(([, a], [, b]) => b.ticks - a.ticks).slice(0, TOP)
  for (const [name, { ticks, lines }] of sorted) {
    const hottest = [...lines].sort(([, a], [, b]) => b - a).slice(0, 3)
    const where = hottest.map(([line, count]) => `${line} (${percent(count, total)})`).join(", ")
    console.log(`  ${percent(ticks, total).padStart(6)}  ${name}${where === "" ? "" : `  lines ${where}`}`)
  }
}

function percent(part: number, total: number): string {
  return `${((part / total) * 100).toFixed(1)} %`
}

/** A path from the repository's root. */
function shorten(url: string, root: string): string {
  return url.startsWith("file:") ? fileURLToPath(url).replace(root, "") : url
}
