/**
 * Much data in little memory: what is moved is far more than what the process has at its peak. The amounts are small
 * enough for every run; PGLINE_MUCH_DATA=1 moves ten million rows and five gigabytes each way (and takes minutes).
 */

import { execFile } from "node:child_process"
import { mkdir, mkdtemp, rm } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, expect, it } from "vitest"
import { sharedServer } from "../../support/test-server.ts"

const run = promisify(execFile)

const isMuch = process.env["PGLINE_MUCH_DATA"] === "1"
const PEAK_MEGABYTES = 150

/** What is moved: rows, or megabytes. */
const AMOUNTS: readonly [way: string, usual: number, much: number][] = [
  ["stream", 500_000, 10_000_000],
  ["portal", 300_000, 10_000_000],
  ["copy-in", 300, 5000],
  ["copy-out", 300, 5000],
  ["copy-rows", 400_000, 10_000_000],
  ["execute-many", 40_000, 1_000_000],
  ["large-object", 50, 2500],
]

let folder: string

/** As it is published: running the sources as they are takes a compiler's memory too. */
beforeAll(async () => {
  const temporary = join(import.meta.dirname, "../../../.tmp")
  await mkdir(temporary, { recursive: true })
  folder = await mkdtemp(join(temporary, "much-"))
  const bundler = join(import.meta.dirname, "../../../node_modules/tsup/dist/cli-default.js")
  const entry = join(import.meta.dirname, "../../support/move-much.ts")
  await run(process.execPath, [bundler, entry, "--no-config", "--silent", "--format", "esm", "--out-dir", folder])
}, 60_000)

afterAll(() => rm(folder, { recursive: true }))

it.each(AMOUNTS)(
  "%s",
  async (way, usual, much) => {
    const amount = isMuch ? much : usual
    const script = join(folder, "move-much.js")
    const { stdout } = await run(process.execPath, [script, sharedServer.url, way, String(amount)])
    const result = JSON.parse(stdout)
    if (isMuch) console.log(stdout.trim())
    expect(result.moved).toBe(amount)
    expect(result.peakMegabytes).toBeLessThan(PEAK_MEGABYTES)
  },
  isMuch ? 900_000 : 60_000,
)
