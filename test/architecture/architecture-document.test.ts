import { describe, expect, it } from "vitest"
import { readArchitecture } from "./architecture-document.ts"
import { updateDocument } from "./architecture-update.ts"
import type { SourceFile } from "./source-files.ts"

const sample = `
# The house

\`\`\`
src/
  index.ts                       90  the front door
  base/            floor 0    1 files    10  data structures
  session/         floor 5   10 files  2720  what people do
\`\`\`

| floor | folder | files | lines | may import |
|---|---|---:|---:|---|
| 0 | \`base/\` | 1 | 10 | nothing |
| 5 | \`session/\` | 10 | 2720 | base |
| 6 | \`pool/\` | 1 | 90 | any floor below, except session |
| 8 | \`index.ts\` | 1 | 90 | base session |
| 9 | \`adapters/\` | 1 | 90 | index.ts only |

(In \`session/\` the features may import only \`session.ts\`, \`run-query.ts\` and their own sub-folder.)
Outside a block nothing counts:
  elsewhere.ts                   40  prose

\`\`\`
base/                            floor 0 — data structures
  byte-reader.ts                 150  Reads integers 12 at a time.
session/                         floor 5 — what people do
  session.ts                      90  One connection.
  cursor/portal-cursor.ts        180  for await over a portal.
\`\`\`
`

const file = (path: string, lines: number, text = ""): SourceFile => ({
  path,
  folder: path.split("/")[0] ?? path,
  text,
  lines,
  imports: [],
  foreignImports: [],
})

describe("architecture document", () => {
  it("gives the floors and who may import whom", () => {
    const { rows, sharedInSession } = readArchitecture(sample)
    expect(rows.map(({ floor, folder, mayImport }) => ({ floor, folder, mayImport }))).toEqual([
      { floor: 0, folder: "base", mayImport: [] },
      { floor: 5, folder: "session", mayImport: ["base"] },
      { floor: 6, folder: "pool", mayImport: ["base"] },
      { floor: 8, folder: "index.ts", mayImport: ["base", "session"] },
      { floor: 9, folder: "adapters", mayImport: ["index.ts"] },
    ])
    expect(sharedInSession).toEqual(["session/session.ts", "session/run-query.ts"])
  })

  it("gives the folders and files of the tree", () => {
    const { folders, files } = readArchitecture(sample)
    expect(folders).toEqual(["base", "session"])
    expect(files).toEqual(["index.ts", "base/byte-reader.ts", "session/session.ts", "session/cursor/portal-cursor.ts"])
  })

  it("is brought up to date: counts, new files and files gone, columns kept", () => {
    const header = "/**\n * A growing buffer: reset\n * and reuse. Never shared.\n */\n"
    const files = [
      file("index.ts", 101),
      file("base/byte-reader.ts", 1234),
      file("base/byte-writer.ts", 99, header),
      file("session/session.ts", 88),
    ]
    const before = sample.split("\n")
    const after = updateDocument(sample, files).split("\n")
    expect(before.filter((line) => !after.includes(line)).at(-1)).toContain("cursor/portal-cursor.ts")
    expect(after.filter((line) => !before.includes(line))).toEqual([
      "  index.ts                      100  the front door",
      "  base/            floor 0    2 files  1330  data structures",
      "  session/         floor 5    1 files    90  what people do",
      "| 0 | `base/` | 2 | 1330 | nothing |",
      "| 5 | `session/` | 1 | 90 | base |",
      "| 6 | `pool/` | 0 | 0 | any floor below, except session |",
      "| 8 | `index.ts` | 1 | 100 | base session |",
      "| 9 | `adapters/` | 0 | 0 | index.ts only |",
      "  byte-reader.ts                1230  Reads integers 12 at a time.",
      "  byte-writer.ts                 100  A growing buffer: reset and reuse.",
    ])
    expect(updateDocument(after.join("\n"), files)).toBe(after.join("\n"))
  })
})
