/**
 * What a CPU profile says, in a few lines: where the time went, as nanoseconds of each unit of work, by function with
 * its file and hottest lines. The sampler's clock is the wall's, so writing to the socket includes what the server does
 * on the same core meanwhile; it is told apart, and so is waiting, in which the reading from the socket is hidden.
 */

import { readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"

const TOP = 30
/** The system calls of the socket, as V8 names them. */
const SOCKET_CALLS: ReadonlySet<string> = new Set(["writeBuffer", "writev", "writeUtf8String"])

/** A node of V8's profile, as far as it is read. */
interface ProfileNode {
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  readonly hitCount?: number
  readonly positionTicks?: readonly { readonly line: number; readonly ticks: number }[]
}

interface Profile {
  readonly nodes: readonly ProfileNode[]
  /** Microseconds. */
  readonly startTime: number
  readonly endTime: number
}

/** One function's share. */
interface Share {
  ticks: number
  readonly lines: Map<number, number>
}

/** Prints where the time of `units` pieces of work went. */
export async function printProfile(title: string, path: string, root: string, units: number): Promise<void> {
  const { nodes, startTime, endTime } = JSON.parse(await readFile(path, "utf8")) as Profile
  const ticks = nodes.reduce((sum, { hitCount = 0 }) => sum + hitCount, 0)
  const nanosecondsPerTick = ((endTime - startTime) * 1000) / ticks / units
  const shown = (count: number): string => (count * nanosecondsPerTick).toFixed(count * nanosecondsPerTick < 10 ? 1 : 0)
  const areas = new Map<string, number>()
  const functions = new Map<string, Share>()
  for (const { callFrame, hitCount = 0, positionTicks = [] } of nodes) {
    const area = areaOf(callFrame.functionName, callFrame.url, root)
    areas.set(area, (areas.get(area) ?? 0) + hitCount)
    if (area === "waiting" || area === "socket calls") continue
    const place = callFrame.url === "" ? "" : ` ${shorten(callFrame.url, root)}:${callFrame.lineNumber + 1}`
    const name = `${callFrame.functionName || "(anonymous)"}${place}`
    const share = functions.get(name) ?? { ticks: 0, lines: new Map() }
    share.ticks += hitCount
    for (const { line, ticks: hits } of positionTicks) share.lines.set(line, (share.lines.get(line) ?? 0) + hits)
    functions.set(name, share)
  }
  console.log(`\n${title}: nanoseconds of each unit`)
  console.log(`  ${[...areas].map(([area, count]) => `${area} ${shown(count)}`).join(" · ")}`)
  for (const [name, share] of [...functions].sort(([, a], [, b]) => b.ticks - a.ticks).slice(0, TOP)) {
    const hottest = [...share.lines].sort(([, a], [, b]) => b - a).slice(0, 3)
    const lines = hottest.map(([line, count]) => `${line}: ${shown(count)}`).join(", ")
    console.log(`  ${shown(share.ticks).padStart(8)}  ${name}${lines === "" ? "" : `  (${lines})`}`)
  }
}

/** Whose time it is. */
function areaOf(name: string, url: string, root: string): string {
  if (name === "(idle)") return "waiting"
  if (name === "(garbage collector)") return "garbage collector"
  if (SOCKET_CALLS.has(name)) return "socket calls"
  if (url.startsWith("node:")) return "node"
  return url === "" ? "native and generated" : (shorten(url, root).split("/")[0] ?? url)
}

/** A path from the repository's root. */
function shorten(url: string, root: string): string {
  return url.startsWith("file:") ? fileURLToPath(url).replace(root, "") : url
}
