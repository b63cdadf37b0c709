/**
 * The tests of transactions and pipelines once more, through PgBouncer in transaction mode and with `pooler: true`. Not
 * those of listening, which is refused there; `aborts` and `model` listen too, `crash` and `black-hole` are about the
 * way to the server.
 */

import { afterAll, describe, expect, it, vi } from "vitest"
import { endPgBouncer, passages } from "../../support/through-pgbouncer.ts"

vi.mock("../../../src/index.ts", async (load) => {
  const { throughPgBouncer } = await import("../../support/through-pgbouncer.ts")
  return throughPgBouncer(await load())
})

afterAll(endPgBouncer)

// Each in a block of its own, so that the hooks of one are over before those of the next begin.
describe("transactions", async () => void (await import("../session/transactions.test.ts")))
describe("transaction ends", async () => void (await import("../session/transaction-ends.test.ts")))
describe("pipelines", async () => void (await import("../session/pipelines.test.ts")))
describe("stacks", async () => void (await import("../session/stacks.test.ts")))

it("goes through PgBouncer", () => {
  expect(passages.count).toBeGreaterThan(3)
})
