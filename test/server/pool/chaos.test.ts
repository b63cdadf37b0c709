import { expect, it } from "vitest"
import { connect, Pool } from "../../../src/index.ts"
import { type PostgresServer, startPostgres } from "../../support/postgres-server.ts"
import { testVersion } from "../../support/test-server.ts"
import { Chaos } from "./chaos.ts"

/** A whole minute; PGLINE_CHAOS_SECONDS changes that, and has the figures printed. */
const seconds = Number(process.env["PGLINE_CHAOS_SECONDS"] || 60)

it(`serves 200 callers over 10 connections while backends are killed and the server is restarted twice (${seconds} s)`, async () => {
  await using server: PostgresServer = await startPostgres({
    version: testVersion,
    settings: { synchronous_commit: "on" }, // what was answered has to survive a crash
  })
  await using admin = await connect(server.url)
  await admin.query`create table chaos (id int4 primary key)`
  await admin.close()

  await using pool = new Pool(server.url, { max: 10, applicationName: "chaos" })
  const chaos = new Chaos(pool, server, { callers: 200, durationMs: seconds * 1000, restarts: 2, killEveryMs: 150 })
  const report = await chaos.run()
  const stats = pool.stats()
  if (process.env["PGLINE_CHAOS_SECONDS"]) {
    const { inserted, uncertain, unexplained, ...counts } = report
    console.info({ ...counts, inserted: inserted.length, uncertain: uncertain.length, unexplained: unexplained.length })
    console.info({ ...stats, waits: stats.waits.count, usage: stats.usage.count })
  }

  expect(report.unexplained).toEqual([])
  expect(report.restarts).toBe(2)
  expect(report.kills).toBeGreaterThan(0)
  expect(report.failures).toBeGreaterThan(0)
  expect(report.callsAfterwards, "the service is back").toBeGreaterThan(0)
  // Nothing is counted that is not there, and everything that is there.
  expect(stats).toMatchObject({ max: 10, waiting: 0, busy: 0, opening: 0, closing: 0, refused: 0 })
  expect(stats.idle).toBe(stats.size)
  expect(stats.size).toBeLessThanOrEqual(10)
  expect(stats.lost).toBeGreaterThanOrEqual(report.kills)

  const found = new Set(await pool.rows<number>("select id from chaos", [], { rows: "scalar" }))
  expect(
    report.inserted.filter((id) => !found.has(id)),
    "what was answered has happened",
  ).toEqual([])
  const known = new Set([...report.inserted, ...report.uncertain])
  expect(
    [...found].filter((id) => !known.has(id)),
    "nothing has happened that was not asked for",
  ).toEqual([])
  const sessions = await pool.value("select count(*)::int4 from pg_stat_activity where application_name = 'chaos'")
  expect(sessions).toBe(pool.stats().size)
}, 300_000)
