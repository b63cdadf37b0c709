/** A statement whose plan had gone stale was refused instead of run anew when `close` had been called meanwhile. */

import { expect, it } from "vitest"
import { connect } from "../../src/index.ts"
import { sharedServer } from "../support/test-server.ts"

it("close lets it be run anew", async () => {
  const db = await connect(sharedServer.url)
  await db.execute("create temp table changing (a int)")
  for (let run = 0; run < 3; run++) await db.query("select * from changing")
  // The command tag of a DO does not show that a table has changed.
  await db.execute("do $$ begin execute 'alter table changing add b int'; end $$; insert into changing values (1, 2)")
  const rows = db.rows("select * from changing")
  await Promise.all([db.close(), expect(rows).resolves.toEqual([{ a: 1, b: 2 }])])
})
