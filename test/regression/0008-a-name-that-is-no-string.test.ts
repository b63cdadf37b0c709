/** A number as the name of a prepared statement made a message that never ended: the connection hung. */

import { expect, it } from "vitest"
import { connect, errors, type PrepareOptions } from "../../src/index.ts"
import { sharedServer } from "../support/test-server.ts"

it("is refused, as are names that the server would cut off, and the connection goes on", async () => {
  await using db = await connect(sharedServer.url)
  for (const name of [5, "", "x".repeat(64), "é".repeat(32), "a\0b", null]) {
    const preparing = db.prepare("select 1", { name } as unknown as PrepareOptions)
    await expect(preparing).rejects.toBeInstanceOf(errors.UsageError)
  }
  await using statement = await db.prepare("select 1", { name: "é".repeat(31) })
  expect(await statement.value()).toBe(1)
})

it("types that are no list of names are refused, and names of one's own types are looked up", async () => {
  await using db = await connect(sharedServer.url)
  const typed = (parameterTypes: unknown) => db.prepare("select $1 as v", { parameterTypes } as PrepareOptions)
  await expect(typed("int4")).rejects.toBeInstanceOf(errors.UsageError)
  await expect(typed(["no_such"])).rejects.toBeInstanceOf(errors.UsageError)
  await db.execute("create type pg_temp.just_made as enum ('a', 'b')")
  await using statement = await typed(["just_made"])
  expect(statement.parameters[0]?.type).toBe("just_made")
})
