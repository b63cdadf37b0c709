/** `throw undefined` passed for success: a stream ended without the rows, executeMany resolved with nothing done. */

import { expect, it } from "vitest"
import { connect, errors, type RowFactory } from "../../src/index.ts"
import { sharedServer } from "../support/test-server.ts"

const rows: RowFactory<unknown> = () => () => {
  throw undefined
}

it("is a failure everywhere", async () => {
  await using db = await connect(sharedServer.url)
  const sets = (function* () {
    yield [1]
    throw undefined
  })()
  const read = async (on: Pick<typeof db, "stream">) => {
    for await (const row of on.stream("select 1", [], { rows })) throw new Error(`read ${row}`)
  }
  for (const call of [
    () => db.executeMany("select $1::int", sets),
    () => read(db),
    () => db.transaction(read),
    () => db.query("select 1", [], { rows }),
    () => db.execute("select 1", { rows }),
  ]) {
    await expect(call()).rejects.toBeInstanceOf(errors.UsageError)
    expect(await db.value`select 1`).toBe(1)
  }
})
