/** Rows are the same where the runtime forbids to make code from strings. */

import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"
import { sharedServer } from "../support/test-server.ts"

const script = fileURLToPath(new URL("../support/read-every-type.ts", import.meta.url))

function read(...flags: string[]): readonly [head: string, rows: readonly string[]] {
  const child = spawnSync(process.execPath, [...flags, script, sharedServer.url], {
    encoding: "utf8",
    maxBuffer: 512 * 1024 * 1024,
  })
  expect(child.stderr).toBe("")
  expect(child.status).toBe(0)
  const [head = "", ...rows] = child.stdout.trimEnd().split("\n")
  return [head, rows]
}

test("every type in every shape, by statements that have become hot", () => {
  const [head, rows] = read()
  const [forbiddenHead, forbiddenRows] = read("--disallow-code-generation-from-strings")
  expect(head).toBe("{ isForbidden: false }")
  expect(forbiddenHead).toBe("{ isForbidden: true }")
  expect(rows.length).toBeGreaterThan(1000)
  expect(forbiddenRows).toEqual(rows)
})
