/**
 * The tests of values and types once more, through PgBouncer in transaction mode and with `pooler: true`: all but
 * `session-settings`, which are given at the start of a session, where PgBouncer refuses them.
 */

import { afterAll, describe, expect, it, vi } from "vitest"
import { endPgBouncer, passages } from "../../support/through-pgbouncer.ts"

vi.mock("../../../src/index.ts", async (load) => {
  const { throughPgBouncer } = await import("../../support/through-pgbouncer.ts")
  return throughPgBouncer(await load())
})

afterAll(endPgBouncer)

// Each in a block of its own, so that the hooks of one are over before those of the next begin.
describe("values", async () => void (await import("../values.test.ts")))
describe("date and space values", async () => void (await import("../date-and-space-values.test.ts")))
describe("extension values", async () => void (await import("../extension-values.test.ts")))
describe("choices", async () => void (await import("../types/choices.test.ts")))
describe("matrix", async () => void (await import("../types/matrix.test.ts")))
describe("pgvector", async () => void (await import("../types/pgvector.test.ts")))
describe("random tables", async () => void (await import("../types/random-tables.test.ts")))
describe("round trip", async () => void (await import("../types/round-trip.test.ts")))
describe("user defined", async () => void (await import("../types/user-defined.test.ts")))

it("goes through PgBouncer", () => {
  expect(passages.count).toBeGreaterThan(8)
})
