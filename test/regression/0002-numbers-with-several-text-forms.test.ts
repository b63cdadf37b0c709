/**
 * A number went as text before its type was known even where types take it in different forms: 2^60 became another int8
 * in a first run and was refused in later ones, -0 lost its sign, and NaN was no JSON.
 */

import { expect, it } from "vitest"
import { connect, errors } from "../../src/index.ts"
import { sharedServer } from "../support/test-server.ts"

it("they wait for the description of the statement", async () => {
  await using db = await connect(sharedServer.url)
  for (let run = 0; run < 3; run++) {
    await expect(db.value("select $1::int8", [2 ** 60])).rejects.toBeInstanceOf(errors.EncodeError)
    expect(await db.value("select $1::float8", [2 ** 60])).toBe(2 ** 60)
    expect(await db.value("select $1::float8", [-0])).toBe(-0)
    expect(await db.value("select $1::jsonb is not null", [Number.NaN])).toBe(true)
  }
})
