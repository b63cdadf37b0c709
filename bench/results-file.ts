/**
 * `bench/RESULTS.md`: what the two suites write of their last recorded runs, and behind that the runs of other kinds, each
 * as it stands in a file of its own in `bench/results`. Each part is replaced by itself.
 */

import { readFile, writeFile } from "node:fs/promises"
import type { Suite } from "./driver.ts"
import { FACE_HEADING } from "./face-report.ts"

const OTHERS_HEADING = "# Other runs"
const others = ["pool", "much-data", "memory", "types"] as const

const place = (name: string): URL => new URL(name, import.meta.url)

/** Brings the file up to date. @param part what a suite has to say anew; the other's stays as it is */
export async function writeResultsFile(part?: { readonly suite: Suite; readonly text: string }): Promise<void> {
  const [suites = ""] = (await readFile(place("RESULTS.md"), "utf8")).split(OTHERS_HEADING)
  const [drivers = "", face] = suites.split(FACE_HEADING)
  const parts = [
    part?.suite === "drivers" ? part.text : drivers,
    part?.suite === "face" ? part.text : face === undefined ? "" : FACE_HEADING + face,
    [OTHERS_HEADING, ...(await Promise.all(others.map(readOther)))].join("\n\n"),
  ]
  await writeFile(
    place("RESULTS.md"),
    parts
      .map((text) => text.trim())
      .filter(Boolean)
      .join("\n\n")
      .concat("\n"),
  )
}

/** A file's text as a chapter: its headings one step lower. */
async function readOther(name: string): Promise<string> {
  return (await readFile(place(`results/${name}.md`), "utf8")).trim().replaceAll(/^#/gm, "##")
}
