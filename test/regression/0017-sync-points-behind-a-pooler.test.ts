/**
 * A pipeline with sync points was sent in one go behind a pooler, too. PgBouncer in transaction mode may give the server
 * to somebody else at each of them, and then forgot what was behind: the pipeline waited for ever.
 */

import { expect, it } from "vitest"
import { extendedRows } from "../support/backend-answers.ts"
import * as backend from "../support/backend-messages.ts"
import { startReplay, turn } from "../support/replay.ts"

it("what is behind a sync point waits for its answer", async () => {
  const { db, transport } = await startReplay({ pooler: true })
  const pipeline = db.pipeline((p) => Promise.all([p.value("select 1"), p.sync(), p.value("select 2"), p.sync()]))
  await turn()
  expect(transport.takeMessageTypes()).toBe("PDBES")
  transport.deliver(Buffer.concat([extendedRows("1"), backend.readyForQuery()]))
  await turn()
  expect(transport.takeMessageTypes()).toBe("PDBES")
  transport.deliver(Buffer.concat([extendedRows("2"), backend.readyForQuery()]))
  await turn()
  expect(transport.takeMessageTypes()).toBe("S")
  transport.deliver(backend.readyForQuery())
  expect(await pipeline).toEqual([1, undefined, 2, undefined])
  db.destroy()
})
