/**
 * Random interleavings of everything a session can do, against a real server and a simple model of it. PGLINE_MODEL_RUNS
 * says how many; the full run has 5,000.
 */

import fc from "fast-check"
import { afterAll, beforeAll, expect, it } from "vitest"
import { type Connection, connect } from "../../../src/index.ts"
import { sharedServer } from "../../support/test-server.ts"
import { sessionCommands } from "./session-commands.ts"
import { RealSession, SessionModel } from "./session-model.ts"

const runs = Number(process.env["PGLINE_MODEL_RUNS"] || 60)
const TABLE = "session_model"

let observer: Connection

beforeAll(async () => {
  observer = await connect(sharedServer.url)
  await observer.execute(`create table ${TABLE} (n int primary key)`)
})

afterAll(async () => {
  await observer.execute(`drop table ${TABLE}`)
  await observer.close()
})

it(`is always what its model is (${runs} runs)`, { timeout: 60_000 + runs * 500 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(sessionCommands, { maxCommands: 40, size: "max" }), async (commands) => {
      await observer.execute(`truncate ${TABLE}`)
      const real = await RealSession.open(sharedServer.url, observer, TABLE)
      const model = new SessionModel()
      try {
        await fc.asyncModelRun(() => ({ model, real }), commands)
        await real.compare(model)
      } finally {
        await real.close()
      }
    }),
    { numRuns: runs, endOnFailure: true },
  )
  // Nothing was left behind: no session, and so no statement either.
  const left = "select count(*)::int4 from pg_stat_activity where application_name = $1"
  await expect.poll(() => observer.value(left, [TABLE]), { timeout: 10_000 }).toBe(0)
})
