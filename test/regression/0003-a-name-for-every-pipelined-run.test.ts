/** Each run that left before the first was answered gave the statement another name: a thousand runs, 999 names. */

import { expect, it } from "vitest"
import { connect } from "../../src/index.ts"
import { sharedServer } from "../support/test-server.ts"

it("a statement has one name, however many runs are under way", async () => {
  await using db = await connect(sharedServer.url)
  await Promise.all(Array.from({ length: 1000 }, (_, n) => db.value("select $1::int4", [n])))
  expect(await db.value("select count(*) from pg_prepared_statements where statement = 'select $1::int4'")).toBe(1n)
})
