/** `transaction` was missing from the interface Queryable, and from pipelines altogether, whose refusals were not safe. */

import { expect, it } from "vitest"
import { connect, Pool, type Queryable } from "../../src/index.ts"
import { sharedServer } from "../support/test-server.ts"

const two = (on: Queryable) => on.transaction((tx) => tx.transaction((inner) => inner.value<number>`select 2`))

it("runs or is refused wherever a Queryable is taken", async () => {
  await using db = await connect(sharedServer.url)
  await using pool = new Pool(sharedServer.url)
  expect([await two(db), await two(pool), await pool.use(two), await db.transaction(two)]).toEqual([2, 2, 2, 2])
  await db.pipeline(async (pipeline) => {
    const refusal = { code: "PGLINE_USAGE", safeToRetry: true }
    await expect(two(pipeline)).rejects.toMatchObject(refusal)
    await expect(pipeline.execute("select 1")).rejects.toMatchObject(refusal)
  })
})
