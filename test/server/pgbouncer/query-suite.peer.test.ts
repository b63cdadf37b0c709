/**
 * The tests of queries once more, through PgBouncer in transaction mode and with `pooler: true`: all but those of what
 * lives in a session by design (`prepared`, `sql-injection-names`), and of how connections begin and end, which is
 * PgBouncer's part here (`connect`, `authentication`, `lost-connection`).
 */

import { afterAll, describe, expect, it, vi } from "vitest"
import { endPgBouncer, passages } from "../../support/through-pgbouncer.ts"

vi.mock("../../../src/index.ts", async (load) => {
  const { throughPgBouncer } = await import("../../support/through-pgbouncer.ts")
  return throughPgBouncer(await load())
})

afterAll(endPgBouncer)

// Each in a block of its own, so that the hooks of one are over before those of the next begin.
describe("query", async () => void (await import("../query.test.ts")))
describe("query refusals", async () => void (await import("../query-refusals.test.ts")))
describe("query sizes", async () => void (await import("../query-sizes.test.ts")))
describe("pipelining", async () => void (await import("../pipelining.test.ts")))
describe("row shapes", async () => void (await import("../row-shapes.test.ts")))
describe("composition", async () => void (await import("../composition.test.ts")))
describe("format", async () => void (await import("../format.test.ts")))
describe("refused fragments", async () => void (await import("../refused-fragments.test.ts")))
describe("errors", async () => void (await import("../errors.test.ts")))
describe("sqlstate", async () => void (await import("../sqlstate.test.ts")))
describe("sql injection", async () => void (await import("../sql-injection.test.ts")))
describe("sql injection roads", async () => void (await import("../sql-injection-roads.test.ts")))

it("goes through PgBouncer", () => {
  expect(passages.count).toBeGreaterThan(11)
})
