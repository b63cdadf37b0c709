/** `onRelease` was left out for a connection that had not been used, and `pool.open` took any timeout unless it waited. */

import { expect, it } from "vitest"
import { errors, Pool } from "../../src/index.ts"
import { sharedServer } from "../support/test-server.ts"

it("onRelease is told every time", async () => {
  let releases = 0
  await using pool = new Pool(sharedServer.url, { max: 1, onRelease: () => void releases++ })
  for (let turn = 1; turn <= 3; turn++) {
    const connection = await pool.acquire()
    expect(releases).toBe(turn - 1)
    connection.release()
  }
  await (await pool.acquire())[Symbol.asyncDispose]()
  await pool.query`select 1`
  expect(releases).toBeGreaterThanOrEqual(4)
  await expect(pool.open({ timeout: -1 })).rejects.toBeInstanceOf(errors.ConfigError)
})
