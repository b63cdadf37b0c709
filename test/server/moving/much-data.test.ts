/**
 * Much data in little memory: what is moved is far more than what the process has at its peak. The amounts are small
 * enough for every run; PGLINE_MUCH_DATA=1 moves ten million rows and five gigabytes each way (and takes minutes).
 */

import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { expect, it } from "vitest"
import { sharedServer } from "../../support/test-server.ts"

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

it.each(AMOUNTS)(
  "%s",
  async (way, usual, much) => {
    const amount = isMuch ? much : usual
    const script = new URL("../../support/move-much.ts", import.meta.url).pathname
    const { stdout } = await promisify(execFile)(process.execPath, [script, sharedServer.url, way, String(amount)])
    const result = JSON.parse(stdout)
    if (isMuch) console.log(stdout.trim())
    expect(result.moved).toBe(amount)
    expect(result.peakMegabytes).toBeLessThan(PEAK_MEGABYTES)
  },
  isMuch ? 900_000 : 60_000,
)
