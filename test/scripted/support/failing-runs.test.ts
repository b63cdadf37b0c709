/**
 * What nobody would notice fails the whole run: a rejection that nobody handles, an exception nobody catches, a leak. Each
 * is put into a file of its own, which runs under the settings that all the tests of this repository have.
 */

import { execFile } from "node:child_process"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, expect, it } from "vitest"

const root = join(import.meta.dirname, "../../..")
const configuration = join(root, "vitest.config.ts")
let folder: string

beforeAll(async () => {
  await mkdir(join(root, ".tmp"), { recursive: true })
  folder = await mkdtemp(join(root, ".tmp/failing-"))
  // The real configuration with one project of it, which is given the one file instead of its own.
  await writeFile(
    join(folder, "vitest.config.ts"),
    `import config from ${JSON.stringify(configuration)}
    const unit = config.test.projects.find((project) => project.test.name === "unit")
    const test = { ...unit.test, root: ${JSON.stringify(root)}, dir: import.meta.dirname, include: ["**/case.test.ts"] }
    export default { ...config, test: { ...config.test, reporters: ["default"], projects: [{ test }] } }`,
  )
})

afterAll(() => rm(folder, { recursive: true }))

/** Runs one file with one test; gives how it ended and what was said. */
async function runFile(code: string): Promise<{ readonly exitCode: number; readonly output: string }> {
  await writeFile(
    join(folder, "case.test.ts"),
    `import { test } from "vitest"
    import { spawn } from "node:child_process"
    import { createServer, connect } from "node:net"
    test("passes", async () => {\n${code}\n})\n`,
  )
  const vitest = join(root, "node_modules/vitest/vitest.mjs")
  const args = [vitest, "run", "--config", join(folder, "vitest.config.ts")]
  return await new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: root }, (error, stdout, stderr) => {
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
  [
    "an exception that nobody catches",
    `setTimeout(() => { throw new Error("unseen") }, 1); ${wait}`,
    /Uncaught Exception[\s\S]*unseen/,
  ],
  ["a server that is left open", "createServer().listen(0)", /still open: 1 × TCPServerWrap/],
  [
    "a socket that is left open",
    `const server = createServer().listen(0)
    await new Promise((resolve) => server.once("listening", resolve))
    const socket = connect(server.address().port)
    await new Promise((resolve) => server.once("connection", (other) => { other.unref(); resolve() }))
    server.unref()
    socket.on("error", () => {})`,
    /still open: 1 × TCPSocketWrap/,
  ],
  ["a timer that is left running", "setTimeout(() => {}, 60_000)", /still open: 1 × Timeout/],
  [
    "a process that is left running",
    `spawn(process.execPath, ["-e", "setTimeout(() => {}, 5000)"], { stdio: "ignore" })`,
    /still open: 1 × ProcessWrap/,
  ],
])(
  "%s fails it, though the test itself passes",
  async (_, code, message) => {
    const { exitCode, output } = await runFile(code)
    expect(output).toMatch(/1 passed/)
    expect(output).toMatch(message)
    expect(exitCode).toBe(1)
  },
  60_000,
)

it("nothing of the kind does not", async () => {
  const { exitCode, output } = await runFile(wait)
  expect(output).toMatch(/Test Files .*1 passed/)
  expect(exitCode).toBe(0)
}, 60_000)

it("every project looks for leaks, and none passes over errors outside of tests", async () => {
  // In a process of its own: what reads a configuration opens the streams of its process.
  const program = `import config from ${JSON.stringify(configuration)}
    console.log(JSON.stringify([config.test, ...config.test.projects.map(({ test }) => test)]))`
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program])
  const [common, ...projects]: Readonly<Record<string, unknown>>[] = JSON.parse(stdout)
  expect(projects.map((project) => project["name"])).toEqual(
    expect.arrayContaining(["unit", "architecture", "scripted", "fuzz", expect.stringMatching(/^server-\d+$/)]),
  )
  for (const project of projects) expect(project["setupFiles"]).toEqual(["./test/support/vitest/leak-check.ts"])
  for (const settings of [common, ...projects]) {
    expect(settings).not.toHaveProperty("dangerouslyIgnoreUnhandledErrors")
    expect(settings).not.toHaveProperty("passWithNoTests")
  }
})
