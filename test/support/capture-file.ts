/**
 * Bytes that a server once sent, as text files in `test/fixtures/captures`: hexadecimal lines, one message a line, and
 * comments behind a `#`. A line `## title` begins a section; its bytes came in answer to the calls of that title.
 */

import { readFileSync, writeFileSync } from "node:fs"

/** One section of a capture. */
export interface CaptureSection {
  readonly title: string
  readonly bytes: Buffer
}

const folder = new URL("../fixtures/captures/", import.meta.url)

/** Reads a capture by its file name. */
export function readCapture(name: string): CaptureSection[] {
  const sections: { title: string; lines: string[] }[] = []
  for (const line of readFileSync(new URL(name, folder), "utf8").split("\n")) {
    if (line.startsWith("## ")) sections.push({ title: line.slice(3), lines: [] })
    else sections.at(-1)?.lines.push(line.replace(/#.*/, ""))
  }
  return sections.map(({ title, lines }) => ({
    title,
    bytes: Buffer.from(lines.join("").replaceAll(/\s/g, ""), "hex"),
  }))
}

/** Writes a capture, with what each message is beside its bytes. */
export function writeCapture(name: string, about: readonly string[], sections: readonly CaptureSection[]): void {
  const lines = about.map((line) => `# ${line}`)
  for (const { title, bytes } of sections) {
    lines.push("", `## ${title}`)
    for (const frame of cutFrames(bytes)) lines.push(`${frame.toString("hex")} # ${describe(frame)}`)
  }
  writeFileSync(new URL(name, folder), `${lines.join("\n")}\n`)
}

/** The messages of a stream, each with its header. */
export function cutFrames(bytes: Buffer): Buffer[] {
  const frames: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + bytes.readInt32BE(at + 1)
    frames.push(bytes.subarray(at, end))
    at = end
  }
  return frames
}

/** The type's letter and the printable part of the message. */
function describe(frame: Buffer): string {
  const text = frame.subarray(5, 65).toString("latin1")
  return `${String.fromCharCode(frame[0]!)} ${text.replaceAll(/[^\x20-\x7e]/g, ".").replaceAll("#", ".")}`.trimEnd()
}
