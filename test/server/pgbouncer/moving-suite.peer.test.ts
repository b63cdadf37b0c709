/**
 * The tests of streams, cursors and COPY once more, through PgBouncer in transaction mode and with `pooler: true`: they
 * need nothing that outlives a transaction. Not `much-data`, which measures processes of its own.
 */

import { afterAll, describe, expect, it, vi } from "vitest"
import { endPgBouncer, passages } from "../../support/through-pgbouncer.ts"

vi.mock("../../../src/index.ts", async (load) => {
  const { throughPgBouncer } = await import("../../support/through-pgbouncer.ts")
  return throughPgBouncer(await load())
})

afterAll(endPgBouncer)

// Each in a block of its own, so that the hooks of one are over before those of the next begin.
describe("streams", async () => void (await import("../moving/streams.test.ts")))
describe("cursors", async () => void (await import("../moving/cursors.test.ts")))
describe("copy", async () => void (await import("../moving/copy.test.ts")))
describe("copy formats", async () => void (await import("../moving/copy-formats.peer.test.ts")))
describe("in the middle", async () => void (await import("../moving/in-the-middle.test.ts")))
describe("stacks", async () => void (await import("../moving/stacks.test.ts")))

it("goes through PgBouncer", () => {
  expect(passages.count).toBeGreaterThan(5)
})
