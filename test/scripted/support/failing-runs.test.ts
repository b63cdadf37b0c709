/** What nobody would notice fails the whole run: a rejection that nobody handles, an exception nobody catches, a leak. */

import { execFile } from "node:child_process"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"

const root = join(import.meta.dirname, "../../..")
let folder: string

beforeAll(async () => {
  await mkdir(join(root, ".tmp"), { recursive: true })
  folder = await mkdtemp(join(root, ".tmp/failing-"))
})

afterAll(() => rm(folder, { recursive: true }))

/** Runs one file with one test as the configuration of this repository would; gives how it ended and what was said. */
async function runFile(code: string): Promise<{ readonly exitCode: number; readonly output: string }> {
  const setup = JSON.stringify(join(root, "test/support/vitest/leak-check.ts"))
  await writeFile(
    join(folder, "vitest.config.ts"),
    `export default { test: { pool: "forks", include: ["case.test.ts"], setupFiles: [${setup}] } }`,
  )
  await writeFile(
    join(folder, "case.test.ts"),
    `import { test } from "vitest"\nimport { createServer } from "node:net"\ntest("passes", async () => {\n${code}\n})\n`,
  )
  const vitest = join(root, "node_modules/vitest/vitest.mjs")
  return await new Promise((resolve) => {
    execFile(process.execPath, [vitest, "run", "--root", folder], { cwd: folder }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code), output: stdout + stderr })
    })
  })
}

const wait = "await new Promise((resolve) => setTimeout(resolve, 20))"

it.each([
  [
    "a rejection that nobody handles",
    `Promise.reject(new Error("unseen")); ${wait}`,
    /Unhandled Rejection[\s\S]*unseen/,
  ],
  ["an exception that nobody catches", `setTimeout(() => { throw new Error("unseen") }, 1); ${wait}`, /unseen/],
  ["a socket that is left open", "createServer().listen(0)", /still open: 1 × TCPServerWrap/],
  ["a timer that is left running", "setTimeout(() => {}, 60_000)", /still open: 1 × Timeout/],
])(
  "%s fails it, though the test itself passes",
  async (_, code, message) => {
    const { exitCode, output } = await runFile(code)
    expect(output).toMatch(message)
    expect(exitCode).toBe(1)
  },
  30_000,
)

it("nothing of the kind does not", async () => {
  expect((await runFile(wait)).exitCode).toBe(0)
}, 30_000)
