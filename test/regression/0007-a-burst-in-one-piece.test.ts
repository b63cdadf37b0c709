/**
 * All that one tick asked for went into one buffer before the first byte left: 50 MB of queries needed 50 MB more, and
 * every one of them counted as seen by the server when the connection was lost.
 */

import { expect, it } from "vitest"
import { connect } from "../../src/index.ts"
import { sharedServer } from "../support/test-server.ts"

it("what the network did not take yet has not been sent", async () => {
  const db = await connect(sharedServer.url)
  const filler = "x".repeat(100_000)
  const settled = Promise.allSettled(Array.from({ length: 1000 }, () => db.value("select length($1)", [filler])))
  db.destroy()
  const safe = (await settled).filter((result) => result.status === "rejected" && result.reason.safeToRetry)
  expect(safe.length).toBeGreaterThan(0)
  expect(safe.length).toBeLessThan(1000)
})
